"""The command line of scripts/plot."""

import argparse
import os
import sys

from plots.metrics import METRICS
from plots.reports import BrokenReport
from plots.runs import load_runs, warn_to_stderr
from plots.sweep_directory import find_sweeps, load_sweep

DESCRIPTION = """Draws pictures of training runs and of sweeps, as PNG and SVG; prints the path of each file.

of runs:
  overview     one row per run: loss curve, validation accuracy, underflow and overflow
  loss         loss curves by run: training and validation, log axis
  heatmap      share of values lost to underflow and overflow: places of the network against runs
  histograms   exponents of the values before and after rounding, with the format's range, one picture per run
of sweep directories (with sweep.json), finished or not:
  exm          heat map of the final loss by exponent and mantissa bits; other parameters: a panel each
  sweep        final loss against a parameter; other parameters: a line each

Without --only, runs get the first four, and a sweep gets exm if it is one over formats, else sweep; --only
with one of the first four takes the runs of sweeps too. Runs on different data are never drawn against one
another: each data set has its own loss and heatmap.
"""
EXIT_CODES = "Exit codes: 0 done; 2 usage, or no usable report; 3 a picture could not be written."
RUN_PICTURES = ("overview", "loss", "heatmap", "histograms")
SWEEP_PICTURES = ("exm", "sweep")
PICTURES = RUN_PICTURES + SWEEP_PICTURES


def main(arguments=None):
    options = _parser().parse_args(arguments)
    warn = warn_to_stderr("plot")
    runs, sweeps = _load(options, warn)
    if not runs and not sweeps:
        return _fail("no usable report.json", 2)
    try:
        from plots import draw
    except ImportError as error:
        return _fail(f"{error}; install the distribution's package python3-matplotlib", 3)
    try:
        os.makedirs(options.out, exist_ok=True)
        for path in draw.pictures(runs, sweeps, options, warn):
            print(path, flush=True)
    except OSError as error:
        return _fail(f"{error.filename or options.out}: {error.strerror or error}", 3)
    return 0


def _load(options, warn):
    """What the pictures that are asked for need: runs, sweeps."""
    folders = find_sweeps(options.paths)
    of_sweeps_too = options.only and set(options.only) & set(RUN_PICTURES)
    runs = load_runs(options.paths, warn, () if of_sweeps_too else folders)
    sweeps = []
    for folder in folders:
        try:
            sweeps.append(load_sweep(folder, warn))
        except BrokenReport as error:
            warn(f"{error} (skipped)")
    return runs, sweeps


def _parser():
    parser = argparse.ArgumentParser(prog="plot", description=DESCRIPTION, epilog=EXIT_CODES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH",
                        help="run directory, sweep directory, or a directory with some below")
    parser.add_argument("--out", default="pictures", metavar="DIR", help="where to write (default: pictures)")
    parser.add_argument("--only", type=_pictures, metavar="NAME[,NAME]",
                        help="draw only these of " + ", ".join(PICTURES))
    parser.add_argument("--metric", choices=METRICS,
                        help="final result that exm and sweep show (default: validation-loss)")
    parser.add_argument("--x", metavar="PARAMETER",
                        help="parameter on the axis of sweep (default: the one with the most values, "
                             "numbers first)")
    parser.add_argument("--tensor", metavar="GLOB",
                        help="histograms of the places layer/op/pass/role that match, instead of the "
                             "usual choice; for example 'fc2/dot/dgrad/*'")
    parser.add_argument("--histogram-runs", type=int, default=16, metavar="N",
                        help="histograms of the first N runs (default 16: they are one picture each)")
    return parser


def _pictures(text):
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown picture {unknown[0]!r} (known: {', '.join(PICTURES)})")
    return names


def _fail(message, code):
    print(f"plot: error: {message}", file=sys.stderr)
    return code
