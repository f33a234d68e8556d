#!/usr/bin/python3
"""Synthetic sweep directories, finished and half done, to develop and test their pictures. No real result.

usage: synthetic_sweeps.py DIR
"""

import hashlib
import itertools
import json
import math
import os
import random
import sys

STATES = ("completed", "diverged", "failed", "pruned", "open")


def write_sweep(folder, name, axes, seeds, outcome, baseline=None):
    """A sweep over the grid of `axes` ({parameter: values}). outcome(values, seed) is the final loss, or a state
    other than completed; `baseline`: (label, loss)."""
    os.makedirs(folder, exist_ok=True)
    listed = [([("label", baseline[0])], True, lambda seed: baseline[1] + 0.002 * seed)] if baseline else []
    for values in itertools.product(*axes.values()):
        listed.append((list(zip(axes, values)), False, lambda seed, values=values: outcome(values, seed)))
    runs = []
    for parameters, is_baseline, result in listed:
        for seed in seeds:
            shown = parameters + ([("seed", seed)] if len(seeds) > 1 else [])
            identity = hashlib.sha256(json.dumps([shown, is_baseline]).encode()).hexdigest()[:12]
            runs.append({"run_id": f"{name}-{identity}", "baseline": is_baseline,
                         "parameters": [{"name": key, "value": value} for key, value in shown]})
            write_run(os.path.join(folder, runs[-1]["run_id"]), result(seed))
    with open(os.path.join(folder, "sweep.json"), "w", encoding="utf-8") as file:
        json.dump({"schema_version": 1, "numerics_version": 1, "name": name, "sweep": {}, "runs": runs}, file)
    return folder


def write_run(folder, result):
    """A run directory with the files that its state leaves."""
    if result == "open":
        return
    os.makedirs(folder)
    if result == "failed":
        write_json(folder, "failure.json", {"status": "crashed", "signal": "SIGSEGV", "attempts_count": 3,
                                            "message": "", "time": "2026-01-02T03:04:05Z"})
    elif result == "pruned":
        write_json(folder, "pruned.json", {"step": 10, "metric": "train_loss", "value": 2.0})
    else:
        diverged = result == "diverged"
        final = {"train_loss": "NaN"} if diverged else {
            "train_loss": result / 2, "validation_loss": result,
            "validation_accuracy_fraction": max(0.1, 1 - result / 3)}
        write_json(folder, "report.json", {"schema_version": 1, "final": final,
                                           "run": {"status": "diverged" if diverged else "completed"}})


def write_json(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file)


def exm(folder, done=1.0, seeds=(1, 2, 3)):
    """Formats of up to 8 bits in three roles; of which a share `done` is done."""
    def outcome(values, seed):
        fmt, role = values
        e, m = int(fmt[1:].partition("m")[0]), int(fmt.partition("m")[2])
        rng = random.Random(f"{fmt} {role} {seed}")
        if rng.random() > done:
            return rng.choice(STATES[2:]) if rng.random() < 0.2 else "open"
        if role == "gradients" and e + (seed > 2) < 4:
            return "diverged"
        return min(2.3, 0.08 + 2 * math.exp(-1.2 * m) + 3 * math.exp(-0.9 * (e + m))) * (1 + 0.1 * rng.random())
    formats = [f"e{e}m{m}" for e in range(1, 7) for m in range(1, 7) if e + m < 8]
    axes = {"policy.0.format": formats, "role": ["weights", "activations", "gradients"]}
    return write_sweep(folder, "all-8-bit-formats", axes, seeds, outcome, ("fp32", 0.083))


def rates(folder, done=1.0, seeds=(1, 2, 3)):
    """Learning rates against formats."""
    def outcome(values, seed):
        fmt, rate = values
        rng = random.Random(f"{fmt} {rate} {seed}")
        if rng.random() > done:
            return "open"
        if rate > 0.3:
            return ("diverged", "failed", "pruned")[seed % 3]
        slow = {"fp32": 1, "bf16 nearest": 4, "bf16 stochastic": 1.1, "e4m3fn nearest": 16}[fmt]
        return (0.1 + 2.2 * math.exp(-rate * 300 / slow)) * (1 + 0.2 * rng.random())
    axes = {"master weights": ["fp32", "bf16 nearest", "bf16 stochastic", "e4m3fn nearest"],
            "training.optimizer.lr": [2.0**i for i in range(-10, 0)]}
    return write_sweep(folder, "updates", axes, seeds, outcome, ("fp32 at 0.1", 0.083))


if __name__ == "__main__":
    for share in (1.0, 0.6):
        exm(os.path.join(sys.argv[1], f"exm-{share}"), share)
        rates(os.path.join(sys.argv[1], f"rates-{share}"), share)
