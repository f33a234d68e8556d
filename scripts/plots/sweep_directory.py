"""Sweep directories: which runs belong to a sweep, and what has become of each. Standard library only."""

import json
import math
import os
import re
from dataclasses import dataclass, field

from plots.reports import SCHEMA_VERSION, BrokenReport, load_report, number

INDEX = "sweep.json"
SEED = "seed"
# States of a run, for a picture; what is stopped, running or not begun is all "open".
COMPLETED, DIVERGED, FAILED, PRUNED, OPEN = "completed", "diverged", "failed", "pruned", "open"
EXMY = re.compile(r"e(\d+)m(\d+)(?:b\d+)?(?:fn|fnuz|fnu)?")
P3109 = re.compile(r"Binary(\d+)p(\d+)([su])[ef]")
NAMED = {"fp64": (11, 52), "fp32": (8, 23), "tf32": (8, 10), "fp16": (5, 10), "bf16": (8, 7),
         "dlfloat16": (6, 9)}


@dataclass
class SweepRun:
    path: str
    baseline: bool
    parameters: dict  # name: value as text or number, without the seed, in the order of the sweep
    seed: object
    state: str
    final: dict = field(default_factory=dict)  # numbers of "final", of complete runs


@dataclass
class Sweep:
    path: str
    name: str
    runs: list

    @property
    def parameters(self):
        """Names of the parameters that take more than one value, in order: [(name, values in order)]."""
        found = {}
        for run in self.runs:
            if not run.baseline:
                for name, value in run.parameters.items():
                    found.setdefault(name, {})[value] = None
        return [(name, list(values)) for name, values in found.items() if len(values) > 1]

    @property
    def trials(self):
        return [run for run in self.runs if not run.baseline]

    @property
    def baselines(self):
        """[(label, runs)]: runs that differ in their seeds only together."""
        groups = {}
        for run in self.runs:
            if run.baseline:
                label = ", ".join(str(value) for value in run.parameters.values()) or "baseline"
                groups.setdefault(label, []).append(run)
        return list(groups.items())


def find_sweeps(paths):
    """The sweep directories among `paths` and below them, each once."""
    found = []
    for path in paths:
        found += sorted(folder for folder, _, files in os.walk(path) if INDEX in files)
    return list(dict.fromkeys(found))


def load_sweep(path, warn):
    """The sweep at `path`. Raises BrokenReport where its index is not as it should be."""
    file = os.path.join(path, INDEX)
    try:
        with open(file, encoding="utf-8") as stream:
            index = json.load(stream)
        if index["schema_version"] != SCHEMA_VERSION:
            raise BrokenReport(f"{file}: no sweep of schema_version {SCHEMA_VERSION}")
        return Sweep(path, str(index["name"]), [_run_of(path, entry, warn) for entry in index["runs"]])
    except OSError as error:
        raise BrokenReport(f"{file}: cannot be read: {error.strerror or error}") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BrokenReport(f"{file}: not the index of a sweep: {type(error).__name__}: {error}") from error


def _run_of(path, entry, warn):
    parameters = {str(pair["name"]): _plain(pair["value"]) for pair in entry["parameters"]}
    folder = os.path.join(path, str(entry["run_id"]))
    state, final = _outcome(folder, warn)
    return SweepRun(folder, bool(entry["baseline"]), parameters, parameters.pop(SEED, None), state, final)


def _plain(value):
    """A number or a text; whatever else JSON has, as text."""
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if numeric or isinstance(value, str) else json.dumps(value)


def _outcome(folder, warn):
    """State and final numbers. A run with a report is complete whatever else lies there."""
    report = os.path.join(folder, "report.json")
    if os.path.exists(report):
        try:
            content = load_report(report)
            final = {key: number(value) for key, value in content.get("final", {}).items()
                     if not key.endswith("_hex")}
            state = {"completed": COMPLETED, "diverged": DIVERGED}.get(content["run"]["status"], FAILED)
            return state, final
        except (BrokenReport, AttributeError, KeyError, TypeError, ValueError) as error:
            warn(f"{error if isinstance(error, BrokenReport) else report} (taken as failed)")
            return FAILED, {}
    for name, state in (("pruned.json", PRUNED), ("failure.json", FAILED)):
        if os.path.exists(os.path.join(folder, name)):
            return state, {}
    return OPEN, {}


def described(names, run):
    """These parameters of the run in words: texts as they are, numbers with the last part of their name."""
    words = [run.parameters.get(name, "-") for name in names]
    return ", ".join(value if isinstance(value, str) else f"{name.rpartition('.')[2]} = {value:g}"
                     for name, value in zip(names, words))


def exponent_and_mantissa(value):
    """(E, M) of a format by its name (or its JSON object), or None."""
    text = str(value)
    if text in NAMED:
        return NAMED[text]
    if found := EXMY.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := P3109.fullmatch(text):
        bits, precision = int(found[1]), int(found[2])
        return bits - precision + (found[3] == "u"), precision - 1
    try:
        return int(json.loads(text)["exponent_bits"]), int(json.loads(text)["mantissa_bits"])
    except (KeyError, TypeError, ValueError):
        return None


# Two-sided 95 % quantiles of Student's t for 1, 2 ... degrees of freedom; for more the last one, being close.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
           2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
           2.045)


def mean_and_interval(values):
    """Mean, and half the width of its 95 % confidence interval (None for fewer than three values)."""
    mean = math.fsum(values) / len(values)
    if len(values) < 3:
        return mean, None
    deviation = math.sqrt(math.fsum((value - mean)**2 for value in values) / (len(values) - 1))
    return mean, STUDENT[min(len(values) - 1, len(STUDENT)) - 1] * deviation / math.sqrt(len(values))
