#!/usr/bin/python3
"""Checks report.json files: the schema, and what a schema cannot say. Standard library only.

usage: check_report.py REPORT...      Exit code 0: all good; 4: something is wrong (said on stderr).
"""

import collections
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
if HERE not in sys.path:
    sys.path.insert(0, HERE)

import draft7  # noqa: E402  (a sibling)

SCHEMA = os.path.join(HERE, "..", "..", "experiments", "schema", "report.schema.json")


def load_schema():
    with open(SCHEMA, encoding="utf-8") as file:
        return json.load(file)


def problems(report, schema):
    """Everything wrong with a report, as "POINTER: text"."""
    found = list(draft7.errors(report, schema))
    return found or list(inconsistencies(report))  # the second relies on the first


def inconsistencies(report):
    yield from _formats(report)
    yield from _curves(report)
    for i, tensor in enumerate(report.get("tensors", [])):
        yield from _tensor(tensor, f"/tensors/{i}")
    for i, gradient in enumerate(report.get("gradients", [])):
        yield from _equal_lengths(gradient["series"], f"/gradients/{i}/series")
    if ("divergence" in report["run"]) != (report["run"]["status"] == "diverged"):
        yield "/run/divergence: present exactly for diverged runs"
    macs = sum(entry["count"] for entry in report.get("cost", {}).get("macs", []))
    if "cost" in report and macs != report["cost"]["macs_count"]:
        yield f"/cost/macs_count: the entries of macs add up to {macs}"
    if "operations" in report.get("cost", {}):
        yield from _operations(report["cost"], report["cost"]["operations"])
        yield from _kernels(report["cost"]["operations"], report.get("tensors", []))


def _operations(cost, operations):
    where = "/cost/operations"
    keys = [(o.get("layer", ""), o.get("op", ""), o["phase"]) for o in operations]
    if len(set(keys)) != len(keys):
        yield f"{where}: an operation occurs twice"
    for i, o in enumerate(operations):
        if len({"layer" in o, "op" in o, o["phase"] in ("forward", "backward", "optimizer")}) > 1:
            yield f"{where}/{i}: layer and op belong to forward, backward and optimizer"
    for name, unit in (("time", "s"), ("emulated_ops", "count"), ("macs", "count")):
        total = sum(o[f"{name}_{unit}"] for o in operations)
        for i, o in enumerate(operations):
            share = o[f"{name}_{unit}"] / total if total else 0
            if not math.isclose(o[f"{name}_fraction"], share, rel_tol=1e-9):  # sums in another order
                yield f"{where}/{i}/{name}_fraction: expected {share}"
    if sum(o["macs_count"] for o in operations) != cost["macs_count"]:
        yield f"{where}: the multiply-adds do not add up to macs_count"
    if sum(o["emulated_ops_count"] for o in operations) > cost.get("emulated_ops_count", math.inf):
        yield f"{where}: more roundings than emulated_ops_count"
    for i, o in enumerate(operations):
        texts = [use["kernel"] for use in o.get("kernels", [])]
        if texts != sorted(set(texts)):
            yield f"{where}/{i}/kernels: not in the order of their texts"
    if not math.isclose(cost["wall_s"], sum(o["time_s"] for o in operations), rel_tol=1e-9):  # sums in another order
        yield f"{where}: the times do not add up to wall_s"


def products_by_kernel(entries):
    """Products that each kernel computed, in operations or tensors."""
    counts = collections.Counter()
    for entry in entries:
        for use in entry.get("kernels", []):
            counts[use["kernel"]] += use["products_count"]
    return counts


def _kernels(operations, tensors):
    of_operations = products_by_kernel(operations)
    if not of_operations:  # of an older program
        return
    for kernel, count in products_by_kernel(tensors).items():
        if count > of_operations[kernel]:
            yield f"/cost/operations: {of_operations[kernel]} products by a kernel that computed {count} in tensors: {kernel}"


def _formats(report):
    names = [entry["name"] for entry in report["formats"]]
    if len(set(names)) != len(names):
        yield "/formats: a name occurs twice"
    used = {tensor["format"] for tensor in report.get("tensors", [])}
    for name in sorted(used - set(names)):
        if not name.startswith("int"):
            yield f"/formats: {name} is used but not described"
    for i, entry in enumerate(report["formats"]):
        for key in ("max_finite", "min_normal", "min_subnormal"):
            if key in entry and float.fromhex(entry[key + "_hex"]) != entry[key]:
                yield f"/formats/{i}/{key}: not the number of {key}_hex"
        if entry["bits"] != entry["signed"] + entry["exponent_bits"] + entry["mantissa_bits"]:
            yield f"/formats/{i}/bits: not the sum of the fields"
        if entry["precision"] != entry["mantissa_bits"] + 1:
            yield f"/formats/{i}/precision: not mantissa_bits + 1"


def _curves(report):
    curve = report.get("loss_curve", {})
    yield from _equal_lengths({key: value for key, value in curve.items() if key != "validation"},
                              "/loss_curve")
    yield from _equal_lengths(curve.get("validation", {}), "/loss_curve/validation")


def _equal_lengths(series, pointer):
    if len({len(values) for values in series.values()}) > 1:
        yield f"{pointer}: lists of different lengths"
    steps = series.get("step", [])
    if any(a >= b for a, b in zip(steps, steps[1:])):
        yield f"{pointer}/step: not increasing"


def _tensor(tensor, pointer):
    counters, total = tensor["counters"], tensor["counters"]["total_count"]
    for key, count in counters.items():
        if not key.endswith("_count") or key == "total_count":
            continue
        share = counters.get(key.replace("_count", "_fraction"))
        if count > total:
            yield f"{pointer}/counters/{key}: more than total_count"
        elif (share is None) != (total == 0) or (total
                                                 and not math.isclose(share, count / total, rel_tol=1e-12)):
            yield f"{pointer}/counters/{key}: the fraction is not count / total_count"  # but for last digits
    for key, values in tensor.get("series", {}).items():
        if key != "step" and sum(values) != counters.get(key):
            yield f"{pointer}/series/{key}: the intervals do not add up to the counter"
    yield from _equal_lengths(tensor.get("series", {}), f"{pointer}/series")
    for side, histogram in tensor.get("exponent_histogram", {}).items():
        if sum(histogram["counts"]) > total:
            yield f"{pointer}/exponent_histogram/{side}: more values than roundings"


def main(paths):
    schema, bad = load_schema(), False
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                found = problems(json.load(file), schema)
        except (OSError, ValueError) as error:
            found = [str(error)]
        for text in found[:20]:
            print(f"{path}: {text}", file=sys.stderr)
        bad = bad or bool(found)
    return 4 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
