"""What scripts/coverage does: see there."""

import collections
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True  # leave the source tree clean

from builds import ROOT, build, folder
from tally import Tally, run

PRESET = "coverage"
LEAST_LINES = 0.95
BRANCHES = ("formats/project.cpp", "formats/rounding.hpp")  # all of them are taken
# (executable, Catch's choice of cases): quick ones, together they reach every line.
RUNS = [("rounding_test", "~[slow]~[nightly]"),
        ("formats_test", "~[slow]~[nightly]"),
        ("kernels_test", "~[slow]~[nightly]"),
        ("oracle_arithmetic_test", "binary*,fma*"),
        ("operations_test", "~[slow]~[nightly]"),
        ("rounded_functions_test", "exact values,functions have names,two variables*,functions near zero*,values next*,"
                                    "the approximation and MPFR*"),
        ("functions_test", "the functions give*,*DoubleDouble*,sums and products*"),
        ("spans_test", "first stages are the same*,spans are rounded*,projections of spans*,which projections*,"
                       "numbers that stand*,a span may*,tables of*,what a table*,long spans*")]
LEVELS = ("baseline", "x86-64-v3")  # besides the best one: the choice of kernels is a line too


def measured():
    """{file: {line: count}}, and {(file, line, function, number): count} of branches without an exception's."""
    notes = [str(path) for path in pathlib.Path(folder(PRESET)).rglob("*.gcno")]
    found = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", *notes],
                           capture_output=True, text=True, check=True, cwd=folder(PRESET)).stdout
    lines, branches = collections.defaultdict(collections.Counter), collections.Counter()
    for unit in map(json.loads, filter(None, found.splitlines())):
        for file in unit["files"]:
            path = os.path.relpath(os.path.join(unit["current_working_directory"], file["file"]), ROOT)
            if path.startswith("formats/"):
                _add(path, file["lines"], lines[path], branches)
    return lines, branches


def _add(path, records, lines, branches):
    for record in records:
        number = record["line_number"]
        lines[number] += record["count"]
        for i, branch in enumerate(record["branches"]):
            if not branch["throw"]:
                branches[path, number, record.get("function_name", ""), i] += branch["count"]


def ranges(numbers):
    """'3, 7-9'."""
    groups = []
    for number in sorted(numbers):
        if groups and number == groups[-1][1] + 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in groups)


def check(tally):
    if not build(tally, PRESET, *dict(RUNS)):
        return
    for data in pathlib.Path(folder(PRESET)).rglob("*.gcda"):
        data.unlink()
    for name, cases in RUNS:
        tally.step(f"coverage: {name}", [folder(PRESET, "tests", name), cases])
    for level in LEVELS:  # the case that asks which level is in use
        tally.step(f"coverage: kernels of {level}",
                   [folder(PRESET, "tests", "kernels_test"),
                    "the level in use*,the strips in use*,the tiles in use*,the orders in use*"],
                   env={**os.environ, "EXMY_ISA": level})
    judge(tally, *measured())


def judge(tally, lines, branches):
    for path, counts in sorted(lines.items()):
        missed = [number for number, count in counts.items() if count == 0]
        if missed:
            print(f"{path}: {100 * (1 - len(missed) / len(counts)):.1f} %, not reached: {ranges(missed)}")
    total = sum(map(len, lines.values()))
    reached = sum(count > 0 for counts in lines.values() for count in counts.values())
    share = reached / total if total else 0
    print(f"lines of formats/: {reached} of {total}, {100 * share:.2f} %")
    tally.add(f"at least {LEAST_LINES:.0%} of the lines of formats/ are reached", share >= LEAST_LINES)
    for path in BRANCHES:
        here = {key: count for key, count in branches.items() if key[0] == path}
        missed = {key[1] for key, count in here.items() if count == 0}
        print(f"branches of {path}: {sum(count > 0 for count in here.values())} of {len(here)}")
        tally.add(f"every branch of {path} is taken (not: lines {ranges(missed)})", here and not missed)


def main():
    tally = Tally()
    check(tally)
    return tally.summary()


if __name__ == "__main__":
    sys.exit(main())
