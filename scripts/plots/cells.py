"""Coloured cells with a share of lost values in each, as the heat map and the overview draw them."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.patches import Rectangle

from plots.text import percent

LOWEST = 1e-4  # of the colour scale (0.01 %); smaller shares take its first colour
ZERO = dict(facecolor="#FFFFFF", edgecolor="#D9D9D9", linewidth=0.4)
ABSENT = dict(facecolor="#EDEDED", edgecolor="#BDBDBD", hatch="////", linewidth=0)


def colours():
    """Pale for little, dark for much, for every colour vision and in print; the palest is unlike ZERO."""
    source = ScalarMappable(Normalize(0, 1), "YlGnBu").to_rgba(np.linspace(0.1, 1, 256))
    return ScalarMappable(LogNorm(LOWEST, 1, clip=True), ListedColormap(source))


def draw_cell(axis, box, share, scale, size):
    """`share` (0..1; None: nothing was rounded) as colour and number in box = (x, y, width, height)."""
    x, y, width, height = box
    if share is None:
        axis.add_patch(Rectangle((x, y), width, height, **ABSENT))
        return
    options = dict(ZERO, facecolor=scale.to_rgba(share)) if share > 0 else ZERO
    axis.add_patch(Rectangle((x, y), width, height, **options))
    dark = share > 0 and np.dot(options["facecolor"][:3], (0.299, 0.587, 0.114)) < 0.55
    axis.text(x + width / 2, y + height / 2, percent(share).replace("<0.", "<."), size=size, ha="center",
              va="center_baseline", color="white" if dark else "black" if share > 0 else "#8A8A8A")
