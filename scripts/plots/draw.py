"""Which pictures are drawn from which runs, and what their files are called."""

import re

from plots import exm, heatmap, histograms, loss, metrics, overview, style, sweep
from plots.runs import group_by_data


def pictures(runs, sweeps, options, warn):
    """Draws what `options` asks for; yields the path of each file as soon as it is written."""
    style.apply()
    if runs:
        yield from _of_runs(runs, options, warn)
    for one in sweeps:
        suffix = "" if len(sweeps) == 1 else "-" + file_name(one.name)
        metric = metrics.choose(options.metric, one)
        if "exm" in options.only if options.only else exm.suits(one):
            yield from _save(exm.draw(one, metric, warn), options, "exm" + suffix)
        if "sweep" in options.only if options.only else not exm.suits(one):
            yield from _save(sweep.draw(one, metric, options.x, warn), options, "sweep" + suffix)


def _of_runs(runs, options, warn):
    asked = lambda name: not options.only or name in options.only
    groups = group_by_data(runs)
    suffix = lambda title: "" if len(groups) == 1 else "-" + file_name(title)
    if asked("overview"):
        yield from _save(overview.draw(groups), options, "overview")
    for title, members in groups:
        if asked("loss"):
            yield from _save(loss.draw(title, members, warn), options, "loss" + suffix(title))
        if asked("heatmap"):
            yield from _save(heatmap.draw(title, members, warn), options, "heatmap" + suffix(title))
    if asked("histograms"):
        for run in _limited(runs, options.histogram_runs, warn):
            yield from _save(histograms.draw(run, options.tensor, warn), options,
                             "histograms-" + file_name(run.label))


def _save(figures, options, name):
    """Figures of one picture: one file each, numbered from the second page on."""
    for page, fig in enumerate(figures, 1):
        yield from style.save(fig, options.out, name if page == 1 else f"{name}-{page}")


def _limited(runs, limit, warn):
    if len(runs) > limit:
        warn(f"histograms of the first {limit} of {len(runs)} runs only (see --histogram-runs)")
    return runs[:limit]


def file_name(text):
    """`text` with everything but letters, digits, dot, plus and hyphen as a hyphen."""
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", text).strip("-.") or "run"
