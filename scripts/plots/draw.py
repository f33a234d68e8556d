"""Which pictures are drawn from which runs, and what their files are called."""

import re

from plots import heatmap, histograms, loss, overview, style
from plots.runs import group_by_data


def pictures(runs, options, warn):
    """Draws what `options` asks for; yields the path of each file as soon as it is written."""
    style.apply()
    groups = group_by_data(runs)
    suffix = lambda title: "" if len(groups) == 1 else "-" + file_name(title)
    if "overview" in options.only:
        yield from _save(overview.draw(groups), options, "overview")
    for title, members in groups:
        if "loss" in options.only:
            yield from _save(loss.draw(title, members, warn), options, "loss" + suffix(title))
        if "heatmap" in options.only:
            yield from _save(heatmap.draw(title, members, warn), options, "heatmap" + suffix(title))
    if "histograms" in options.only:
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
