"""What tables and pictures need of a run, small enough to keep hundreds in memory. Standard library only."""

import os
import re
import sys
from array import array
from dataclasses import dataclass, field

from plots.reports import BrokenReport, find_reports, load_report, number

# Formats in these roles, widest first, decide the order of runs below one parent directory.
ORDER_ROLES = ("weight", "activation", "activation_grad", "accumulator", "master_weight", "optimizer_state")


@dataclass
class Site:
    """One place of roundings, with the shares (0..1, None: not counted) that tables and pictures show."""

    layer: str
    op: str
    pass_: str
    role: str
    format: str
    total_count: int
    underflow: object  # became zero
    overflow: object  # became infinite or NaN, or was saturated
    swamped: object  # addend without effect on its sum
    update_lost: object  # update without effect on its weight

    @property
    def key(self):
        return (self.layer, self.op, self.pass_, self.role)


@dataclass
class Curve:
    """A quantity over training steps."""

    step: array = field(default_factory=lambda: array("d"))
    value: array = field(default_factory=lambda: array("d"))


@dataclass
class Run:
    path: str
    run_id: str
    name: str
    status: str
    trouble: str  # what went wrong and where; empty for completed runs
    data: tuple  # runs with equal data can be compared: (kind, sha256 of the files)
    order: tuple
    seed: object
    final: dict  # numbers of "final" that were measured
    train: Curve
    validation: Curve
    sites: list
    memory_ratio: object  # peak over that of fp32, or None
    wall_s: object
    label: str = ""

    def worst(self, what):
        """The largest share of `what` at any one site, or None where it was not counted."""
        shares = [getattr(site, what) for site in self.sites]
        return max((share for share in shares if share is not None), default=None)


def load_runs(paths, warn, leave_out=()):
    """The usable runs of `paths`, labelled, but none below the folders `leave_out`. `warn(message)` hears
    of every path that is not usable.

    Runs named directly keep their order; those found below a directory are sorted by data, then from wide
    formats to narrow ones, so that a table looks the same whenever and in whatever order its runs ended.
    """
    given, below, missing = find_reports(paths, leave_out)
    for path in missing:
        warn(f"{path}: no report.json there or below" if os.path.isdir(path)
             else f"{path}: no such file or directory")
    runs = _load(given, warn) + sorted(_load(below, warn), key=_sort_key)
    _label(runs)
    return runs


def _sort_key(run):
    seed = run.seed if isinstance(run.seed, int) else 0
    return (run.data, run.order, run.name, seed, run.path)


def group_by_data(runs):
    """[(title, runs)]: runs on the same data together; titles are the kinds of data, numbered if repeated."""
    groups = {}
    for run in runs:
        groups.setdefault(run.data, []).append(run)
    kinds = [data[0] for data in groups]
    titles = [kind if kinds.count(kind) == 1 else f"{kind}-{kinds[:i].count(kind) + 1}"
              for i, kind in enumerate(kinds)]
    return list(zip(titles, groups.values()))


def layer_order(layer):
    """Sorts names of layers as a reader expects: input first, loss last, fc2 before fc10."""
    parts = re.split("([0-9]+)", layer)
    natural = [(int(part), "") if part.isdigit() else (0, part) for part in parts]
    return {"input": 0, "loss": 2}.get(layer, 1), natural


def warn_to_stderr(program):
    return lambda message: print(f"{program}: warning: {message}", file=sys.stderr)


def _load(paths, warn):
    runs = []
    for path in paths:
        try:
            runs.append(read_run(path))
        except BrokenReport as error:
            warn(f"{error} (skipped)")
    return runs


def read_run(path):
    """The run at `path`. Raises BrokenReport where the report does not have the shape of its schema."""
    report = load_report(path)
    try:
        return _run_of(report, path)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BrokenReport(f"{path}: not as its schema says: {type(error).__name__}: {error}") from error


def _run_of(report, path):
    run, resolved = report["run"], report["config"]["resolved"]
    curve = report.get("loss_curve", {})
    validation = curve.get("validation", {})
    return Run(
        path=path, run_id=str(run["run_id"]), name=str(run["name"]), status=str(run["status"]),
        trouble=_trouble(run), data=_data_of(report, resolved), order=_order_of(report),
        seed=resolved.get("seed"),
        final={key: number(value) for key, value in report.get("final", {}).items()
               if not key.endswith("_hex")},
        train=_curve(curve, "train_loss"), validation=_curve(validation, "loss"),
        sites=[_site(tensor) for tensor in report.get("tensors", [])],
        memory_ratio=_optional(report.get("memory", {}), "ratio_to_fp32"),
        wall_s=_optional(report.get("cost", {}), "wall_s"))


def _trouble(run):
    where = run.get("divergence")
    if not where:
        return str(run.get("message", ""))
    place = "/".join(str(where[key]) for key in ("layer", "op", "pass", "role") if key in where)
    return f"step {int(where['step'])}, {place}: {where['message']}"


def _data_of(report, resolved):
    files = report["provenance"].get("data_files", [])
    return (str(resolved.get("data", {}).get("kind", "data")),
            tuple(sorted(file["sha256"] for file in files)))


def _order_of(report):
    width = {fmt["name"]: (fmt["bits"], fmt["precision"]) for fmt in report["formats"]}
    widest = dict.fromkeys(ORDER_ROLES, (0, 0))
    for tensor in report.get("tensors", []):
        if tensor["role"] in widest:
            widest[tensor["role"]] = max(widest[tensor["role"]], width.get(tensor["format"], (0, 0)))
    return tuple((-bits, -precision) for bits, precision in widest.values())


def _curve(curve, key):
    step, value = curve.get("step", []), curve.get(key, [])
    if len(step) != len(value):
        raise ValueError(f"{key} has {len(value)} entries for {len(step)} steps")
    return Curve(array("d", map(number, step)), array("d", map(number, value)))


def _site(tensor):
    counters = tensor["counters"]
    share = lambda name: _optional(counters, name + "_fraction")
    overflow = [part for part in (share("overflow"), share("saturated")) if part is not None]
    return Site(
        layer=str(tensor["layer"]), op=str(tensor["op"]), pass_=str(tensor["pass"]), role=str(tensor["role"]),
        format=str(tensor["format"]), total_count=int(counters["total_count"]),
        underflow=share("underflow_to_zero"), overflow=sum(overflow) if overflow else None,
        swamped=share("swamped"), update_lost=share("update_lost"))


def _optional(table, key):
    return number(table[key]) if key in table else None


def _label(runs):
    """Labels that tell runs apart: the name; with the seed, then with the run id, where names repeat."""
    for text in (lambda run: run.name, lambda run: f"{run.name} seed {run.seed}", lambda run: run.run_id):
        labels = [run.label for run in runs]
        for run in runs:
            if labels.count(run.label) > 1 or not run.label:
                run.label = text(run)
