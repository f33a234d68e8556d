"""Heat map of a sweep over formats: exponent by mantissa bits, a panel for each combination of the rest."""

import math

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.patches import Polygon, Rectangle

from plots import style
from plots.sweep_directory import (COMPLETED, DIVERGED, FAILED, OPEN, PRUNED, described,
                                   exponent_and_mantissa, mean_and_interval)
from plots.text import shorten

PANELS_PER_PAGE = 9
LEFT, RIGHT, TOP, BOTTOM = 0.62, 1.12, 0.92, 0.92  # inches around the panels; RIGHT holds the scale
GAP, BETWEEN = 0.4, 0.52  # between panels: beside one another, one above the other
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.36  # inches, at most
# How a cell without a value looks; the words are those of the legend.
LOOKS = {
    DIVERGED: (dict(facecolor="#FBE9E7", edgecolor=style.TROUBLE, hatch="xxxx", linewidth=0), "diverged"),
    FAILED: (dict(facecolor="#FFFFFF", edgecolor="#404040", hatch="....", linewidth=0), "failed"),
    PRUNED: (dict(facecolor="#FFFFFF", edgecolor="#8A8A8A", hatch="----", linewidth=0), "stopped early"),
    OPEN: (dict(facecolor="#EDEDED", edgecolor="#A0A0A0", linewidth=0.7, linestyle=(0, (2, 2))),
           "not done yet"),
}
CORNERS = ((DIVERGED, style.TROUBLE, "some seeds diverged"), ("other", "#8A8A8A", "some seeds missing"))


def suits(sweep):
    """Whether the sweep is one over formats: no parameter has more values than the one that spans the map."""
    name, most = _map_of(sweep), max((len(values) for _, values in sweep.parameters), default=0)
    return name is not None and len(dict(sweep.parameters)[name]) == most


def _map_of(sweep):
    """The name of the first parameter whose values are formats that differ in both E and M, or None."""
    for name, values in sweep.parameters:
        bits = [exponent_and_mantissa(value) for value in values]
        if all(bits) and all(len(set(kind)) > 1 for kind in zip(*bits)):
            return name
    return None


def draw(sweep, metric, warn):
    """Yields figures of the sweep, PANELS_PER_PAGE panels each."""
    name = _map_of(sweep)
    if name is None:
        warn(f"{sweep.path}: no parameter whose values are formats that differ in exponent and mantissa bits")
        return
    panels = _panels(sweep, name)
    values = [mean for cells in panels.values() for runs in cells.values()
              for mean in [_mean(runs, metric)] if mean is not None]
    baselines = [(label, _mean(runs, metric)) for label, runs in sweep.baselines]
    baselines = [(label, mean) for label, mean in baselines if mean is not None]
    scale = _scale(values + [mean for _, mean in baselines], metric)
    titles = list(panels)
    for start in range(0, len(titles), PANELS_PER_PAGE):
        yield _page(sweep, {title: panels[title] for title in titles[start:start + PANELS_PER_PAGE]}, metric,
                    baselines, scale)


def _panels(sweep, name):
    """{title of a panel: {(E, M): runs}}, in the order of the sweep."""
    others = [other for other, _ in sweep.parameters if other != name]
    panels = {}
    for run in sweep.trials:
        cells = panels.setdefault(described(others, run), {})
        cells.setdefault(exponent_and_mantissa(run.parameters[name]), []).append(run)
    return panels


def _mean(runs, metric):
    values = [value for value in map(metric.of, runs) if value is not None]
    return mean_and_interval(values)[0] if values else None


def _scale(values, metric):
    """Pale is good, dark is bad. Losses logarithmic; accuracies by the logarithm of the error."""
    colours = ListedColormap(ScalarMappable(Normalize(0, 1), "YlGnBu").to_rgba(np.linspace(0.06, 0.94, 256)))
    costs = [_cost(value, metric) for value in values] or [1.0]
    low, high = min(costs), max(costs)
    return ScalarMappable(LogNorm(low, max(high, low * 1.05), clip=True), colours)


def _cost(value, metric):
    return max(100 - value, 0.1) if metric.fraction else max(value, 1e-12)


def _page(sweep, panels, metric, baselines, scale):
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    cells = {cell for panel in panels.values() for cell in panel}
    exponents, mantissas = ([range(min(bits), max(bits) + 1) for bits in zip(*cells)])
    room = (style.WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / columns
    width = min(CELL_WIDTH * 1.3 / columns**0.25, room / len(mantissas))
    panel_size = (width * len(mantissas), min(CELL_HEIGHT, 0.8 * width) * len(exponents))
    height = TOP + BOTTOM + rows * panel_size[1] + (rows - 1) * BETWEEN
    fig = style.plt.figure(figsize=(style.WIDTH, height))
    states = set()
    for i, (title, panel) in enumerate(panels.items()):
        row, column = divmod(i, columns)
        x = LEFT + column * (panel_size[0] + GAP)
        y = BOTTOM + (rows - 1 - row) * (panel_size[1] + BETWEEN)
        axis = fig.add_axes([x / style.WIDTH, y / height, *(size / of for size, of in
                                                            zip(panel_size, (style.WIDTH, height)))])
        _axes(axis, shorten(title, 34), exponents, mantissas, column == 0, i + columns >= len(panels))
        for (e, m), runs in panel.items():
            states |= _cell(axis, (m - 0.5, e - 0.5), runs, metric, scale, width)
    style.heading(fig, f"{metric.title} by format: {sweep.name}", _explanation(sweep, metric, baselines))
    right = LEFT + columns * panel_size[0] + (columns - 1) * GAP
    _bar(fig, scale, metric, baselines, right, height)
    _legend(fig, states, height)
    return fig


def _axes(axis, title, exponents, mantissas, first, last):
    axis.set(xlim=(mantissas[0] - 0.5, mantissas[-1] + 0.5), ylim=(exponents[0] - 0.5, exponents[-1] + 0.5),
             xticks=mantissas, yticks=exponents)
    axis.tick_params(length=0)
    if title:
        axis.set_title(title)
    if last:
        axis.set_xlabel("mantissa bits M")
    if first:
        axis.set_ylabel("exponent bits E")
    axis.spines[:].set_visible(False)


def _cell(axis, corner, runs, metric, scale, width):
    """Draws the runs of one format; returns what the legend has to explain."""
    states = {run.state for run in runs}
    mean = _mean(runs, metric)
    box = dict(xy=(corner[0] + 0.02, corner[1] + 0.03), width=0.96, height=0.94)
    if mean is None:
        worst = next((state for state in (DIVERGED, FAILED, PRUNED, OPEN) if state in states), FAILED)
        axis.add_patch(Rectangle(**box, **LOOKS[worst][0]))
        return {worst}
    colour = scale.to_rgba(_cost(mean, metric))
    axis.add_patch(Rectangle(**box, facecolor=colour, linewidth=0))
    dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.55
    axis.text(corner[0] + 0.5, corner[1] + 0.5, metric.text(mean), size=min(8.5, 18 * width), ha="center",
              va="center_baseline", color="white" if dark else "black")
    return _corner(axis, corner, states, width)


def _corner(axis, corner, states, width):
    """A triangle where the mean is not that of all seeds."""
    kind = DIVERGED if DIVERGED in states else "other" if states - {COMPLETED} else None
    for name, colour, _ in CORNERS:
        if name == kind:
            x, y = corner[0] + 0.98, corner[1] + 0.97
            points = [(x, y), (x - 0.11 / width, y), (x, y - 0.32)]
            axis.add_patch(Polygon(points, facecolor=colour, linewidth=0))
    return {("corner", kind)} if kind else set()


def _explanation(sweep, metric, baselines):
    seeds = {run.seed for run in sweep.trials}
    parts = [f"Final {metric.title[0].lower()}{metric.title[1:]} ({metric.unit})"
             + (f", mean over {len(seeds)} seeds" if len(seeds) > 1 else "") + "."]
    if baselines:
        texts = [f"{label}: {metric.text(mean)}" for label, mean in baselines]
        parts.append("Baseline " + ", ".join(texts) + ".")
    undone = sum(run.state == OPEN for run in sweep.runs)
    if undone:
        parts.append(f"{undone} of {len(sweep.runs)} runs are not done yet.")
    return " ".join(parts)


def _bar(fig, scale, metric, baselines, right, height):
    bar = fig.colorbar(scale, cax=fig.add_axes([(right + 0.2) / style.WIDTH, BOTTOM / height,
                                                0.14 / style.WIDTH, (height - TOP - BOTTOM) / height]))
    ticks = _ticks(scale.norm.vmin, scale.norm.vmax, [_cost(mean, metric) for _, mean in baselines[:1]])
    bar.set_ticks(ticks, labels=[f"{100 - tick:g}" if metric.fraction else f"{tick:g}" for tick in ticks])
    bar.ax.tick_params(labelsize=8, length=2)
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.set_title(metric.unit if metric.fraction else "loss", size=8.5, loc="left")
    for label, mean in baselines[:1]:
        at = _cost(mean, metric)
        bar.ax.plot([0, 1], [at, at], color=style.TROUBLE, linewidth=1.6)
        bar.ax.annotate(shorten(label, 9), (1, at), xytext=(3, 0), textcoords="offset points", size=8,
                        va="center", color=style.TROUBLE, annotation_clip=False)


def _ticks(low, high, taken):
    """1, 2, 5 times powers of ten from low to high, fewer where that is many, none next to `taken`."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    many = math.log10(high / low) > 2.5
    ticks = [digit * 10.0**decade for decade in decades for digit in ((1,) if many else (1, 2, 5))]
    far = lambda tick: all(abs(math.log(tick / other)) > 0.07 * math.log(high / low) for other in taken)
    return [tick for tick in ticks if low <= tick <= high and far(tick)]


def _legend(fig, states, height):
    axis = fig.add_axes([LEFT / style.WIDTH, 0.1 / height, (style.WIDTH - LEFT) / style.WIDTH, 0.24 / height])
    axis.set(xlim=(0, style.WIDTH - LEFT), ylim=(0, 0.24))
    axis.axis("off")
    x = 0.01
    for state, (options, words) in LOOKS.items():
        if state in states:
            axis.add_patch(Rectangle((x, 0.03), 0.3, 0.18, **options))
            axis.text(x + 0.38, 0.11, words, size=8.5, va="center")
            x += 0.58 + 0.068 * len(words)
    for kind, colour, words in CORNERS:
        if ("corner", kind) in states:
            points = [(x + 0.16, 0.2), (x, 0.2), (x + 0.16, 0.05)]
            axis.add_patch(Polygon(points, facecolor=colour, linewidth=0))
            axis.text(x + 0.24, 0.11, words, size=8.5, va="center")
            x += 0.44 + 0.068 * len(words)
