"""The same run in several builds and with several numbers of threads: the same bits (numerics section 9)."""

import glob
import json
import os
import shutil

from builds import ROOT, program
from tally import run

FOLDER = os.path.join(ROOT, "build", "determinism")
HASHES = ("final_weights_sha256", "loss_trace_sha256")
TIME_LIMIT_S = 300


def compare(tally, config, runs):
    """runs: {name: (preset, threads)}. Counts one test per run; the others must equal the first good one."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    reference = None
    for name, (preset, threads) in runs.items():
        found = hashes(config, program(preset), os.path.join(FOLDER, f"{preset}-{threads}"), threads)
        if found and reference and found != reference:
            print(f"{name}: {found}\nexpected: {reference}")
        reference = reference or found
        tally.add(f"determinism: {name}", found is not None and found == reference)
    if reference:
        print(*(f"{name}: {value}" for name, value in zip(HASHES, reference)), sep="\n", flush=True)


def hashes(config, exmy, out, threads):
    """What the run's report says; None if there is no run or no report."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    if run([exmy, "run", config, "--out", out], env=environment, timeout=TIME_LIMIT_S) != 0:
        return None
    reports = glob.glob(os.path.join(out, "**", "report.json"), recursive=True)
    if len(reports) != 1:
        print(f"{out}: {len(reports)} reports, expected one")
        return None
    with open(reports[0], encoding="utf-8") as file:
        determinism = json.load(file)["determinism"]
    return tuple(determinism[name] for name in HASHES)
