"""The overview: one row per run with its loss curve, validation accuracy and worst losses of values."""

import math

import numpy as np

from plots import style
from plots.cells import colours, draw_cell
from plots.loss import smooth, window
from plots.text import shorten

ROWS_PER_PAGE = 24
ROW, TOP, BOTTOM, GROUP = 0.34, 1.12, 0.5, 0.3  # inches: a run, heading, axis below, title of a data set
NAME, CURVE, FINAL, ACCURACY, RIGHT = 0.1, (1.75, 3.95), 4.5, (4.8, 6.7), 8.9  # inches from the left
CELL = 0.5
CELLS = (("underflow", "under-\nflow"), ("overflow", "over-\nflow"), ("swamped", "swamped"),
         ("update_lost", "update\nlost"))
TICKS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)  # of accuracies
TRAIN, VALIDATION, SOFT = "#8CC0E6", "#004C80", "#666666"


def draw(groups):
    """Yields figures; `groups` are (title, runs) on the same data. Long lists go on over further pages."""
    rows = [(title, run) for title, runs in groups for run in runs]
    panels = {title: _panel_of(runs) for title, runs in groups}
    errors = [1 - run.final["validation_accuracy_fraction"] for _, run in rows if _accuracy(run) is not None]
    best = max(min(errors, default=0.01), 0.0005) / 1.5
    for start in range(0, len(rows), ROWS_PER_PAGE):
        yield _page(rows[start:start + ROWS_PER_PAGE], panels, best, len(groups) > 1)


def _page(rows, panels, best, titled):
    titles = len(dict.fromkeys(title for title, _ in rows)) if titled else 0
    height = TOP + BOTTOM + ROW * len(rows) + GROUP * titles
    fig, axes = style.figure(height)
    fig.subplots_adjust(0, 0, 1, 1)
    canvas = axes[0][0]
    canvas.set(xlim=(0, style.WIDTH), ylim=(height, 0))  # inches, downwards
    canvas.axis("off")
    _headings(fig, canvas)
    scale, place, y, last = colours(), _accuracy_axis(best), TOP, None
    _grid(canvas, best, place, height)
    for title, run in rows:
        if titled and title != last:
            canvas.text(NAME, y + GROUP - 0.08, f"data: {title}", size=9, style="italic", color=SOFT)
            y += GROUP
        _row(canvas, y, run, panels[title], place, scale)
        y, last = y + ROW, title
    return fig


def _headings(fig, canvas):
    style.heading(fig, "Training with every operation rounded",
                  "Each row is one run. Loss on a log axis, with one range for all runs on the same data.")
    for x, text, align in ((NAME, "run", "left"), (CURVE[0], "loss over training steps", "left"),
                           (ACCURACY[0], "validation accuracy", "left"),
                           (RIGHT, "worst place: % of roundings", "right")):
        canvas.text(x, 0.76, text, size=9, weight="bold", ha=align)
    canvas.text(CURVE[0], 0.95, "training", size=8, color=TRAIN, weight="bold")
    canvas.text(CURVE[0] + 0.62, 0.95, "validation", size=8, color=VALIDATION, weight="bold")
    canvas.text(FINAL, 0.95, "final", size=8, color=SOFT, ha="right")
    for i, (_, text) in enumerate(CELLS):
        canvas.text(_cell_x(i) + CELL / 2, 1.06, text, size=7.5, ha="center", va="bottom", color=SOFT,
                    linespacing=0.95)


def _cell_x(index):
    return RIGHT - CELL * (len(CELLS) - index)


def _accuracy_axis(best):
    """accuracy -> inches: logarithmic in the error, so that 97 and 98 % stay apart; `best` is right."""
    left, right = ACCURACY
    def place(accuracy):
        return left + (right - left) * math.log(max(1 - accuracy, best)) / math.log(best)
    return place


def _grid(canvas, best, place, height):
    last = -math.inf
    for tick in TICKS:
        x = place(tick)
        if 1 - tick < best * 0.999 or x - last < 0.22:
            continue
        last = x
        canvas.plot((x, x), (TOP, height - BOTTOM + 0.05), color="#E0E0E0", linewidth=0.8, zorder=0)
        canvas.text(x, height - BOTTOM + 0.2, f"{100 * tick:g}", size=8, ha="center", color=SOFT)
    canvas.text(sum(ACCURACY) / 2, height - 0.12, "% (log axis of the error)", size=8, ha="center",
                color=SOFT)


def _row(canvas, y, run, panel, place, scale):
    middle = y + ROW / 2
    canvas.plot((NAME, RIGHT), (y + ROW, y + ROW), color="#EFEFEF", linewidth=0.7, zorder=0)
    canvas.text(NAME, middle, shorten(run.label, 20), size=9, va="center_baseline")
    _curves(canvas, y, run, *panel)
    final = run.final.get("validation_loss", math.nan)
    text = (f"{final:.3f}" if final >= 0.01 else f"{final:.1e}") if math.isfinite(final) else "-"
    bad = run.status != "completed"
    canvas.text(FINAL, middle, text, size=8.5, va="center_baseline", ha="right")
    accuracy = _accuracy(run)
    if accuracy is not None:
        _dot(canvas, place(accuracy), middle, f"{100 * accuracy:.1f}", bad and run.status)
    elif bad:
        canvas.text(ACCURACY[0], middle, run.status, size=8.5, va="center_baseline", color=style.TROUBLE)
    for i, (what, _) in enumerate(CELLS):
        draw_cell(canvas, (_cell_x(i), y, CELL, ROW), run.worst(what), scale, 8)


def _dot(canvas, x, y, text, trouble):
    canvas.plot(x, y, "x" if trouble else "o", color=style.TROUBLE if trouble else "black",
                markersize=7 if trouble else 6, markeredgewidth=2 if trouble else 0)
    right = x < sum(ACCURACY) / 2
    canvas.text(x + (0.1 if right else -0.1), y, f"{text} ({trouble})" if trouble else text, size=8.5,
                zorder=4, ha="left" if right else "right", va="center_baseline",
                color=style.TROUBLE if trouble else "black")


def _curves(canvas, y, run, low, high, steps):
    for curve, colour, width in ((run.train, TRAIN, window(run.train)), (run.validation, VALIDATION, 1)):
        value = smooth(curve.value, width)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (np.log(np.clip(value, low, high)) - math.log(low)) / math.log(high / low)
        x = CURVE[0] + (CURVE[1] - CURVE[0]) * np.asarray(curve.step) / steps
        canvas.plot(x, y + ROW - 0.04 - (ROW - 0.08) * share, color=colour, linewidth=1.4)


def _panel_of(runs):
    """Lowest loss of any run, the highest loss at a run's start (explosions are cut off there), last step."""
    low, high, steps = math.inf, 0.0, 1
    for run in runs:
        for curve, width in ((run.train, window(run.train)), (run.validation, 1)):
            steps = max(steps, max(curve.step, default=0))
            value = smooth(curve.value, width)
            value = value[np.isfinite(value) & (value > 0)]
            if len(value):
                low, high = min(low, value.min()), max(high, value[0])
    return (low, max(high, low * 1.01), steps) if high > 0 else (1.0, 10.0, steps)


def _accuracy(run):
    accuracy = run.final.get("validation_accuracy_fraction", math.nan)
    return accuracy if math.isfinite(accuracy) else None
