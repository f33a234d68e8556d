"""Heat map of the shares of values lost to underflow and to overflow: places of the network against runs."""

from matplotlib.patches import Rectangle

from plots import style
from plots.cells import ABSENT, ZERO, colours, draw_cell
from plots.runs import layer_order
from plots.text import shorten

RUNS_PER_PAGE = 10  # of two panels: more would make the numbers unreadable
MOST_ROWS = 60
PASSES = ("forward", "dgrad", "wgrad", "optimizer")
PANELS = (("underflow", "Underflow to zero"), ("overflow", "Overflow or saturation"))
ROW, LABELS = 0.185, 3.0  # inches: height of a row, width of its label
TOP, BOTTOM, GAP = 1.05, 0.66, 0.12  # TOP without the names of the runs
NAME_SIZE = 20  # characters of a run's name


def draw(title, runs, warn):
    """Yields figures, one for each RUNS_PER_PAGE runs; none without statistics."""
    measured = [run for run in runs if run.sites]
    for run in runs:
        if not run.sites:
            warn(f"{run.path}: no statistics of roundings (they were switched off)")
    keys = _ordered_keys(measured)
    shares = [{site.key: site for site in run.sites if site.total_count} for run in measured]
    rows, left_out = _worst_rows(keys, shares)
    explanation = _explanation(rows, left_out, len(keys))
    for start in range(0, len(measured), RUNS_PER_PAGE):
        page = slice(start, start + RUNS_PER_PAGE)
        yield _page(title, measured[page], shares[page], rows, explanation)


def _ordered_keys(runs):
    """Every place that any run has, by pass and layer, then in the order of the reports: a place that only
    later runs have comes after the one that it follows there."""
    keys, seen = [], set()
    for run in runs:
        for before, site in zip([None, *run.sites], run.sites):
            if site.key not in seen:
                keys.insert(keys.index(before.key) + 1 if before else 0, site.key)
                seen.add(site.key)
    rank = {name: i for i, name in enumerate(PASSES)}
    return sorted(keys, key=lambda key: (rank.get(key[2], len(PASSES)), layer_order(key[0])))


def _worst_rows(keys, shares):
    """The MOST_ROWS places where some run lost the largest shares of values, in the order of `keys`, and the
    number of further places with losses."""
    worst = dict.fromkeys(keys, 0.0)
    for sites in shares:
        for key, site in sites.items():
            worst[key] = max(worst[key], *(getattr(site, what) or 0.0 for what, _ in PANELS))
    lossy = sorted((key for key in keys if worst[key] > 0), key=lambda key: -worst[key])
    kept = set(lossy[:MOST_ROWS])
    return [key for key in keys if key in kept], len(lossy) - len(kept)


def _explanation(rows, left_out, places):
    text = "Percent of all roundings at a place of the network, over the whole run."
    lossless = places - len(rows) - left_out
    if lossless:
        text += f" Not shown: {lossless} of {places} places with no loss in any run"
        text += f", {left_out} with least loss." if left_out else "."
    return text


def _page(title, runs, shares, rows, explanation):
    names = [shorten(run.label, NAME_SIZE) for run in runs]
    top = TOP + 0.055 * max(map(len, names))
    right = 0.1 + 0.035 * len(names[-1])
    height = top + BOTTOM + ROW * max(len(rows), 1)
    fig, axes = style.figure(height, columns=2)
    fig.subplots_adjust(left=LABELS / style.WIDTH, right=1 - right / style.WIDTH, top=1 - top / height,
                        bottom=BOTTOM / height, wspace=2 * GAP / (style.WIDTH - LABELS - right))
    scale = colours()
    for axis, (what, name) in zip(axes[0], PANELS):
        _panel(axis, what, names, shares, rows, scale)
        fig.text(axis.get_position().x0, 1 - 0.68 / height, name, size=10, va="top")
    _row_labels(axes[0][0], rows)
    style.heading(fig, f"Values lost in rounding: {title}", explanation)
    if not rows:
        fig.text(LABELS / style.WIDTH, (BOTTOM + 0.02) / height, " nothing was lost anywhere", size=9)
    _legend(fig, scale, height)
    return fig


def _panel(axis, what, names, shares, rows, scale):
    size = 6.6 if len(names) > 7 else 7.5
    for column, sites in enumerate(shares):
        for row, key in enumerate(rows):
            share = getattr(sites[key], what) if key in sites else None
            draw_cell(axis, (column, row, 1, 1), share, scale, size)
    axis.set(xlim=(0, len(names)), ylim=(max(len(rows), 1), 0), yticks=[])
    axis.set_xticks([i + 0.5 for i in range(len(names))], names, rotation=50, ha="left",
                    rotation_mode="anchor", size=8)
    axis.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False, length=0, pad=3)
    for row in _starts(rows)[1:]:
        axis.axhline(row, color="black", linewidth=0.8)
    axis.spines[:].set_visible(True)
    axis.spines[:].set_linewidth(0.8)


def _starts(rows):
    """Indices at which another pass begins."""
    return [i for i, key in enumerate(rows) if i == 0 or rows[i - 1][2] != key[2]]


def _row_labels(axis, rows):
    """layer, op and role of each row, and the pass of each block, left of the first panel (x in inches)."""
    place = axis.get_yaxis_transform()
    inch = 1 / (axis.get_position().width * style.WIDTH)
    for row, (layer, op, _, role) in enumerate(rows):
        axis.text(-2.2 * inch, row + 0.53, shorten(f"{layer} {op}", 19), size=8, va="center", transform=place)
        axis.text(-0.08 * inch, row + 0.53, role, size=8, va="center", ha="right", color="#333333",
                  transform=place)
    for start, end in zip(_starts(rows), _starts(rows)[1:] + [len(rows)]):
        axis.text(-2.92 * inch, start + 0.53, rows[start][2], size=8, weight="bold", va="center",
                  transform=place)
        axis.plot((-2.92 * inch, 0), (start, start), color="black", linewidth=0.8, transform=place,
                  clip_on=False)


def _legend(fig, scale, height):
    bar = fig.colorbar(scale, cax=fig.add_axes([LABELS / style.WIDTH, 0.4 / height, 0.3, 0.13 / height]),
                       orientation="horizontal")
    bar.set_ticks([1e-4, 1e-3, 1e-2, 1e-1, 1], labels=["≤ 0.01 %", "0.1 %", "1 %", "10 %", "100 %"])
    bar.ax.tick_params(labelsize=8, length=2)
    bar.ax.minorticks_off()
    key = fig.add_axes([0.69, 0.345 / height, 0.3, 0.24 / height])
    key.set(xlim=(0, 0.3 * style.WIDTH), ylim=(0, 0.24))
    key.axis("off")
    for x, options, text in ((0, dict(ZERO, edgecolor="#8A8A8A", linewidth=0.6), "none lost"),
                             (1.05, ABSENT, "nothing rounded there")):
        key.add_patch(Rectangle((x + 0.02, 0.03), 0.26, 0.17, **options))
        key.text(x + 0.35, 0.11, text, size=8, va="center")
