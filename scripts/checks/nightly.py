"""What scripts/nightly does: see there. scripts/test --all runs a sample of the same parts."""

import argparse
import concurrent.futures
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # leave the source tree clean

import fuzzing
import mutation
from builds import ROOT, build, ctest, folder, program
from python_tests import unittests
from tally import Tally

RESULTS = os.path.join(ROOT, "results", "nightly")
CROSS_TESTS = ["operations_test", "kernels_test"]  # whose cases tagged [nightly] run
PRODUCT_TESTS = ["products_test"]
PRODUCTS_AT_ONCE = 2  # levels
LEVELS = ["x86-64-v4", "x86-64-v3", "x86-64-v2", "baseline"]
LINE = re.compile(r"^nightly: .*: (\d+) cases, (\d+) mismatches$", re.M)
MPFR_FORMATS = ["fp16", "bf16", "e6m9", "e3m12", "e4m11", "e7m8", "Binary16p8se", "Binary16p11sf", "Binary16p6se",
                "Binary16p13sf"]
FUZZING_S = 600  # each target
# What the tests of runs that survive read: (fewest, all).
RECOVERY = {"EXMY_KILLS": (20, 200), "EXMY_FAULTS": (40, 300), "EXMY_OFFSETS": (50, 500), "EXMY_RUNS": (60, 500),
            "EXMY_RUNNER_KILLS": (5, 20)}


def verify(tally, sample, seed):
    """exmy's own check on this machine, in full, with a certificate."""
    if not build(tally, "test", "exmy"):
        return {}
    os.makedirs(RESULTS, exist_ok=True)
    certificate = os.path.join(RESULTS, "certificate.json")
    if os.path.exists(certificate):
        os.remove(certificate)
    command = [program("test"), "verify", "--full", "--seed", str(seed), "--json", certificate]
    tally.step("exmy verify --full", command + (["--sample", str(sample)] if sample > 1 else []))
    if not os.path.exists(certificate):
        return {}
    with open(certificate, encoding="utf-8") as file:
        parts = json.load(file)["parts"]
    return {"cases": sum(part["cases_count"] for part in parts),
            "mismatches": sum(part["mismatches_count"] for part in parts)}


def cross(tally, sample, seed):
    """The cross product of formats, operations and modes, and spans of floats of drawn formats."""
    return _tagged(tally, "cross product", CROSS_TESTS, sample, seed)


def _tagged(tally, title, tests, sample, seed, **environment):
    """The cases of the tests with the tag [nightly]."""
    if not build(tally, "test", *tests):
        return {}
    return _counted(tally, title, {name: _run_tagged(name, sample, seed, **environment) for name in tests})


def _run_tagged(name, sample, seed, **environment):
    """Threads wait without spinning, as in ctest: several tests run at a time."""
    return subprocess.run([folder("test", "tests", name), "[nightly]"], stdout=subprocess.PIPE, text=True, cwd=ROOT,
                          check=False, env={**os.environ, "EXMY_SAMPLE": str(sample), "EXMY_SEED": str(seed),
                                            "OMP_WAIT_POLICY": "passive", **environment})


def _counted(tally, title, ended):
    """What processes that have ended say of their cases; `ended`: by name."""
    total = {"cases": 0, "mismatches": 0}
    for name, process in ended.items():
        print(process.stdout, flush=True)
        found = LINE.findall(process.stdout)
        total["cases"] += sum(int(cases) for cases, _ in found)
        total["mismatches"] += sum(int(mismatches) for _, mismatches in found)
        tally.add(f"{title}: {name}", process.returncode == 0)
    tally.add(f"{title}: there are cases", total["cases"] > 0)
    return total


def products(tally, sample, seed):
    """Every kind of matrix product against a short reference, at every instruction-set level, two at a time."""
    if not build(tally, "test", *PRODUCT_TESTS):
        return {}
    runs = [(level, name) for level in LEVELS for name in PRODUCT_TESTS]
    with concurrent.futures.ThreadPoolExecutor(PRODUCTS_AT_ONCE) as pool:
        ended = pool.map(lambda run: _run_tagged(run[1], sample, seed, EXMY_ISA=run[0]), runs)
        return _counted(tally, "products", {f"{name}, {level}": process for (level, name), process in zip(runs, ended)})


def recovery(tally, sample, seed):
    """Kills, full disks, damaged checkpoints, sweeps in chaos: the tests of scripts/test, with more of each."""
    if not build(tally, "test", "exmy"):
        return {}
    counts = {name: str(max(least, most // sample)) for name, (least, most) in RECOVERY.items()}
    for path, pattern in (("tests/cli", "test_resume.py"), ("tests/recovery", "test_*.py")):
        unittests(tally, path, pattern, EXMY=program("test"), EXMY_SEED=str(seed), **counts)
    return _tagged(tally, "changed bytes", ["engine_test"], sample, seed)


def functions(tally, sample, seed):
    """Every function of every number of 16-bit formats against MPFR, those of scripts/test and more."""
    if build(tally, "test", "rounded_functions_test"):
        names = MPFR_FORMATS[: max(1, len(MPFR_FORMATS) // sample)]
        cases = "every function of every number of the formats that the environment names"
        tally.step(f"functions against MPFR: {' '.join(names)}",
                   [folder("test", "tests", "rounded_functions_test"), cases], cwd=ROOT,
                   env={**os.environ, "EXMY_FORMATS": " ".join(names)})
    return {}


def behaviour(tally, sample, seed):
    """The examples of known behaviour; with a sample, the small ones."""
    if build(tally, "test", "exmy"):
        for pattern in ("test_small.py", "test_images.py", "test_gpt.py")[:3 if sample == 1 else 1]:
            unittests(tally, "tests/behaviour", pattern, EXMY=program("test"))
    return {}


def mutate(tally, sample, seed):
    """All mutants of the projection and of the rounding table, and one of each constant of the kernels and of the plans;
    or one of so many."""
    found = [mutation.check(tally, which, max(8, len(mutation.chosen(which, None, seed, "", constants)) // sample), seed,
                            "", constants)
             for which, constants in (("rounding", False), ("projection", False), ("kernels", True))]
    return {"cases": sum(one["cases"] for one in found), "mismatches": sum(one["survived"] for one in found)} \
        if all(found) else {}


def fuzz(tally, sample, seed):
    kept = os.path.join(ROOT, "build", "fuzzing")  # inputs that reached something new, from night to night
    seconds = max(10, FUZZING_S // sample) * len(fuzzing.targets())
    return fuzzing.check(tally, seconds, seed, kept if sample == 1 else None)


def tsan(tally, sample, seed):
    """The tests of the preset tsan; with a sample, nothing."""
    if sample > 1:
        tally.skip("tsan", "no sample of it")
    elif build(tally, "tsan"):
        ctest(tally, "tsan")
    return {}


PARTS = {"verify": verify, "cross": cross, "products": products, "functions": functions, "recovery": recovery,
         "behaviour": behaviour, "mutation": mutate, "fuzz": fuzz, "tsan": tsan}


def check(tally, names, sample, seed):
    """Runs the parts; a list of what each found."""
    found = []
    for name in names:
        started, failures = time.monotonic(), len(tally.failed)
        with tally.section(f"nightly: {name}"):
            part = {"part": name, **PARTS[name](tally, sample, seed)}
        part |= {"wall_s": round(time.monotonic() - started, 1), "failed": tally.failed[failures:]}
        found.append(part)
    return found


def describe(part):
    counts = "".join(f", {part[key]} {key}" for key in ("cases", "mismatches") if key in part)
    return f"{part['part']}: {part['wall_s']} s{counts}, {len(part['failed'])} failed"


def write(found, sample, seed):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=40"], cwd=ROOT, text=True,
                            capture_output=True, check=False).stdout.strip()
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, now + ".json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"time": now, "commit": commit, "machine": platform.platform(), "sample": sample, "seed": seed,
                   "parts": found}, file, indent=2)
    return path


def main():
    parser = argparse.ArgumentParser(prog="scripts/nightly", description="What takes longer than scripts/test.")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one (may be repeated)")
    parser.add_argument("--sample", type=int, default=1, help="one case of this many")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.sample < 1:
        parser.error("--sample must be at least 1")
    tally = Tally()
    found = check(tally, arguments.part or list(PARTS), arguments.sample, arguments.seed)
    path = write(found, arguments.sample, arguments.seed)
    print("", *map(describe, found), path, sep="\n")
    return tally.summary()


if __name__ == "__main__":
    sys.exit(main())
