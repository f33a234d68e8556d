"""`exmy format fit`. Errors are computed again here, with NumPy, from `exmy quantize`'s own output or from grids
written out in the test."""

import json
import math
import os
import unittest

import numpy as np

from program import ProgramTest, SMALL, changed


def magnitude(c, m, bias):
    """What the code c stands for, also if it is one more than the format has."""
    return math.ldexp(c, 1 - bias - m) if c >> m == 0 else math.ldexp(2**m + c % 2**m, (c >> m) - bias - m)


def grid(e, m, bias, specials):
    """The magnitudes of a signed format with E = e and M = m."""
    return np.array([magnitude(c, m, bias) for c in range(2**(e + m) - {"none": 0, "fn": 1, "ieee": 2**m}[specials])])


def rounded(x, values):
    """Nearest magnitudes, saturating; ties (exact in these data) to the even code."""
    size = np.abs(x)
    middle = (values[1:] + values[:-1]) / 2
    low, high = np.searchsorted(middle, size, "left"), np.searchsorted(middle, size, "right")
    return np.sign(x) * values[np.where(low % 2 == 0, low, high)]


class Fit(ProgramTest):
    def fit(self, x, *options):
        np.save(self.path("x.npy"), x)
        facts = json.loads(self.good("format", "fit", "--data", "x.npy", "--json", *options).out)
        self.assertEqual(len(facts["data"]), 1)
        return facts["data"][0]

    def normal(self, n=4000):
        return np.random.default_rng(1).standard_normal(n)

    def check(self, x, row, specials):
        values = grid(row["exponent_bits"], row["mantissa_bits"], row["bias"], specials)
        q = rounded(x / row["scale"], values) * row["scale"]
        noise = np.sum((x - q)**2)
        label = str(row)
        self.assertAlmostEqual(row["sqnr_db"], 10 * math.log10(np.sum(x**2) / noise), delta=1e-6, msg=label)
        self.assertAlmostEqual(row["max_error"], np.max(abs(x - q)), delta=1e-12 * np.max(abs(x)), msg=label)
        self.assertEqual(row["underflow_fraction"], np.mean((q == 0) & (x != 0)), label)
        top = (values[-1] + magnitude(len(values), row["mantissa_bits"], row["bias"])) / 2
        self.assertEqual(row["overflow_fraction"], np.mean(np.abs(x / row["scale"]) > top), label)
        self.assertEqual(row["codes_used_count"], len(set(q.tolist())), label)
        self.assertEqual(row["codes_used_fraction"], row["codes_used_count"] / (2 * len(values) - 1), label)

    def test_every_candidate_against_its_grid(self):
        x = self.normal()
        for specials in ("none", "fn", "ieee"):
            for scale in ("none", "pow2", "best"):
                data = self.fit(x, "--specials", specials, "--scale", scale)
                shapes = set()
                for row in data["candidates"]:
                    self.assertEqual(row["bits"], 1 + row["exponent_bits"] + row["mantissa_bits"])
                    self.assertEqual(float.fromhex(row["scale_hex"]), row["scale"])
                    if scale == "none":
                        self.assertEqual(row["scale"], 1)
                    else:
                        self.assertEqual(row["bias"], 2**(row["exponent_bits"] - 1) - 1)
                    self.check(x, row, specials)
                    shapes.add((row["exponent_bits"], row["mantissa_bits"]))
                least = 1 if specials == "ieee" else 0  # M; and one exponent bit leaves IEEE no normal number
                expected = {(e, k - 1 - e) for k in range(4, 9) for e in range(1, k) if k - 1 - e >= least}
                self.assertEqual(shapes, expected, specials)
                quality = [row["sqnr_db"] for row in data["candidates"]]
                self.assertEqual(quality, sorted(quality, reverse=True))

    def test_every_bias_that_makes_a_difference_is_there(self):
        x = self.normal()
        data = self.fit(x, "--bits", "6")
        best = {}
        for row in data["candidates"]:
            key = row["exponent_bits"], row["mantissa_bits"]
            best.setdefault(key, {})[row["bias"]] = row["sqnr_db"]
        for (e, m), found in best.items():
            for bias in range(-60, 90):
                q = rounded(x, grid(e, m, bias, "none"))
                sqnr = 10 * math.log10(np.sum(x**2) / np.sum((x - q)**2))
                if bias in found:
                    self.assertAlmostEqual(found[bias], sqnr, delta=1e-6)
                else:  # hopeless, or the same as another
                    same = any(abs(sqnr - other) < 1e-6 for other in found.values())
                    self.assertTrue(sqnr < 0.2 or same, (e, m, bias, sqnr))

    def test_the_table_shows_the_best_of_each_width(self):
        x = self.normal()
        candidates = self.fit(x)["candidates"]
        lines = self.good("format", "fit", "--data", "x.npy", "--top", "2").lines
        self.assertIn("4000 values", lines[0])
        rows = [line.split() for line in lines[2:]]
        expected = [row for bits in (8, 7, 6, 5, 4) for row in [r for r in candidates if r["bits"] == bits][:2]]
        self.assertEqual(len(rows), len(expected))
        for row, wanted in zip(rows, expected):
            self.assertEqual(row[:3], [str(wanted["bits"]), f"e{wanted['exponent_bits']}m{wanted['mantissa_bits']}",
                                       str(wanted["bias"])])
            self.assertEqual(row[4], f"{wanted['sqnr_db']:.2f}")
        self.assertLessEqual(max(map(len, lines[1:])), 80)

    def test_acceptance_7_from_a_file(self):
        """Uniform data, evenly spaced: the figures of Kuzmin et al. 2022, one digit each."""
        x = (np.arange(100000) + 0.5) / 50000 - 1
        rows = {row["exponent_bits"]: row["sqnr_db"] for row in self.fit(x, "--bits", "8", "--scale", "best")["candidates"]}
        for e, expected in {5: 26.3, 4: 32.4, 3: 38.5, 2: 44.5, 1: 48.1}.items():
            self.assertAlmostEqual(rows[e], expected, delta=0.1)
        more = self.fit(x, "--bits", "8", "--scale", "best", "--clip", "4")["candidates"]
        self.assertGreater({row["exponent_bits"]: row["sqnr_db"] for row in more}[5], 26.8)

    def test_what_is_no_number_is_left_out_and_said(self):
        x = np.array([1, -2, 0, math.nan, math.inf, 3], np.float32)
        data = self.fit(x)
        self.assertEqual((data["count"], data["zeros_count"], data["not_finite_count"]), (4, 1, 2))
        self.assertEqual((data["amax"], data["smallest_nonzero"]), (3, 1))
        self.assertEqual(data["candidates"][0]["sqnr_db"], "Infinity")
        self.assertIn("not finite 2", self.good("format", "fit", "--data", "x.npy").lines[0])

    def test_from_the_report_of_a_run(self):
        self.write("a.json", changed(SMALL, stats__counters=True))
        where = self.good("run", "a.json", "--quiet").out.strip()
        report = json.loads(self.read(where, "report.json"))
        places = {"/".join(t[k] for k in ("layer", "op", "pass", "role")): t for t in report["tensors"]
                  if t.get("exponent_histogram", {}).get("before", {}).get("counts")}
        facts = json.loads(self.good("format", "fit", "--report", where, "--json", "--bits", "8").out)
        self.assertTrue(facts["approximate"])
        self.assertEqual({data["name"] for data in facts["data"]}, set(places))
        for data in facts["data"]:
            histogram, counters = places[data["name"]]["exponent_histogram"]["before"], places[data["name"]]["counters"]
            self.assertAlmostEqual(data["count"], sum(histogram["counts"]) + counters["zero_in_count"], delta=1e-6)
            self.assertEqual(data["zeros_count"], counters["zero_in_count"])
            self.assertGreaterEqual(data["smallest_nonzero"], 2.0**histogram["first_exponent"])
            self.assertLess(data["amax"], 2.0**(histogram["first_exponent"] + len(histogram["counts"])))
        name = "fc1/dot/forward/weight"
        text = self.good("format", "fit", "--report", os.path.join(where, "report.json"), "--place", name, "--bits", "8")
        self.assertEqual(text.lines[0].split(":")[0], name)
        some = self.good("format", "fit", "--report", where, "--place", "fc1/dot/*", "--bits", "4", "--json").out
        self.assertEqual({data["name"] for data in json.loads(some)["data"]},
                         {name for name in places if name.startswith("fc1/dot/")})

    def test_a_histogram_of_uniform_binades_gives_what_such_data_give(self):
        """A report written by hand against the data that it stands for."""
        first, counts = -3, [100, 300, 0, 200]
        tensor = {"layer": "a", "op": "b", "pass": "c", "role": "d", "counters": {"zero_in_count": 50},
                  "exponent_histogram": {"before": {"first_exponent": first, "counts": counts}}}
        self.write("report.json", {"tensors": [tensor, {**tensor, "exponent_histogram": {"before": {
            "first_exponent": 0, "counts": []}}}]})
        parts = [2.0**(first + i) * (1 + (np.arange(100 * n) + 0.5) / (100 * n)) for i, n in enumerate(counts) if n]
        one_side = np.concatenate(parts)
        expected = self.fit(np.concatenate([one_side, -one_side, np.zeros(100 * 100)]), "--bits", "5..8")
        found = json.loads(self.good("format", "fit", "--report", "report.json", "--json", "--bits", "5..8").out)
        self.assertEqual(len(found["data"]), 1)
        rows = {(r["exponent_bits"], r["mantissa_bits"], r["bias"]): r for r in found["data"][0]["candidates"]}
        compared = 0
        for row in expected["candidates"]:
            other = rows.get((row["exponent_bits"], row["mantissa_bits"], row["bias"]))
            if other:
                compared += 1
                # 1,024 points a binade stand for all: at a boundary between two codes half a point is unsure.
                self.assertAlmostEqual(other["sqnr_db"], row["sqnr_db"], delta=0.01)
                self.assertAlmostEqual(other["underflow_fraction"], row["underflow_fraction"], delta=1e-3)
        self.assertGreater(compared, 200)

    def test_mistakes(self):
        np.save(self.path("x.npy"), np.ones(3))
        np.save(self.path("zeros.npy"), np.zeros(3))
        np.save(self.path("ints.npy"), np.ones(3, int))
        self.write("text.json", "no json")
        self.write("other.json", {"tensors": [{"layer": 1}]})
        self.write("empty.json", {})
        self.write("none.json", {"tensors": []})
        before = self.files()
        for words, said in {(): "--data", ("--data", "x.npy", "--report", "none.json"): "--report",
                            ("--data", "nowhere.npy"): "nowhere.npy", ("--data", "zeros.npy"): "zeros.npy",
                            ("--data", "ints.npy"): "float32", ("--data", "text.json"): "not an .npy",
                            ("--report", "nowhere.json"): "nowhere.json", ("--report", "text.json"): "text.json",
                            ("--report", "other.json"): "other.json", ("--report", "empty.json"): "tensors",
                            ("--report", "none.json"): "no exponent histogram", ("--report", "."): "report.json",
                            ("--data", "x.npy", "--bits", "1"): "--bits", ("--data", "x.npy", "--bits", "4..17"): "--bits",
                            ("--data", "x.npy", "--bits", "8..4"): "no width", ("--data", "x.npy", "--bits", "x"): '"x"',
                            ("--data", "x.npy", "--bits", "4-8"): '"4-8"', ("--data", "x.npy", "--bits", ""): '""',
                            ("--data", "x.npy", "--scale", "bets"): 'did you mean "best"',
                            ("--data", "x.npy", "--specials", "ieeee"): 'did you mean "ieee"',
                            ("--data", "x.npy", "--clip", "0"): "--clip", ("--data", "x.npy", "--clip", "x"): '"x"',
                            ("--data", "x.npy", "--top", "0"): "--top"}.items():
            with self.subTest(words):
                answer = self.good("format", "fit", *words, code=2)
                self.assertIn(said, answer.err)
                self.assertEqual(answer.out, "")
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    unittest.main()
