"""Final result of a sweep against one parameter, a line for each value of the others."""

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from plots import style
from plots.sweep_directory import (DIVERGED, FAILED, OPEN, PRUNED, described, exponent_and_mantissa,
                                   mean_and_interval)
from plots.text import shorten

PLOT, LEFT, RIGHT, TOP, BOTTOM = 2.9, 0.78, 2.45, 0.66, 0.56  # inches: height of the plot, and around it
TURNED = 0.6  # inches more for turned names below the axis
LANE = 0.17  # inches: a row of marks above the axis
MARKS = {DIVERGED: ("x", "diverged"), FAILED: ("+", "failed"), PRUNED: ("_", "stopped early")}
SPREAD = 0.36  # of the distance of two values: how far the points of several lines lie apart
BASELINE = "#555555"
# What a path of a configuration is in words, by its end.
WORDS = {"optimizer.lr": "learning rate", "loss_scale.value": "loss scale", "chunk": "chunk length (terms)",
         "batch_size": "batch size (samples)", "optimizer.momentum": "momentum"}


def draw(sweep, metric, x_name, warn):
    """Yields one figure, or none without a parameter that varies."""
    names = [name for name, _ in sweep.parameters]
    if x_name is not None and x_name not in names:
        warn(f"{sweep.path}: no parameter {x_name!r} varies (there are: {', '.join(names) or 'none'})")
        return
    if not names:
        warn(f"{sweep.path}: no parameter varies")
        return
    axis_name = x_name or _choose_x(sweep.parameters)
    places = _Places(dict(sweep.parameters)[axis_name], axis_name)
    lines = _lines(sweep, axis_name)
    if len(lines) > style.STYLED_RUNS:
        warn(f"{sweep.path}: the first {style.STYLED_RUNS} of {len(lines)} lines only")
        lines = dict(list(lines.items())[:style.STYLED_RUNS])
    yield _figure(sweep, metric, places, lines)


def _choose_x(parameters):
    """The parameter with the most values, numbers before formats before other texts."""
    def rank(parameter):
        _, values = parameter
        numbers = all(not isinstance(value, str) for value in values)
        formats = all(exponent_and_mantissa(value) for value in values)
        return (numbers, formats, len(values))
    return max(parameters, key=rank)[0]


class _Places:
    """Where values of a parameter lie on the axis: at their logarithm (base 2 or 10), at themselves, or side
    by side."""

    def __init__(self, values, name):
        words = "format" if all(exponent_and_mantissa(value) for value in values) else name
        self.name = next((words for end, words in WORDS.items() if name.endswith(end)), words)
        self.numeric = all(not isinstance(value, str) for value in values)
        self.values = sorted(values) if self.numeric else list(values)
        self.log = self.numeric and self.values[0] > 0 and self.values[-1] / self.values[0] >= 20
        self.base = 2 if self.log and all(math.frexp(value)[0] == 0.5 for value in self.values) else 10
        self.at = {value: self._at(value) for value in self.values}
        steps = [b - a for a, b in zip(sorted(self.at.values()), sorted(self.at.values())[1:])]
        self.step = min(steps, default=1.0)
        self.labels = [value if isinstance(value, str) else f"{value:g}" for value in self.values]
        self.powers = self.log and (self.base == 2 or max(self.at.values()) - min(self.at.values()) >= 1.5)
        self.crowded = not self.powers and sum(map(len, self.labels)) + len(self.labels) > 80

    def _at(self, value):
        if self.log:
            return math.log(value, self.base) if self.base == 10 else math.log2(value)
        return value if self.numeric else float(self.values.index(value))

    def prepare(self, axis):
        low, high = min(self.at.values()), max(self.at.values())
        axis.set_xlim(low - 0.5 * self.step, high + 0.5 * self.step)
        axis.set_xlabel(self.name)
        if self.powers:
            first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
            ticks = list(range(first, last + 1, max(1, -(-(last - first + 1) // 13))))
            axis.set_xticks(ticks, [f"$\\mathdefault{{{self.base}^{{{tick}}}}}$" for tick in ticks])
        else:
            turned = dict(rotation=35, ha="right", rotation_mode="anchor") if self.crowded else {}
            axis.set_xticks(list(self.at.values()), [shorten(label, 16) for label in self.labels], **turned)
        axis.tick_params(axis="x", which="minor", length=0)


def _lines(sweep, x_name):
    """{label: {value of the axis: runs}} in the order of the sweep."""
    others = [name for name, _ in sweep.parameters if name != x_name]
    lines = {}
    for run in sweep.trials:
        if x_name in run.parameters:
            lines.setdefault(described(others, run), {}).setdefault(run.parameters[x_name], []).append(run)
    return lines


def _figure(sweep, metric, places, lines):
    states = [state for state in MARKS if any(run.state == state for run in sweep.trials)]
    top, bottom = TOP + LANE * len(states), BOTTOM + (TURNED if places.crowded else 0)
    height = PLOT + top + bottom
    fig, axes = style.figure(height)
    axis = axes[0][0]
    fig.subplots_adjust(left=LEFT / style.WIDTH, right=1 - RIGHT / style.WIDTH, top=1 - top / height,
                        bottom=bottom / height)
    places.prepare(axis)
    axis.grid(True, which="major")
    looks = [style.line_style(i) for i in range(len(lines))]
    shifts = [SPREAD * places.step * ((i + 0.5) / len(lines) - 0.5) for i in range(len(lines))]
    values = [value for cells, look, shift in zip(lines.values(), looks, shifts)
              for value in _draw_line(axis, cells, metric, places, look, shift)]
    baselines = _baselines(axis, sweep, metric)
    _scale(axis, values + [mean for _, mean in baselines], metric)
    for row, state in enumerate(states):
        _lane(axis, row, state, lines, places, looks, shifts)
    style.heading(fig, f"{metric.title} by {places.name.partition(' (')[0]}: {sweep.name}",
                  _explanation(sweep))
    _legend(fig, top / height, lines, looks, baselines, metric, states)
    return fig


def _draw_line(axis, cells, metric, places, look, dx):
    """Seeds as points, their mean as line, its 95 % interval as bar; returns what the axis has to show."""
    seen, x, means, bars = [], [], [], []
    for value in places.values:
        results = [result for result in map(metric.of, cells.get(value, [])) if result is not None]
        mean, half = mean_and_interval(results) if results else (math.nan, None)
        at = places.at[value] + dx
        if len(results) > 1:
            axis.plot([at] * len(results), results, look["marker"], color=look["color"], markersize=3.2,
                      markeredgewidth=0, alpha=0.4, zorder=2)
        if half:
            bars.append((at, mean, half))
        x.append(at)
        means.append(mean)
        seen += results
    axis.plot(x, means, **look, linewidth=1.5, markersize=5, zorder=3)
    for at, mean, half in bars:
        axis.errorbar([at], [mean], [[half], [half]], color=look["color"], linewidth=0.9, capsize=2,
                      alpha=0.6, zorder=2)
    ends = [min(max(mean + sign * half, 0.6 * min(seen)), 1.5 * max(seen)) for _, mean, half in bars
            for sign in (1, -1)]
    return seen + ends


def _baselines(axis, sweep, metric):
    found = []
    for i, (label, runs) in enumerate(sweep.baselines):
        results = [result for result in map(metric.of, runs) if result is not None]
        if results:
            mean = mean_and_interval(results)[0]
            axis.axhline(mean, color=BASELINE, linewidth=1.2, linestyle=style.DASHES[1 + i % 3], zorder=1)
            found.append((label, mean))
    return found


def _scale(axis, values, metric):
    """Losses on a log axis where they differ much; accuracies up to 100 %."""
    axis.set_ylabel(f"{metric.title[0].lower()}{metric.title[1:]} ({metric.unit})")
    if not values:
        axis.set_ylim(0, 1)
        axis.set_yticks([])
        return
    low, high = min(values), max(values)
    if metric.fraction:
        axis.set_ylim(max(low - 0.06 * (100 - low), 0), 100)
    elif low > 0 and high / low > 4:
        axis.set_yscale("log")
        axis.set_ylim(low / (high / low)**0.04, high * (high / low)**0.06)
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 500 else (1,)))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.yaxis.set_minor_locator(FixedLocator([]))
    else:
        pad = 0.06 * (high - low or abs(high) or 1)
        axis.set_ylim(low - pad, high + pad)


def _lane(axis, row, state, lines, places, looks, shifts):
    """Marks above the top edge for runs that ended in this state, each at its value in its line's colour."""
    y = 1 + LANE * (row + 0.7) / PLOT
    for cells, look, shift in zip(lines.values(), looks, shifts):
        at = [places.at[value] + shift for value, runs in cells.items()
              if any(run.state == state for run in runs)]
        axis.plot(at, [y] * len(at), MARKS[state][0], color=look["color"], markersize=5.5,
                  markeredgewidth=1.7, transform=axis.get_xaxis_transform(), clip_on=False, zorder=4)


def _explanation(sweep):
    seeds = len({run.seed for run in sweep.trials})
    text = "Each point is one run." if seeds == 1 else f"Mean over {seeds} seeds; small points: the seeds"
    if seeds > 1:
        text += "; bars: 95 % confidence interval of the mean." if seeds > 2 else "."
    undone = sum(run.state == OPEN for run in sweep.runs)
    return text + (f" {undone} of {len(sweep.runs)} runs not done." if undone else "")


def _legend(fig, top, lines, looks, baselines, metric, states):
    entries = [(Line2D([], [], **look, linewidth=1.5, markersize=5), shorten(label, 26))
               for label, look in zip(lines, looks) if label]
    entries += [(Line2D([], [], color=BASELINE, linewidth=1.2, linestyle=style.DASHES[1 + i % 3]),
                 f"{shorten(label, 26)} (baseline):\n{metric.text(mean)}")
                for i, (label, mean) in enumerate(baselines)]
    entries += [(Line2D([], [], color=BASELINE, linestyle="none", marker=MARKS[state][0], markersize=5.5,
                        markeredgewidth=1.7), f"{MARKS[state][1]} (top edge)") for state in states]
    if entries:
        fig.legend(*zip(*entries), loc="upper left", handlelength=3.4, labelspacing=0.55, alignment="left",
                   bbox_to_anchor=(1 - (RIGHT - 0.1) / style.WIDTH, 1 - top + 0.02))
