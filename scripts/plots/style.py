"""How every picture looks, and how it is written."""

import os

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

WIDTH = 9.0  # inches; at 100 dots per inch the width of a README
DPI = 200  # of the PNG: sharp on a dense screen, shown at half size in a README

# Okabe and Ito's palette without its yellow (too pale for a line on white), with a grey: told apart with
# every common colour vision. Line style and marker repeat what the colour says.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7F7F7F")
DASHES = ("solid", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = "osD^vPX*<>ph8d"
TROUBLE = "#B2182B"  # for diverged and failed runs, always with a cross or words beside it
STYLED_RUNS = len(MARKERS)  # more runs than this cannot be told apart by style

SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "hatch.linewidth": 0.6,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "exmy",  # with no date: the same reports give the same bytes
    "path.simplify": True,
}


def apply():
    plt.rcdefaults()  # a user's own matplotlibrc must not change the pictures
    plt.rcParams.update(SETTINGS)


def line_style(index):
    """Colour, dashes and marker of run `index`: no two of the first STYLED_RUNS runs share all three."""
    return {"color": COLOURS[index % len(COLOURS)],
            "linestyle": DASHES[(index + index // len(COLOURS)) % len(DASHES)],
            "marker": MARKERS[index % len(MARKERS)]}


def figure(height, rows=1, columns=1, **options):
    return plt.subplots(rows, columns, figsize=(WIDTH, height), squeeze=False, **options)


def heading(fig, title, subtitle=""):
    """Title and one line of explanation at the top left; leaves the layout to the caller."""
    height = fig.get_figheight()
    fig.text(0.01, 1 - 0.08 / height, title, size=12, weight="bold", va="top")
    fig.text(0.01, 1 - 0.33 / height, subtitle, size=8.5, color="#555555", va="top")


def save(fig, folder, name):
    """Writes name.png and name.svg, each whole or not at all, and closes the figure. Returns the paths."""
    paths = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": "exmy"})):
        path = os.path.join(folder, f"{name}.{kind}")
        temporary = f"{path}.{os.getpid()}.tmp"
        try:
            fig.savefig(temporary, format=kind, dpi=DPI, metadata=metadata)
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
        paths.append(path)
    plt.close(fig)
    return paths
