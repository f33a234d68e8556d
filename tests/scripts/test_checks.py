"""The checks of scripts/checks can fail: coverage that is too low, mutants of every kind, equivalents that are
not."""

import contextlib
import io
import os
import sys
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts", "checks"))

import coverage  # noqa: E402
import mutants  # noqa: E402
import mutation  # noqa: E402
import mutation_targets  # noqa: E402
import nightly  # noqa: E402
from tally import Tally  # noqa: E402

HEADER = """#include <cstdint>
// a > b, 1 + 1
constexpr bool up(int a, const Format& f) {
  return a >= 3 && !f.odd;  // 7
}

int other() {
  return 4;
}
"""


def judged(lines, branches):
    tally = Tally()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        coverage.judge(tally, lines, branches)
    return tally, output.getvalue()


ALL_TAKEN = {(path, 1, "f", 0): 1 for path in coverage.BRANCHES}


class Coverage(unittest.TestCase):
    def test_enough(self):
        tally, _ = judged({"formats/a.cpp": {n: n for n in range(1, 101)}}, ALL_TAKEN)
        self.assertEqual((tally.passed, tally.failed), (3, []))

    def test_lines_below_the_limit(self):
        tally, output = judged({"formats/a.cpp": {n: 0 if 10 <= n < 16 else 1 for n in range(1, 101)}}, ALL_TAKEN)
        self.assertEqual(len(tally.failed), 1)
        self.assertIn("formats/a.cpp: 94.0 %, not reached: 10-15", output)

    def test_a_branch_never_taken(self):
        tally, _ = judged({"formats/a.cpp": {1: 1}}, {**ALL_TAKEN, ("formats/project.cpp", 7, "f", 1): 0})
        self.assertEqual(tally.failed, ["every branch of formats/project.cpp is taken (not: lines 7)"])

    def test_nothing_measured(self):
        self.assertEqual(len(judged({}, {})[0].failed), 3)


class Mutants(unittest.TestCase):
    def after(self, functions=None):
        return [mutant.after for mutant in mutants.mutants("x.hpp", HEADER, functions)]

    def test_every_number_and_operator_once(self):
        self.assertEqual(self.after(["up"]), [
            "return a > 3 && !f.odd;  // 7", "return a >= 4 && !f.odd;  // 7", "return a >= 2 && !f.odd;  // 7",
            "return a >= 3 || !f.odd;  // 7", "return a >= 3 && f.odd;  // 7"])

    def test_the_whole_file(self):
        self.assertEqual(self.after()[-2:], ["return 5;", "return 3;"])

    def test_a_line_knows_its_place(self):
        mutant = mutants.mutants("x.hpp", HEADER)[0]
        self.assertEqual(mutant.name(), "x.hpp:4: return a > 3 && !f.odd;  // 7")
        self.assertEqual(mutant.text.splitlines()[3], "  return a > 3 && !f.odd;  // 7")

    def test_constants_once(self):
        text = "int a() {\n  return pow2(52) + x[1] * 0x1p-24f - (2.5f & 0xf0u);  // 7\n}\n"
        self.assertEqual([one.after for one in mutants.mutants("a.cpp", text, constants=True)],
                         ["return pow2(53) + x[1] * 0x1p-24f - (2.5f & 0xf0u);  // 7",
                          "return pow2(52) + x[1] * 0x1p-23f - (2.5f & 0xf0u);  // 7",
                          "return pow2(52) + x[1] * 0x1p-24f - (3.5f & 0xf0u);  // 7",
                          "return pow2(52) + x[1] * 0x1p-24f - (2.5f & 0xe0u);  // 7"])

    def test_the_rounding_table_has_mutants_of_every_mode(self):
        lines = [mutant.after for mutant in mutation.chosen("rounding", None, 1)]
        for mode in ("nearest_even", "nearest_away", "toward_zero", "toward_positive", "toward_negative", "to_odd",
                     "stochastic_a", "stochastic_b", "stochastic_c"):
            self.assertTrue(any(f"case Rounding::{mode}:" in line for line in lines), mode)

    def changes(self, line):
        return [mutant.after for mutant in mutants.mutants("x.hpp", line + "\n")]

    def test_constants_of_every_kind(self):
        self.assertEqual(self.changes("float c = 0x1p-24f;"), ["float c = 0x1p-23f;", "float c = 0x1p-25f;"])
        self.assertEqual(self.changes("double c = 1.5;"), ["double c = 2.5;", "double c = 0.5;", "double c = 1.0;"])
        self.assertEqual(self.changes("auto c = 0x7fu;"), ["auto c = 0x7eu;", "auto c = 0x3fu;"])
        self.assertEqual(self.changes("auto c = 0x40u;"), ["auto c = 0x41u;", "auto c = 0x0u;"])
        self.assertEqual(self.changes("auto c = 24u;"), ["auto c = 25u;", "auto c = 23u;"])

    def test_operators_of_vectors_and_shifts(self):
        self.assertEqual(self.changes("x = hn::ShiftRight<31>(hn::Lt(a, b));"), [
            "x = hn::ShiftLeft<31>(hn::Lt(a, b));", "x = hn::ShiftRight<32>(hn::Lt(a, b));",
            "x = hn::ShiftRight<30>(hn::Lt(a, b));", "x = hn::ShiftRight<31>(hn::Le(a, b));"])
        self.assertEqual(self.changes("x = f(-y) ^ ~z;"), ["x = f(+y) ^ ~z;", "x = f(-y) | ~z;", "x = f(-y) ^ z;"])

    def test_the_larger_of_two_equal_numbers(self):
        self.assertEqual(self.changes("y = a < k.b ? k.b : a;"), [])
        self.assertEqual(self.changes("y = a < k.b ? k.b : c;"), ["y = a <= k.b ? k.b : c;"])

    def test_every_kernel_and_plan_has_mutants(self):
        folder = os.path.join(ROOT, mutation_targets.KERNELS)
        kernels = {mutation_targets.KERNELS + name for name in os.listdir(folder) if name.endswith(".inc")}
        listed = {target.path for target in mutation_targets.SETS["kernels"]}
        self.assertEqual(kernels - listed, set())
        self.assertLess({f"sim/ops/{name}_plan.cpp" for name in ("tile", "strip", "order")}, listed)
        for target in mutation_targets.SETS["kernels"]:
            self.assertTrue(mutants.mutants(target.path, mutation_targets.source(target.path)), target.path)
            for level in target.levels:
                for unit in target.of_level(level):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, unit)), unit)

    def test_levels_are_those_of_the_processor(self):
        target = mutation_targets.TARGETS[mutation_targets.KERNELS + "tiles.inc"]
        self.assertEqual(sorted(mutation_targets.levels_of(target, 1, "x", {"avx2", "fma", "bmi2"})),
                         ["baseline", "x86-64-v3"])
        first = {mutation_targets.levels_of(target, seed, "x", {"sse4_2", "popcnt"})[0] for seed in range(20)}
        self.assertEqual(first, {"baseline", "x86-64-v2"})

    def test_a_sample_changes_little_with_the_source(self):
        drawn = {mutant.after for mutant in mutation.chosen("strips", 20, 1)}
        larger = {mutant.after for mutant in mutation.chosen("strips", 40, 1)}
        self.assertLess(drawn, larger)


class Levels(mutation.Bench):
    """Says of each level what it is told."""

    def __init__(self, *found):
        self.found = list(found)

    def at_level(self, mutant, target, level, place):
        return self.found.pop(0)


class Results(unittest.TestCase):
    def result(self, *found):
        target = mutation_targets.TARGETS[mutation_targets.KERNELS + "tiles.inc"]
        mutant = mutants.Mutant(target.path, 1, "", "x", "")
        with mock.patch.object(mutation, "levels_of", lambda *_: list(target.levels[: len(found)])):
            return Levels(*found).result(mutant, 1, 0)

    def test_one_level_is_enough_to_kill_and_not_to_survive(self):
        self.assertEqual(self.result("killed", "survived"), "killed")
        self.assertEqual(self.result("survived", "same code", "killed"), "killed")
        self.assertEqual(self.result("survived", "same code"), "survived")
        self.assertEqual(self.result("same code", "same code"), "same code")
        self.assertEqual(self.result("same code", "stillborn"), "stillborn")


class Nightly(unittest.TestCase):
    def test_lines_of_cases_are_read(self):
        text = "x\nnightly: exp: e4m3: 12 cases, 3 mismatches\nnightly: add: 5 cases, 0 mismatches\n"
        self.assertEqual(nightly.LINE.findall(text), [("12", "3"), ("5", "0")])


if __name__ == "__main__":
    unittest.main()
