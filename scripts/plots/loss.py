"""Loss curves by run: training (smoothed, the raw curve faint behind it) and validation."""

import math

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from plots import style

SMOOTHING = 1 / 30  # width of the running mean, as a share of the run
MARKS = 9  # markers along a curve
MANY_POINTS = 300  # of a curve among too many runs for names


def draw(title, runs, warn):
    """Yields one figure, or none when no run has a curve."""
    drawn = []
    for run in runs:
        if len(run.train.value) or len(run.validation.value):
            drawn.append(run)
        else:
            warn(f"{run.path}: no loss curve")
    if not drawn:
        return
    few = len(drawn) <= style.STYLED_RUNS
    height = max(4.4, 1.3 + 0.31 * len(drawn)) if few else 4.4
    fig, axes = style.figure(height, columns=2, sharey=True)
    for axis, name in zip(axes[0], ("Training", "Validation")):
        _prepare(axis, name)
    looks = [style.line_style(i) for i in range(len(drawn))] if few else _looks_by_result(drawn, fig)
    handles = [_draw_run(axes[0], run, look, few) for run, look in zip(drawn, looks)]
    _limit(axes[0], drawn)
    _crosses(axes[0], drawn)
    style.heading(fig, f"Loss by number format: {title}",
                  "Training: running mean over 1/30 of the run"
                  + (", every step faint behind it" if few else "")
                  + ". Validation: each evaluation."
                  + ("  ✕: diverged." if any(map(_diverged, drawn)) else ""))
    if few:
        _legend(fig, drawn, handles)
    fig.subplots_adjust(left=0.075, right=0.735 if few else 0.88, top=1 - 0.8 / height, bottom=0.5 / height,
                        wspace=0.06)
    yield fig


def window(curve):
    """Width of the running mean of a training curve."""
    return max(1, int(len(curve.value) * SMOOTHING))


def smooth(values, width):
    """Centred running mean over `width` entries (fewer at the ends) of the finite ones; NaN stays NaN."""
    values = np.asarray(values, dtype=float)
    if not len(values):
        return values
    finite = np.isfinite(values)
    ones = np.ones(2 * (width // 2) + 1)
    # sums of their own for each entry: one running sum would not survive a spike
    mean = lambda of: np.convolve(of, ones)[width // 2:][:len(values)]
    return np.where(finite, mean(np.where(finite, values, 0.0)) / np.maximum(mean(finite), 1), np.nan)


def _prepare(axis, name):
    axis.set_title(name)
    axis.set_yscale("log")
    axis.grid(True, which="major")
    axis.set_xlabel("training step")
    _plain_log_ticks(axis.yaxis)
    if name == "Training":
        axis.set_ylabel("loss (mean per example)")


def _plain_log_ticks(axis):
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _draw_run(axes, run, look, few):
    train, validation = axes
    step, value = _positive(run.train)
    line = dict(color=look["color"], linestyle=look["linestyle"], linewidth=1.5 if few else 0.6)
    if len(value):
        if few:
            train.plot(step, value, color=look["color"], linewidth=0.4, alpha=0.16, zorder=1)
        mean = _smoothed(run)
        offset = sum(map(ord, run.label)) % 7 / 7  # markers of equal curves side by side, not on one another
        every = max(1, len(mean) // MARKS)
        marks = dict(marker=look["marker"], markersize=4.5,
                     markevery=(int(offset * every), every)) if few else {}
        thin = slice(None) if few else slice(None, None, len(mean) // MANY_POINTS + 1)
        train.plot(step[thin], mean[thin], **line, **marks, zorder=3)
    step, value = _positive(run.validation)
    marks = dict(marker=look["marker"], markersize=4.5) if few else {}
    handle, = validation.plot(step, value, **line, **marks, zorder=3)
    return handle


def _positive(curve):
    """Steps and values; what a log axis cannot show (zero, negative, non-finite) as NaN, which is a gap."""
    value = np.asarray(curve.value, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(curve.step), np.where(np.isfinite(value) & (value > 0), value, np.nan)


def _smoothed(run):
    """The smoothed training curve; losses of exactly zero (coarse formats have them) count in the mean."""
    mean = smooth(run.train.value, window(run.train))
    with np.errstate(invalid="ignore"):
        return np.where(mean > 0, mean, np.nan)


def _crosses(axes, runs):
    """A cross where a diverged run was last seen, at the edge when that lies outside the range."""
    for run in runs:
        for axis, curve, width in ((axes[0], run.train, window(run.train)), (axes[1], run.validation, 1)):
            step, value = _positive(curve)
            seen = np.flatnonzero(np.isfinite(value))
            if _diverged(run) and len(seen):
                last = min(max(smooth(value, width)[seen[-1]], axis.get_ylim()[0]), axis.get_ylim()[1])
                axis.plot(step[seen[-1]], last, "x", color=style.TROUBLE, markersize=9, markeredgewidth=2.2,
                          zorder=5, clip_on=False)


def _limit(axes, runs):
    """One y range for both panels: every validation loss and smoothed training loss; diverged runs do not
    raise it above the losses at the start, so that an explosion does not flatten all other curves."""
    low, high, start = math.inf, 0.0, 0.0
    for run in runs:
        train = _smoothed(run)
        train = train[np.isfinite(train)]
        validation = _positive(run.validation)[1]
        validation = validation[np.isfinite(validation)]
        both = np.concatenate((train, validation))
        if len(both):
            low, start = min(low, both.min()), max(start, both[0])
            high = max(high, both.max() if run.status != "diverged" else 0.0)
    if start > 0:
        axes[0].set_ylim(low / 1.3, max(high, start) * 1.4)


def _diverged(run):
    return run.status == "diverged"


def _legend(fig, runs, handles):
    labels = []
    for run in runs:
        final = run.final.get("validation_loss", math.nan)
        result = "diverged" if _diverged(run) else f"{final:.3g}" if math.isfinite(final) else run.status
        labels.append(f"{run.label}\n{result}")
    legend = fig.legend(handles, labels, title="run, and its final\nvalidation loss", loc="upper left",
                        bbox_to_anchor=(0.75, 1 - 0.6 / fig.get_figheight()), handlelength=3.4,
                        labelspacing=0.45, alignment="left")
    legend.get_title().set_fontsize(8.5)


def _looks_by_result(runs, fig):
    """Too many runs for names: the colour says the final validation loss; diverged runs are grey."""
    results = np.array([run.final.get("validation_loss", math.nan) for run in runs])
    usable = results[np.isfinite(results) & (results > 0)]
    limits = (usable.min(), usable.max() * 1.0001) if len(usable) else (1, 10)
    scale = ScalarMappable(LogNorm(*limits),
                           ListedColormap(colormaps["viridis_r"](np.linspace(0.12, 1, 256))))
    bar = fig.colorbar(scale, cax=fig.add_axes([0.9, 0.12, 0.015, 0.68]))
    _plain_log_ticks(bar.ax.yaxis)
    bar.set_label(f"final validation loss of {len(runs)} runs (grey: none)")
    shown = lambda result: math.isfinite(result) and result > 0
    return [{"color": scale.to_rgba(r) if shown(r) else "#B0B0B0", "linestyle": "solid", "marker": ""}
            for r in results]
