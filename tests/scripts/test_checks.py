"""The checks of scripts/checks can fail: coverage that is too low, mutants of every kind, equivalents that are
not."""

import contextlib
import io
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts", "checks"))

import coverage  # noqa: E402
import mutants  # noqa: E402
import mutation  # noqa: E402
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

    def test_the_rounding_table_has_mutants_of_every_mode(self):
        lines = [mutant.after for mutant in mutation.chosen("rounding", None, 1)]
        for mode in ("nearest_even", "nearest_away", "toward_zero", "toward_positive", "toward_negative", "to_odd",
                     "stochastic_a", "stochastic_b", "stochastic_c"):
            self.assertTrue(any(f"case Rounding::{mode}:" in line for line in lines), mode)


class Nightly(unittest.TestCase):
    def test_lines_of_cases_are_read(self):
        text = "x\nnightly: exp: e4m3: 12 cases, 3 mismatches\nnightly: add: 5 cases, 0 mismatches\n"
        self.assertEqual(nightly.LINE.findall(text), [("12", "3"), ("5", "0")])


if __name__ == "__main__":
    unittest.main()
