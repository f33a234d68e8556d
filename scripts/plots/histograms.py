"""Exponents of the values before and after rounding, place by place, with the format's range drawn in."""

import fnmatch
import math
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from plots import style
from plots.reports import load_report
from plots.runs import layer_order
from plots.text import percent, shorten

ROLES = ("weight", "activation", "activation_grad", "weight_grad",
         "optimizer_state")  # columns of the usual choice
LAYERS_PER_PAGE = 6
ROW = 1.52  # inches: height of a row of panels
TITLE_SIZE = 23  # characters of a line above a panel
FREE_PER_PAGE = 30  # panels of a choice by --tensor
BEYOND = 6  # binades of the format's range shown beyond the values; further limits become arrows
BEFORE, AFTER, NORMAL, SUBNORMAL, LIMIT = "#A8A8A8", "#0072B2", "#E6F2E6", "#FBE3C8", "#C04A00"


@dataclass
class Panel:
    """A tensor's histograms in shares of all values, and where its format's ranges begin and end."""

    title: str
    format: str
    before: tuple  # (first exponent, shares)
    after: tuple
    limits: tuple  # log2 of: smallest subnormal, smallest normal, largest number (or None each)
    underflow: float
    overflow: float


def draw(run, pattern, warn):
    """Yields figures of one run: its main tensors by layer and role, or those that match `pattern`."""
    report = load_report(run.path)
    formats = {entry["name"]: entry for entry in report["formats"]}
    tensors = [t for t in report.get("tensors", []) if "exponent_histogram" in t
               and t["counters"]["total_count"]]
    if pattern:
        tensors = [t for t in tensors if fnmatch.fnmatchcase("/".join(_place(t)), pattern)]
    if not tensors:
        warn(f"{run.path}: no exponent histograms" + (f" of {pattern}" if pattern else ""))
        return
    for cells in _in_order(tensors) if pattern else _by_layer(tensors):
        yield _page(run, cells, formats)


def _place(tensor):
    return tuple(tensor[key] for key in ("layer", "op", "pass", "role"))


def _by_layer(tensors):
    """Pages of rows of len(ROLES) tensors (None: there is none): of each layer and role the largest tensor,
    of equally large ones the one that lost most to underflow."""
    weight = lambda tensor: [tensor["counters"][key] for key in ("total_count", "underflow_to_zero_count")]
    best = {}
    for tensor in tensors:
        key = (tensor["layer"], tensor["role"])
        if key not in best or weight(tensor) > weight(best[key]):
            best[key] = tensor
    layers = sorted({layer for layer, role in best if role in ROLES}, key=layer_order)
    rows = [[best.get((layer, role)) for role in ROLES]
            for layer in layers] or [list(best.values())[:len(ROLES)]]
    return [rows[i:i + LAYERS_PER_PAGE] for i in range(0, len(rows), LAYERS_PER_PAGE)]


def _in_order(tensors):
    pages = [tensors[i:i + FREE_PER_PAGE] for i in range(0, len(tensors), FREE_PER_PAGE)]
    return [[page[i:i + len(ROLES)] for i in range(0, len(page), len(ROLES))] for page in pages]


def _page(run, rows, formats):
    height = 1.6 + ROW * len(rows)
    fig, axes = style.figure(height, rows=len(rows), columns=len(ROLES))
    panels = [[_panel(tensor, formats) if tensor else None for tensor in row] for row in rows]
    for row, axes_row in zip(panels, axes):
        for column, axis in enumerate(axes_row):
            if column < len(row) and row[column]:
                _draw_panel(axis, row[column])
            else:
                axis.axis("off")
    style.heading(fig, f"Magnitudes before and after rounding: {shorten(run.label, 40)}",
                  "Share of all values of a tensor in each binade, over the whole run (zeros have none). "
                  "↓ rounded to zero, ↑ overflow or saturation.")
    fig.supxlabel("magnitude of the values (binades)", size=9, y=0.42 / height, va="bottom")
    fig.supylabel("share of values (%)", size=9, x=0.012)
    _legend(fig, height)
    fig.subplots_adjust(left=0.06, right=0.99, top=1 - 1.06 / height, bottom=0.88 / height, hspace=1.1,
                        wspace=0.24)
    return fig


def _panel(tensor, formats):
    counters, histograms = tensor["counters"], tensor["exponent_histogram"]
    total = counters["total_count"]
    shares = lambda side: (side["first_exponent"], 100 * np.asarray(side["counts"], dtype=float) / total)
    return Panel(
        title=_title(*_place(tensor)), format=tensor["format"], before=shares(histograms["before"]),
        after=shares(histograms["after"]), limits=_limits(formats.get(tensor["format"])),
        underflow=counters["underflow_to_zero_count"] / total,
        overflow=(counters["overflow_count"] + counters["saturated_count"]) / total)


def _title(layer, op, pass_, role):
    full = f"{role} ({pass_})"  # where there is no room, the role implies the pass
    return shorten(f"{layer} {op}", TITLE_SIZE) + "\n" + (full if len(full) <= TITLE_SIZE else role)


def _limits(entry):
    entry = entry or {}  # an integer grid has no entry
    return tuple(math.log2(entry[key]) if key in entry else None
                 for key in ("min_subnormal", "min_normal", "max_finite"))


def _draw_panel(axis, panel):
    low, high = _window(panel)
    axis.set_xlim(low, high)
    _ranges(axis, panel, low, high)
    first, shares = panel.before
    if len(shares):
        axis.stairs(shares, np.arange(first, first + len(shares) + 1), fill=True, color=BEFORE, linewidth=0,
                    zorder=2)
    first, shares = panel.after
    if len(shares):
        axis.stairs(shares, np.arange(first, first + len(shares) + 1), color=AFTER, linewidth=1.4, zorder=3)
    axis.set_ylim(0, 1.12 * max([*panel.before[1], *panel.after[1], 1e-9]))
    axis.set_title(panel.title, size=8.5, pad=14)
    lost = [f"↓{percent(panel.underflow)} %"] if panel.underflow else []
    lost += [f"↑{percent(panel.overflow)} %"] if panel.overflow else []
    axis.text(0, 1.04, shorten(panel.format, 8 if len(lost) > 1 else 12), transform=axis.transAxes, size=8,
              weight="bold")
    axis.text(1, 1.04, " ".join(lost).replace("0.", "."), transform=axis.transAxes, size=7.5, ha="right",
              color=LIMIT)
    _ticks(axis, low, high)


def _window(panel):
    """Binades shown: all values, and the format's limits within BEYOND of them."""
    sides = [side for side in (panel.before, panel.after) if len(side[1])]
    low = min((first for first, _ in sides), default=-1)
    high = max((first + len(shares) for first, shares in sides), default=1)
    limits = [limit for limit in panel.limits if limit is not None]
    near_low = [math.floor(limit) for limit in limits if low - BEYOND <= limit < low]
    near_high = [math.ceil(limit) for limit in limits if high < limit <= high + BEYOND]
    return min([low, *near_low]) - 2, max([high, *near_high]) + 2


def _ranges(axis, panel, low, high):
    """Normal and subnormal range as bands, the outer limits as lines (arrows where they are out of sight)."""
    subnormal, normal, top = panel.limits
    if top is None:
        return
    if normal is not None and normal < high:
        axis.axvspan(max(normal, low), min(top, high), color=NORMAL, linewidth=0, zorder=0)
    end = min(high, top if normal is None else normal)
    if subnormal is not None and max(subnormal, low) < end:
        axis.axvspan(max(subnormal, low), end, facecolor=SUBNORMAL, edgecolor="white", hatch="//",
                     linewidth=0, zorder=0)
    _limit(axis, normal if subnormal is None else subnormal, low, high)
    _limit(axis, top, low, high)


def _limit(axis, limit, low, high):
    if low < limit < high:
        axis.axvline(limit, color=LIMIT, linewidth=1.2, linestyle=(0, (3, 1.5)), zorder=4)
        return
    binade = f"$2^{{{math.floor(limit)}}}$"
    x, text, align = (0.02, f"←{binade}", "left") if limit <= low else (0.98, f"{binade}→", "right")
    axis.text(x, 0.97, text, transform=axis.transAxes, size=7.5, color=LIMIT, va="top", ha=align, zorder=5)


def _ticks(axis, low, high):
    step = next(s for s in (2, 4, 8, 16, 32, 64, 128, 512) if (high - low) / s <= 4.5)
    ticks = [e for e in range(math.ceil(low), math.floor(high) + 1) if e % step == 0]
    axis.set_xticks(ticks, [f"$2^{{{e}}}$" for e in ticks], size=8)
    axis.tick_params(axis="y", labelsize=7.5)
    axis.tick_params(length=2.5, pad=2)
    axis.tick_params(axis="x", pad=4)
    axis.yaxis.set_major_locator(MaxNLocator(3))


def _legend(fig, height):
    handles = [Patch(color=BEFORE), Line2D([], [], color=AFTER, linewidth=1.6), Patch(color=NORMAL),
               Patch(facecolor=SUBNORMAL, edgecolor="white", hatch="//", linewidth=0),
               Line2D([], [], color=LIMIT, linewidth=1.2, linestyle=(0, (3, 1.5)))]
    labels = ["before rounding", "after rounding", "normal range", "subnormal range",
              "smallest and largest number"]
    fig.legend(handles, labels, loc="lower center", ncol=5, bbox_to_anchor=(0.5, 0.02 / height),
               handlelength=1.8, columnspacing=1.5)
