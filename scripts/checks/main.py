"""What scripts/test does: see there."""

import argparse
import os
import sys

sys.dont_write_bytecode = True  # leave the source tree clean

import aarch64
import coverage
import determinism
import fuzzing
import mutation
import nightly
import oracles
from builds import ROOT, build, ctest, program
from python_tests import unittests
from tally import Tally

# Every build of the program and every number of threads gives the same bits; the first run is the reference.
SAME_BITS = {
    "g++ -O3, 1 thread": ("test", 1),
    "g++ -O3, 2 threads": ("test", 2),
    "g++ -O3, 3 threads": ("test", 3),
    "g++ -O3 -march=x86-64-v3": ("v3", 2),
    "clang++ -O3 -march=x86-64-v2": ("clang", 2),
    "g++ -O0 with sanitizers": ("asan", 2),
}


# What is built with the sanitizers: the program, and the tests that its preset runs.
SANITIZED = ["exmy", "formats_test", "rounding_test", "operations_test", "kernels_test", "base_test", "datasets_test",
             "quant_test", "arith_test", "tools_test", "acceptance_test", "lock_test", "sweep_test", "sweep_view_test",
             "compare_test", "bench_test", "conv2d_test", "layers_test", "text_test", "epilogue_test"]


KERNEL_MUTANTS = 16  # less than a minute on two cores
# Of scripts/nightly: one case of this many.
NIGHTLY_SAMPLES = {"verify": 1000, "cross": 50, "behaviour": 2}


def script(name, *arguments):
    return [os.path.join(ROOT, "scripts", name), *arguments]


def basic(tally, everything):
    with tally.section("packages"):
        tally.step("scripts/setup", script("setup", "--all" if everything else "--tests"))
    with tally.section("floors"):
        tally.step("scripts/floors.py", [sys.executable, *script("floors.py")])
    with tally.section("build of test"):
        built = build(tally, "test")
    if built:
        with tally.section("tests of test"):
            ctest(tally, "test")
    later = "jsonschema" if everything else None  # that oracle runs those tests
    folders = {"scripts": "tests/scripts", "command line": "tests/cli", "parity": "tests/parity",
               "golden runs": "tests/determinism", "README": "tests/readme"}
    for title, folder in folders.items():
        with tally.section(f"tests of the {title}"):
            unittests(tally, folder, later=later, EXMY=program("test"))


def more(tally, config):
    for preset in ("clang", "asan"):
        with tally.section(f"build of {preset}"):
            built = build(tally, preset, *(SANITIZED if preset == "asan" else []))
        if built:
            with tally.section(f"tests of {preset}"):
                ctest(tally, preset)
    with tally.section("build of v3"):
        build(tally, "v3")
    with tally.section("determinism"):
        determinism.compare(tally, config, SAME_BITS)
    for preset in ("v3", "clang", "asan"):
        with tally.section(f"golden runs of {preset}"):
            unittests(tally, "tests/determinism", EXMY=program(preset), THREADS="2")
    with tally.section("tests of recovery"):
        unittests(tally, "tests/recovery", EXMY=program("test"))
    aarch64.check(tally)
    oracles.check(tally)
    for module in (coverage, mutation, fuzzing):
        with tally.section(module.__name__):
            module.check(tally)
    with tally.section("mutation of kernels"):
        mutation.check(tally, "kernels", KERNEL_MUTANTS)
    for part, sample in NIGHTLY_SAMPLES.items():
        nightly.check(tally, [part], sample, seed=1)
    with tally.section("quickstart"):
        unittests(tally, "tests/quickstart")


def main():
    parser = argparse.ArgumentParser(prog="scripts/test", description="Builds exmy and runs its tests.")
    parser.add_argument("--all", action="store_true", help="also clang, sanitizers, cross-checks")
    parser.add_argument("--config", default=os.path.join(ROOT, "experiments", "determinism.json"),
                        help="the run whose bits the builds compare")
    arguments = parser.parse_args()
    tally = Tally()
    try:
        basic(tally, arguments.all)
        if arguments.all:
            more(tally, os.path.abspath(arguments.config))
    except KeyboardInterrupt:
        tally.add("interrupted", False)
        tally.summary()
        return 130
    return tally.summary()


if __name__ == "__main__":
    sys.exit(main())
