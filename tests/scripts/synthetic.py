#!/usr/bin/python3
"""Synthetic reports with the shape and the plausible content of real ones, to develop and test the pictures.

Every value set is log-normal; underflow and overflow follow from the format's range. No real result.
usage: synthetic.py DIR [COUNT]   (COUNT: that many runs of a sweep instead of the quickstart's twelve)
"""

import hashlib
import json
import math
import os
import random
import sys

from synthetic_values import FORMATS, binades, c_hex, facts, histogram, round_set

BATCH, STEPS, EVAL_EVERY, STATS_EVERY = 32, 900, 45, 90

# run: forward format, gradient format, accumulator, state (master weights and optimiser), loss scale,
# final accuracy, final loss
DIGITS = {
    "fp32": ("fp32", "fp32", "fp32", "fp32", 1, 0.976, 0.080),
    "fp16": ("fp16", "fp16", "fp32", "fp32", 65536, 0.976, 0.081),
    "bf16": ("bf16", "bf16", "fp32", "fp32", 1, 0.975, 0.082),
    "e5m2": ("e5m2", "e5m2", "fp32", "fp32", 1024, 0.975, 0.089),
    "e4m3fn": ("e4m3fn", "e5m2", "fp32", "fp32", 1024, 0.974, 0.086),
    "e3m2fn": ("e3m2fn", "e5m2", "fp32", "fp32", 1024, 0.966, 0.121),
    "e2m1fn": ("e2m1fn", "e5m2", "fp32", "fp32", 1024, 0.941, 0.214),
    "fp16-accumulate": ("fp16", "fp16", "fp16", "fp32", 65536, 0.975, 0.083),
    "e5m2-accumulate": ("e5m2", "e5m2", "e5m2", "fp32", 1024, 0.383, 1.91),
}
XOR = {
    "xor-fp32": ("fp32", "fp32", "fp32", "fp32", 1, 0.988, 0.021),
    "xor-fp16-master": ("fp16", "fp16", "fp32", "fp32", 1, 0.986, 0.023),
    "xor-fp16": ("fp16", "fp16", "fp32", "fp16", 1, 0.512, 0.497),
}

# role: centre and width of log2 |x| at the first layer, change of the centre per layer
SHAPES = {
    "weight": (-3.6, 1.4, 0.2), "activation": (-1.2, 1.6, 0.5), "activation_grad": (-13.5, 3.2, 1.6),
    "weight_grad": (-11.0, 3.0, 1.2), "product": (-5.5, 2.2, 0.3), "accumulator": (-2.0, 2.2, 0.3),
    "elementwise": (-1.8, 2.0, 0.3), "master_weight": (-3.6, 1.4, 0.2), "optimizer_state": (-10.0, 3.2, 1.2),
    "update": (-13.5, 3.4, 1.2), "loss": (-1.0, 1.0, 0.0),
}


def split(total, parts):
    """`total` in `parts` whole numbers that add up to it."""
    return [total * (i + 1) // parts - total * i // parts for i in range(parts)]


def tensor(place, fmt, total, depth, shift, intervals):
    layer, op, pass_, role = place
    centre, width, slope = SHAPES[role]
    zero_in = int(total * (0.42 if role in ("activation", "activation_grad") and layer != "input" else 0.02))
    if op.startswith("adam") and role == "optimizer_state":
        centre, width = -19.0, 3.0
    before = binades(total - zero_in, centre + slope * depth + shift, width)
    zero_in = total - sum(before.values())
    saturating = fmt["bits"] <= 8 and role in ("weight", "activation")
    after, under, over, saturated, subnormal = round_set(before, fmt, saturating)
    inexact = 0 if fmt["name"] == "fp32" and role in ("weight",
                                                      "activation") else int(0.93 * sum(before.values()))
    narrow_sum = role == "accumulator" and fmt["bits"] < 32
    counts = {
        "zero_in": zero_in, "nan_in": 0, "inf_in": 0, "inexact": inexact, "rounded_up": inexact // 2,
        "rounded_down": inexact - inexact // 2, "tie": inexact >> fmt["precision"], "overflow": over,
        "saturated": saturated, "underflow_to_zero": under, "flushed": 0,
        "underflow_inexact": under + subnormal // 3,
        "subnormal_out": subnormal, "nan_generated": 0, "nan_lost": 0,
    }
    if role == "accumulator":
        counts["swamped"] = int(total * (2.2 ** -fmt["precision"] * 1.6 if narrow_sum else 2e-6))
    if role in ("master_weight",):
        counts["update_lost"] = int(total * (0.61 if fmt["name"] != "fp32" else 0.004))
    counters = {"total_count": total, **{k + "_count": n for k, n in counts.items()}}
    counters.update({k + "_fraction": n / total for k, n in counts.items()})
    series = {"step": intervals, "total_count": split(total, len(intervals))}
    for key in ("underflow_to_zero", "overflow", "saturated", "swamped"):
        if key in counts:
            series[key + "_count"] = split(counts[key], len(intervals))
    return {
        "layer": layer, "op": op, "pass": pass_, "role": role, "format": fmt["name"],
        "rounding": "nearest_even",
        "saturation": "finite" if saturating else "none",
        **({"order": "sequential"} if role == "accumulator" else {}),
        "counters": counters, "series": series,
        "exponent_histogram": {"before": histogram(before), "after": histogram(after)},
    }


def places(layers, optimizer, rounded_products):
    """(place, elements per step, depth) of every site of one step of an MLP, in order of execution."""
    yield ("input", "load", "forward", "activation"), BATCH * layers[0][1], 0
    for depth, (name, k, n) in enumerate(layers):
        yield (name, "dot", "forward", "weight"), k * n, depth
        if rounded_products:
            yield (name, "dot", "forward", "product"), BATCH * k * n, depth
        yield (name, "dot", "forward", "accumulator"), BATCH * k * n, depth
        yield (name, "bias", "forward", "elementwise"), BATCH * n, depth
        if depth < len(layers) - 1:
            yield (name, "relu", "forward", "activation"), BATCH * n, depth
    yield ("loss", "softmax", "forward", "elementwise"), BATCH * layers[-1][2], 0
    yield ("loss", "cross_entropy", "forward", "loss"), BATCH, 0
    yield ("loss", "cross_entropy", "dgrad", "activation_grad"), BATCH * layers[-1][2], 3
    for depth, (name, k, n) in reversed(list(enumerate(layers))):
        for pass_, role, size in (("dgrad", "activation_grad", BATCH * k), ("wgrad", "weight_grad", k * n)):
            if pass_ == "dgrad" and depth == 0:
                continue
            if rounded_products:
                yield (name, "dot", pass_, "product"), BATCH * k * n, depth
            yield (name, "dot", pass_, "accumulator"), BATCH * k * n, depth
            yield (name, "dot", pass_, role), size, depth
        yield (name, "bias", "wgrad", "weight_grad"), n, depth
        for role in ("optimizer_state", "update", "master_weight"):
            yield (name, optimizer, "optimizer", role), k * n, depth


def curves(rng, name, final_loss, final_accuracy, classes, diverge_at):
    start, steps = math.log(classes), diverge_at or STEPS
    clean = lambda t: final_loss + (start - final_loss) * math.exp(-t / (18 if final_loss < 0.3 else 200))
    train = [max(clean(t) * 0.35 ** (t / STEPS if final_loss < 0.3 else 0) * math.exp(rng.gauss(0, 0.28)),
                 1e-5)
             for t in range(steps)]
    if diverge_at:
        train[-6:] = [2.4, 3.1, 7.7, 41.0, 880.0, "NaN"]
    at = list(range(0, steps + 1, EVAL_EVERY))
    loss = [clean(t) * math.exp(rng.gauss(0, 0.03)) for t in at]
    share = [1 / classes + (final_accuracy - 1 / classes) * (1 - math.exp(-t / 40)) + rng.gauss(0, 0.003)
             for t in at]
    return train, {"step": at, "loss": loss,
                   "accuracy_fraction": [round(min(max(a, 0), 1) * 360) / 360 for a in share]}


def report(name, spec, kind="digits", seed=1, diverge_at=None):
    forward, backward, accumulator, state, scale, accuracy, loss = spec
    rng = random.Random(f"{name} {seed}")
    xor = kind == "xor"
    layers = [("fc1", 2, 128), ("fc2", 128, 64),
              ("fc3", 64, 1)] if xor else [("fc1", 64, 128), ("fc2", 128, 128), ("fc3", 128, 10)]
    format_of = {"weight": forward, "activation": forward, "elementwise": forward, "loss": "fp32",
                 "activation_grad": backward, "weight_grad": backward, "product": accumulator,
                 "accumulator": accumulator, "master_weight": state, "optimizer_state": state,
                 "update": state}
    train, validation = curves(rng, name, loss, accuracy, 2 if xor else 10, diverge_at)
    steps = len(train)
    intervals = list(range(STATS_EVERY, steps, STATS_EVERY)) + [steps]
    shift = {"activation_grad": math.log2(scale), "weight_grad": math.log2(scale) if scale <= 1024 else 16}
    tensors = [tensor(place, facts(format_of[place[3]]), size * steps, depth, shift.get(place[3], 0),
                      intervals)
               for place, size,
               depth in places(layers, "adam.weight" if xor else "sgd.weight", accumulator != "fp32")]
    used = [f for f in FORMATS if f in format_of.values()]
    final_loss = train[-1]
    result = {
        "schema_version": 1,
        "run": {"run_id": f"{name}-{digest(name, seed)[:12]}", "name": name,
                "status": "diverged" if diverge_at else "completed",
                "started_at": "2026-01-02T03:04:05Z", "finished_at": "2026-01-02T03:04:17Z",
                "steps_count": steps, "epochs_count": steps / 45},
        "config": {"sha256": digest("config", name, seed), "files": ["experiments/quickstart.json"],
                   "resolved": {"schema_version": 1, "seed": seed, "data": {"kind": kind},
                                "model": {"kind": "mlp"}}},
        "provenance": provenance(kind),
        "determinism": {"final_weights_sha256": digest("w", name), "loss_trace_sha256": digest("l", name)},
        "formats": [facts(f) for f in used],
        "final": {"train_loss": final_loss,
                  "train_loss_hex": final_loss if final_loss == "NaN" else c_hex(final_loss),
                  "validation_loss": validation["loss"][-1],
                  "validation_loss_hex": c_hex(validation["loss"][-1]),
                  "train_accuracy_fraction": min(1.0, accuracy + 0.02),
                  "validation_accuracy_fraction": validation["accuracy_fraction"][-1],
                  "loss_scale": scale, "skipped_steps_count": 0},
        "loss_curve": {"step": list(range(steps)), "train_loss": train, "loss_scale": [scale] * steps,
                       "lr": [0.05 * (1 + math.cos(math.pi * t / STEPS)) for t in range(steps)],
                       "validation": validation},
        "tensors": tensors,
        "gradients": gradients(rng, layers, intervals),
        "memory": memory(layers, format_of),
        "casts": {"count": 1000, "bytes_in_count": 4000, "bytes_out_count": 2000},
        "cost": cost(layers, steps, forward, backward, accumulator, tensors),
        "warnings": [],
    }
    if diverge_at:
        result["run"]["divergence"] = {"step": diverge_at - 1, "layer": "fc2", "op": "dot", "pass": "wgrad",
                                       "role": "accumulator", "message": "first infinity"}
    return result


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def provenance(kind):
    files = [] if kind == "xor" else [{"path": "experiments/data/digits.csv.gz", "bytes_count": 57536,
                                       "sha256": digest("digits")}]
    return {
        "program": "exmy", "version": "0.1.0", "numerics_version": 1, "commit": "0123abc", "dirty": False,
        "compiler": "g++ 12.2.0", "flags": "-O3 -ffp-contract=off", "carrier": "float",
        "instruction_set": {"given": "auto", "used": "x86-64-v3"}, "threads": {"given": 2, "used": 2},
        "libraries": {"nlohmann_json": "3.11.2"}, "data_files": files, "random_generator": "philox4x32-10",
        "functions": "correctly rounded",
        "host": {"cpu": "synthetic", "os": "Linux"},
    }


def gradients(rng, layers, intervals):
    noise = lambda scale: [scale * math.exp(rng.gauss(0, 0.2)) for _ in intervals]
    return [{"layer": name, "parameter": "weight", "elements_count": k * n,
             "series": {"step": [step - 1 for step in intervals], "l2_norm": noise(0.4), "mean": noise(1e-6),
                        "std": noise(4e-3), "amax": noise(3e-2), "smallest_nonzero": noise(1e-9),
                        "zero_fraction": [0.05] * len(intervals),
                        "underflow_fraction": [0.01] * len(intervals),
                        "update_to_weight_ratio": noise(2e-3),
                        "update_lost_fraction": [0.0] * len(intervals)}}
            for name, k, n in layers]


def memory(layers, format_of):
    weights, outputs = sum(k * n for _, k, n in layers), BATCH * sum(n for _, _, n in layers)
    roles = {}
    for role, count in (("weight", weights), ("master_weight", weights), ("weight_grad", weights),
                        ("optimizer_state", weights), ("activation", outputs), ("activation_grad", outputs)):
        bits = facts(format_of[role])["bits"]
        roles[role] = {"elements_count": count, "bits": bits, "bytes_count": (count * bits + 7) // 8}
    total, wide = sum(r["bytes_count"] for r in roles.values()), 4 * (3 * weights + 2 * outputs)
    return {"roles": roles, "peak_bytes_count": total, "sum_bytes_count": total,
            "fp32": {"peak_bytes_count": wide, "sum_bytes_count": wide}, "ratio_to_fp32": total / wide}


def cost(layers, steps, forward, backward, accumulator, tensors):
    macs = steps * BATCH * sum(k * n for _, k, n in layers)
    return {"wall_s": 11.7, "peak_rss_bytes_count": 30 << 20, "macs_count": 3 * macs, "steps_per_s": steps / 11.7,
            "macs": [{"a_format": forward, "b_format": forward, "accumulator_format": accumulator,
                      "count": macs},
                     {"a_format": backward, "b_format": forward, "accumulator_format": accumulator,
                      "count": 2 * macs}],
            "emulated_ops_count": sum(t["counters"]["total_count"] for t in tensors)}


def quickstart():
    """The quickstart's twelve runs; the one that accumulates in e5m2 diverges."""
    for name, spec in DIGITS.items():
        yield report(name, spec, diverge_at=437 if name == "e5m2-accumulate" else None)
    for name, spec in XOR.items():
        yield report(name, spec, kind="xor")


def sweep(count):
    """`count` runs of a made-up sweep over formats and seeds."""
    for i in range(count):
        name, spec = list(DIGITS.items())[i % len(DIGITS)]
        yield report(name, (*spec[:5], spec[5] - 0.001 * (i % 7), spec[6] * (1 + 0.01 * (i % 11))), seed=i)


def write(folder, reports):
    """One run directory per report below `folder`; returns their paths."""
    paths = []
    for content in reports:
        path = os.path.join(folder, content["run"]["run_id"])
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "report.json"), "w", encoding="utf-8") as file:
            json.dump(content, file, allow_nan=False)
        paths.append(path)
    return paths


if __name__ == "__main__":
    write(sys.argv[1], sweep(int(sys.argv[2])) if len(sys.argv) > 2 else quickstart())
