"""`exmy quantize`: words and NumPy arrays. Expected values come from NumPy's own float16, or from the table of the
format's values and a search for the nearest in exact fractions."""

import bisect
import csv
import io
import json
import math
import os
import unittest
from fractions import Fraction

import numpy as np

from program import ProgramTest

SPECIALS = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-300, -1e-300, 448.0, 464.0, np.nextafter(464.0, 500.0), -480.0,
            2.0**-10, np.nextafter(2.0**-10, 1), 65504.0, 65520.0, np.nextafter(65520.0, 0), 2.0**-25, 3 * 2.0**-25]


def philox(key, counter):
    """Philox4x32-10 (Salmon et al. 2011)."""
    key, c = list(key), list(counter)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ key[0], p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ key[1], p0 & 0xFFFFFFFF]
        key = [key[0] + 0x9E3779B9 & 0xFFFFFFFF, key[1] + 0xBB67AE85 & 0xFFFFFFFF]
    return c


def words(x):
    return [x & 0xFFFFFFFF, x >> 32]


def random_integer(seed, i, n):
    """R of element i of the stream `quantize` at step 0: NUMERICS.md, section 6."""
    h = 0xCBF29CE484222325
    for byte in b"quantize":
        h = (h ^ byte) * 0x100000001B3 & 2**64 - 1
    key = philox(words(seed), words(h) + [0, 0])[:2]
    if n > 16:
        return philox(key, words(i // 4) + [0, 0])[i % 4] >> 32 - n
    word = philox(key, words(i // 8) + [0, 0])[i % 8 // 2]
    return (word >> 16 if i % 2 else word & 0xFFFF) >> 16 - n


class Quantize(ProgramTest):
    def setUp(self):
        super().setUp()
        self.random = np.random.default_rng(20250101)

    def table(self, name):
        """{code: value} of a format."""
        rows = csv.DictReader(io.StringIO(self.good("format", "table", name, "--csv").out))
        special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
        return {int(row["code"], 16): special.get(row["value"]) or float.fromhex(row["value_hex"]) for row in rows}

    def arrays(self, x, *options, out=True):
        """The array that comes out, and the answer."""
        np.save(self.path("x.npy"), x)
        answer = self.good("quantize", "--in", "x.npy", *(["--out", "y.npy"] if out else []), *options)
        return (np.load(self.path("y.npy")) if out else None), answer

    def assertSame(self, found, expected):
        self.assertEqual(found.dtype, expected.dtype)
        self.assertEqual(found.shape, expected.shape)
        self.assertTrue(np.array_equal(np.isnan(found), np.isnan(expected)))
        there = ~np.isnan(expected)
        self.assertTrue(np.array_equal(found[there].view("u%d" % found.itemsize),
                                       expected[there].view("u%d" % found.itemsize)))

    def numbers(self, n):
        x = self.random.standard_normal(n) * 2.0**self.random.integers(-28, 18, n)
        return np.concatenate([x, SPECIALS])

    def test_fp16_is_numpys(self):
        x = self.numbers(20000)
        for kind in (np.float64, np.float32):
            values = x.astype(kind)
            with np.errstate(over="ignore"):
                expected = values.astype(np.float16)
            found, _ = self.arrays(values, "--format", "fp16")
            self.assertSame(found, expected.astype(kind))
            found, _ = self.arrays(values, "--format", "fp16", "--codes")
            self.assertEqual(found.dtype, np.uint16)
            there = ~np.isnan(expected)
            self.assertTrue(np.array_equal(found[there], expected.view(np.uint16)[there]))
            self.assertEqual(set(found[~there]), {0x7E00})

    def nearest_even(self, name):
        """A function: the code that a finite value rounds to, saturating."""
        table = {code: value for code, value in self.table(name).items() if math.isfinite(value)}
        positive = sorted((Fraction(value), code) for code, value in table.items() if value >= 0 and code < 128)
        grid = [value for value, _ in positive]

        def code_of(x):
            size = Fraction(abs(float(x)))
            i = bisect.bisect_right(grid, size) - 1
            if i + 1 < len(grid):
                half = (grid[i] + grid[i + 1]) / 2
                i += size > half or (size == half and positive[i][1] % 2 == 1)
            return positive[i][1] | (128 if math.copysign(1, x) < 0 else 0)
        return code_of

    def test_e4m3fn_codes_are_the_nearest_of_the_table(self):
        x = self.numbers(3000)
        x = x[np.isfinite(x)]
        code_of = self.nearest_even("e4m3fn")
        found, _ = self.arrays(x, "--format", "e4m3fn", "--saturation", "finite", "--codes")
        self.assertEqual(found.dtype, np.uint8)
        self.assertEqual(found.tolist(), [code_of(value) for value in x])
        values, _ = self.arrays(x, "--format", "e4m3fn", "--saturation", "finite")
        table = self.table("e4m3fn")
        self.assertEqual([math.copysign(1, v) * abs(v) for v in values], [table[code] for code in found.tolist()])

    def test_every_layout_of_an_array(self):
        base = self.numbers(102).astype(np.float32)[:120]
        expected = lambda x: x.astype(np.float16).astype(np.float32)
        with np.errstate(over="ignore"):
            for x in (base, base.reshape(4, 30), np.asfortranarray(base.reshape(4, 30)), base.reshape(2, 3, 4, 5),
                      np.asfortranarray(base.reshape(2, 3, 4, 5)), base[7].reshape(()), base[:0], base[:0].reshape(0, 3),
                      base[:1].reshape((1,) * 20), base.astype(">f4")):
                found, _ = self.arrays(x, "--format", "fp16")
                self.assertSame(found, expected(x.astype("<f4")))
                self.assertEqual(found.flags.f_contiguous, np.load(self.path("x.npy")).flags.f_contiguous)

    def test_every_version_and_type(self):
        x = self.numbers(50)
        for version in ((1, 0), (2, 0), (3, 0)):
            for kind in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
                with np.errstate(over="ignore"):
                    values = x.astype(kind)
                with open(self.path("x.npy"), "wb") as file:
                    np.lib.format.write_array(file, values, version=version)
                self.good("quantize", "--format", "fp64", "--in", "x.npy", "--out", "y.npy")
                self.assertSame(np.load(self.path("y.npy")), values.astype("<f8"))

    def test_values_come_back_in_the_type_of_the_input_where_it_has_them(self):
        cases = {("<f2", "e4m3fn"): "f2", ("<f2", "fp16"): "f2", ("<f2", "bf16"): "f8", ("<f4", "bf16"): "f4",
                 ("<f4", "fp32"): "f4", ("<f4", "e8m3"): "f4", ("<f4", "e8m20b140"): "f8", ("<f4", "e8m3b140"): "f4", ("<f4", "fp64"): "f8",
                 ("<f8", "fp64"): "f8", ("<f8", "e2m1fn"): "f8", ("<f2", "e5m10b16"): "f8"}
        for (kind, name), wanted in cases.items():
            found, _ = self.arrays(np.array([1.5, -0.25], kind), "--format", name)
            self.assertEqual(found.dtype, np.dtype(wanted), (kind, name))
            self.assertEqual(found.tolist()[0], 1.5)
        for name, wanted in {"e2m1fn": "u1", "e4m3fn": "u1", "e5m4": "u2", "bf16": "u2", "tf32": "u4", "fp32": "u4",
                             "e8m24": "u8", "fp64": "u8"}.items():
            found, _ = self.arrays(np.array([1.0]), "--format", name, "--codes")
            self.assertEqual(found.dtype, np.dtype(wanted), name)

    def test_counters_and_errors(self):
        x = np.concatenate([self.random.standard_normal(5000), [1000.0, math.nan, math.inf, 0.0, 1e-9, 1.0625]])
        answer = self.arrays(x, "--format", "e4m3fn", "--counters", "--json")[1]
        facts = json.loads(answer.out)
        q = np.load(self.path("y.npy"))
        counters = facts["counters"]
        finite = np.isfinite(x) & np.isfinite(q)
        self.assertEqual(counters["total_count"], x.size)
        self.assertEqual(counters["nan_in_count"], 1)
        self.assertEqual(counters["inf_in_count"], 1)
        self.assertEqual(counters["zero_in_count"], 1)
        self.assertEqual(counters["overflow_count"], 1)  # 1000 becomes NaN; infinity, which does too, is no overflow
        self.assertEqual(counters["nan_generated_count"], 2)
        self.assertEqual(counters["underflow_to_zero_count"], int(np.sum((x != 0) & (q == 0))))
        self.assertEqual(counters["inexact_count"], int(np.sum((x != q) & np.isfinite(x))))
        self.assertEqual(counters["tie_count"], 1)
        self.assertEqual(counters["subnormal_out_count"], int(np.sum((q != 0) & (abs(q) < 2.0**-6))))
        self.assertEqual(counters["inexact_fraction"], counters["inexact_count"] / x.size)
        self.assertEqual(facts["error"]["compared_count"], int(finite.sum()))
        self.assertEqual(facts["error"]["max_error"], np.max(abs(x - q)[finite]))
        sqnr = 10 * math.log10(np.sum(x[finite]**2) / np.sum((x - q)[finite]**2))
        self.assertAlmostEqual(facts["error"]["sqnr_db"], sqnr, delta=1e-9)  # sums in another order
        text = self.good("quantize", "--format", "e4m3fn", "--in", "x.npy", "--counters").out
        self.assertRegex(text, r"(?m)^overflow +1 ")
        self.assertRegex(text, rf"(?m)^total +{x.size} ")
        self.assertRegex(text, r"(?m)^sqnr_db +[0-9.]+$")

    def test_exact_data_have_an_infinite_sqnr_and_zeros_have_none(self):
        for values, expected in (([1, 2, 0.5], "Infinity"), ([0, 0], None), ([1e-9], 0)):
            answer = self.arrays(np.array(values, float), "--format", "e4m3fn", "--json", "--counters", out=False)[1]
            self.assertEqual(json.loads(answer.out)["error"].get("sqnr_db"), expected)

    def test_scale(self):
        x = self.numbers(2000)
        x = x[np.isfinite(x)]
        code_of = self.nearest_even("e4m3fn")
        scaled, _ = self.arrays(x, "--format", "e4m3fn", "--saturation", "finite", "--scale", "0.25", "--codes")
        self.assertEqual(scaled.tolist(), [code_of(value * 4) for value in x])
        # Quotients just below the tie between 1.125 and 1.25, which goes up; binary64 would round them to the tie.
        tie, found = Fraction(19, 16), 0
        for k in range(1, 4000, 2):
            scale = 1 + k * 2.0**-52
            x = math.nextafter(float(tie * Fraction(scale)), 0)
            while Fraction(math.nextafter(x, 2)) / Fraction(scale) < tie:
                x = math.nextafter(x, 2)
            if x / scale == tie and found < 5:
                found += 1
                answer = self.good("quantize", "--format", "e4m3fn", "--scale", repr(scale), repr(x))
                self.assertEqual(answer.out, "1.125\n")
        self.assertEqual(found, 5)
        self.assertEqual(self.good("quantize", "--format", "fp64", "--scale", "3", "1").out.strip(), repr(1 / 3))

    def test_stochastic_rounding_uses_the_numbers_of_the_numerics(self):
        table = {code: value for code, value in self.table("e4m3fn").items() if code < 0x7F}
        grid = [Fraction(value) for value in table.values()]
        self.assertEqual(grid, sorted(grid))
        x = np.asfortranarray((self.random.standard_normal((7, 9)) * 3).astype(np.float32))
        for mode, bits, seed in (("stochastic_a", 5, 1), ("stochastic_a", 16, 2**63 + 12345), ("stochastic_b", 7, 3),
                                 ("stochastic_b", 24, 4)):
            found, _ = self.arrays(x, "--format", "e4m3fn", "--rounding", mode, "--random-bits", str(bits), "--seed",
                                   str(seed), "--codes")
            for i, value in enumerate(x.flatten(order="C")):  # row-major, whatever the file's order
                size = Fraction(abs(float(value)))
                code = bisect.bisect_right(grid, size) - 1
                v = (size - grid[code]) / (grid[code + 1] - grid[code])
                random = random_integer(seed, i, bits)
                if mode == "stochastic_a":
                    code += math.floor(v * 2**bits) + random >= 2**bits
                else:
                    code += v != 0 and math.floor(v * 2**(bits + 1)) + 2 * random + 1 >= 2**(bits + 1)
                self.assertEqual(found[np.unravel_index(i, x.shape)], code | (128 if value < 0 else 0), (mode, i))

    def test_words_draw_by_their_number(self):
        words = ["1.03125"] * 40  # a quarter of the way from 1 to 1.125
        answer = self.good("quantize", "--format", "e4m3fn", "--rounding", "stochastic_a", "--random-bits", "8", "--seed",
                           "9", *words)
        up = [64 + random_integer(9, i, 8) >= 256 for i in range(len(words))]
        self.assertEqual(answer.lines, ["1.125" if away else "1" for away in up])
        self.assertEqual(set(up), {True, False})

    def test_words(self):
        cases = [("e4m3fn", "0.1", "0.1015625", "1D"), ("e4m3fn", "-1.5", "-1.5", "BC"), ("e4m3fn", "470", "NaN", "7F"),
                 ("fp16", "0x1.8p-3", "0.1875", "3200"), ("fp16", "inf", "Infinity", "7C00"), ("fp16", "NaN", "NaN", "7E00"),
                 ("fp16", "1.0004882812500000000000001", "1.0009765625", "3C01"), ("fp16", "65519.99999999999999999999",
                                                                                   "65504", "7BFF"),
                 ("Binary8p4se", "-0", "0", "00"), ("e2m1fn", "1e999", "6", "7")]
        for name, word, value, code in cases:
            self.assertEqual(self.good("quantize", "--format", name, word).out, value + "\n")
            self.assertEqual(self.good("quantize", "--format", name, "--codes", word).out, code + "\n")
            facts = json.loads(self.good("quantize", "--format", name, "--json", word).out)
            self.assertEqual(facts["codes"], [code])
        answer = self.good("quantize", "--format", "fp16", "--", "-inf", "-.5", "1")
        self.assertEqual(answer.lines, ["-Infinity", "-0.5", "1"])
        answer = self.good("quantize", "--format", "fp16", "--rounding", "toward_positive", "--counters", "0.1", "-0.1")
        self.assertEqual(answer.lines[:3], ["0.10003662109375", "-0.0999755859375", ""])
        self.assertRegex(answer.out, r"(?m)^rounded_up +1 ")

    def test_wrong_words_and_options(self):
        for words, said in {("--format", "fp61", "1"): 'did you mean "fp16"', ("1",): "--format",
                            ("--format", "fp16"): "values", ("--format", "fp16", "1", "two"): '"two"',
                            ("--format", "fp16", "1", ""): '""',
                            ("--format", "fp16", "--rounding", "nearest_odd", "1"): "nearest_even",
                            ("--format", "fp16", "--saturation", "finit", "1"): 'did you mean "finite"',
                            ("--format", "fp16", "--random-bits", "0", "1"): "1 to 32",
                            ("--format", "fp16", "--random-bits", "33", "1"): "1 to 32",
                            ("--format", "fp16", "--seed", "-1", "1"): "seed",
                            ("--format", "fp16", "--scale", "0", "1"): "positive",
                            ("--format", "fp16", "--scale", "inf", "1"): "positive",
                            ("--format", "fp16", "-inf"): "--", ("--format", "fp16", "-.5"): "--",
                            ("--format", "fp16", "--out", "y.npy", "1"): "--in",
                            ("--format", "fp16", "--in", "x.npy", "1"): "not both",
                            ("--format", "fp16", "--in", "x.npy"): "--out",
                            ("--format", "fp16", "--in", "x.npy", "--out", "y.npy"): "x.npy",
                            ("--format", "fp16", "--in", ".", "--out", "y.npy"): "."}.items():
            with self.subTest(words):
                answer = self.good("quantize", *words, code=2)
                self.assertIn(said, answer.err)
                self.assertEqual(answer.out, "")
        self.assertEqual(self.files(), [])

    def bad(self, content, *said):
        self.write("bad.npy", content)
        answer = self.good("quantize", "--format", "fp16", "--in", "bad.npy", "--out", "y.npy", code=2)
        for text in ("bad.npy",) + said:
            self.assertIn(text, answer.err)
        self.assertEqual(answer.out, "")
        self.assertFalse(os.path.exists(self.path("y.npy")))

    def saved(self, x, **options):
        file = io.BytesIO()
        np.save(file, x, **options)
        return file.getvalue()

    def test_wrong_types_are_named(self):
        for kind in ("<i4", "<u2", "|i1", "|b1", "<c8", "<U3", "|S2", "<M8[s]", "<f16"):
            if kind == "<f16" and np.dtype(np.longdouble).itemsize != 16:
                continue
            self.bad(self.saved(np.zeros(3, kind)), kind, "float16")
        self.bad(self.saved(np.array([None, 1]), allow_pickle=True), "objects")
        self.bad(self.saved(np.zeros(3, [("a", "<f4")])), "records")

    def test_truncation_is_an_error(self):
        whole = self.saved(np.arange(6, dtype="<f4").reshape(2, 3))
        for length in (*range(12), *range(12, len(whole), 11), len(whole) - 1):
            self.bad(whole[:length], "not an .npy file" if length < 6 else "truncated")
        self.bad(whole + b"\0", "too long")

    def header(self, text, data=b"", version=b"\x01\x00"):
        return b"\x93NUMPY" + version + len(text).to_bytes(2 if version[0] == 1 else 4, "little") + text + data

    def test_headers_that_numpy_would_not_write(self):
        good = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
        self.write("x.npy", self.header(good, b"\0\0\x80\x3f"))
        self.assertEqual(self.good("quantize", "--format", "fp16", "--in", "x.npy", "--out", "y.npy").out, "y.npy\n")
        os.remove(self.path("y.npy"))
        for text, said in ((b"", "malformed"), (b"{}", "missing"), (good + b"x", "after the dictionary"),
                           (good.replace(b"False", b"false"), "True nor False"), (good.replace(b"(1,)", b"(1)"), "comma"),
                           (good.replace(b"(1,)", b"1"), "expected"), (good.replace(b"(1,)", b"(-1,)"), "sizes"),
                           (good.replace(b"(1,)", b"(1.5,)"), "malformed"), (good.replace(b"(1,)", b"(1,"), "sizes"),
                           (good.replace(b"(1,)", b"(99999999999999999999,)"), "too large"),
                           (good.replace(b"(1,)", b"(4000000000, 4000000000, 4000000000)"), "truncated"),
                           (good.replace(b"shape", b"shapes"), "shapes"), (good.replace(b"descr", b"shape"), "malformed"),
                           (good[:-3], "malformed"), (good.replace(b"'<f4'", b"'<f4"), "malformed"),
                           (good.replace(b"}", b"'descr': '<f4', }"), "twice"), (b"\xff" * 30, "malformed"),
                           (good.replace(b"<f4", b"<f3"), "<f3"), (good.replace(b"<f4", b""), '""')):
            with self.subTest(text):
                self.bad(self.header(text, b"\0\0\x80\x3f"), said)
        self.bad(self.header(good, b"\0\0\x80\x3f", b"\x04\x00"), "version 4.0")
        self.bad(b"PK\x03\x04" + b"\0" * 100, "not an .npy file")
        self.bad(b"0.1,0.2\n", "not an .npy file")

    def test_results_are_written_whole_or_not_at_all(self):
        np.save(self.path("x.npy"), np.ones(3))
        answer = self.good("quantize", "--format", "fp16", "--in", "x.npy", "--out", "nowhere/y.npy", code=3)
        self.assertIn("nowhere/y.npy", answer.err)
        self.assertEqual(answer.out, "")
        self.good("quantize", "--format", "fp16", "--in", "x.npy", "--out", "x.npy")  # in place
        self.assertEqual(np.load(self.path("x.npy")).tolist(), [1, 1, 1])
        self.assertEqual(self.files(), ["x.npy"])


if __name__ == "__main__":
    unittest.main()
