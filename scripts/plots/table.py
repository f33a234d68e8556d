#!/usr/bin/python3
"""Prints one comparison table of training runs. Standard library only.

usage: table.py [--markdown] [--width COLUMNS] PATH...   (PATH: run directory, or a directory with some below)
Exit code 2: no usable report.
"""

import argparse
import math
import os
import signal
import sys

if __package__ in (None, ""):
    sys.dont_write_bytecode = True
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from plots.runs import group_by_data, load_runs, warn_to_stderr
from plots.text import percent, shorten

MIN_NAME_WIDTH = 12


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="table",
                                     description="Comparison table of training runs, on stdout.")
    parser.add_argument("paths", nargs="+", metavar="PATH",
                        help="run directory, or a directory with some below")
    parser.add_argument("--markdown", action="store_true", help="a Markdown table")
    parser.add_argument("--width", type=int, default=100,
                        help="most columns of the plain table (default 100)")
    options = parser.parse_args(arguments)
    runs = load_runs(options.paths, warn_to_stderr("table"))
    if not runs:
        print("table: error: no usable report.json", file=sys.stderr)
        return 2
    print(markdown(runs) if options.markdown else plain(runs, options.width))
    return 0


def worst_percent(what):
    return lambda run: percent(run.worst(what))


# (two lines of heading, text of a run)
COLUMNS = [
    (("", "run"), lambda run: run.label),
    (("", "status"), lambda run: run.status),
    (("train", "loss"), lambda run: loss(run.final.get("train_loss"))),
    (("valid.", "loss"), lambda run: loss(run.final.get("validation_loss"))),
    (("valid.", "acc. %"), lambda run: accuracy(run.final.get("validation_accuracy_fraction"))),
    (("under-", "flow %"), worst_percent("underflow")),
    (("over-", "flow %"), worst_percent("overflow")),
    (("swamp-", "ed %"), worst_percent("swamped")),
    (("update", "lost %"), worst_percent("update_lost")),
    (("memory", "/ fp32"), lambda run: fixed(run.memory_ratio, 2)),
    (("time", "s"), lambda run: fixed(run.wall_s, 1)),
]
TEXT_COLUMNS = 2  # aligned to the left; the others are numbers

NOTES = (
    "train loss: mean of the last epoch. underflow, overflow (with saturation), swamped, update lost:",
    "the largest share of roundings at any one place of the network (layer, operation, pass, role).",
    "memory: peak of the emulated machine. -: not measured.",
)


def fixed(value, digits):
    return "-" if value is None else str(value) if not math.isfinite(value) else f"{value:.{digits}f}"


def loss(value):
    extreme = value is not None and (0 < abs(value) < 1e-3 or 1e4 <= abs(value) < math.inf)
    return f"{value:.1e}" if extreme else fixed(value, 4)


def accuracy(value):
    return fixed(None if value is None else 100 * value, 1)


def plain(runs, width):
    """Aligned columns, at most `width` wide (names are shortened in the middle); groups of data apart."""
    headings = [[heading[line] for heading, _ in COLUMNS] for line in (0, 1)]
    groups = [(title, [[text(run) for _, text in COLUMNS] for run in members])
              for title, members in group_by_data(runs)]
    rows = headings + [row for _, members in groups for row in members]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    room = width - sum(widths[1:]) - 2 * (len(widths) - 1)
    widths[0] = min(widths[0], max(room, MIN_NAME_WIDTH))
    lines = [_line(row, widths) for row in headings]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    for title, members in groups:
        lines.append(f"{'-- ' + title + ' ':-<{len(rule)}}" if len(groups) > 1 else rule)
        lines += [_line(row, widths) for row in members]
    return "\n".join(lines + [rule, *_notes(runs), *NOTES])


def _line(row, widths):
    cells = [shorten(text, size).ljust(size) if i < TEXT_COLUMNS else text.rjust(size)
             for i, (text, size) in enumerate(zip(row, widths))]
    return "  ".join(cells).rstrip()


def markdown(runs):
    groups = group_by_data(runs)
    lines = []
    for title, members in groups:
        lines += [f"**{title}**", ""] if len(groups) > 1 else []
        lines.append("| " + " | ".join(_markdown_heading(heading) for heading, _ in COLUMNS) + " |")
        lines.append("|" + "|".join(":--" if i < TEXT_COLUMNS else "--:" for i in range(len(COLUMNS))) + "|")
        for run in members:
            lines.append("| " + " | ".join(text(run).replace("|", "\\|") for _, text in COLUMNS) + " |")
        lines.append("")
    return "\n".join(lines + [*_notes(runs, "- "), *([""] if _notes(runs) else []), *NOTES])


def _markdown_heading(heading):
    first, second = heading
    return first[:-1] + second if first.endswith("-") else f"{first} {second}".strip()


def _notes(runs, bullet=""):
    return [f"{bullet}{run.label} {run.status}{': ' if run.trouble else ''}{run.trouble}"
            for run in runs if run.status != "completed"]


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader such as head may stop early
    sys.exit(main())
