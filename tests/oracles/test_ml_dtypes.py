"""ml_dtypes: every code, every conversion from float32, and arithmetic of its types.

Where ml_dtypes decides differently, the difference is a test of its own, with its exact extent.
"""

import unittest

import numpy as np
import ml_dtypes

import driver
import values
from support import OracleTest

TYPES = {"e2m1fn": ml_dtypes.float4_e2m1fn, "e2m3fn": ml_dtypes.float6_e2m3fn,
         "e3m2fn": ml_dtypes.float6_e3m2fn, "e3m4": ml_dtypes.float8_e3m4, "e4m3": ml_dtypes.float8_e4m3,
         "e4m3fn": ml_dtypes.float8_e4m3fn, "e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
         "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz, "e5m2": ml_dtypes.float8_e5m2,
         "e5m2fnuz": ml_dtypes.float8_e5m2fnuz, "e8m0fnu": ml_dtypes.float8_e8m0fnu,
         "bf16": ml_dtypes.bfloat16}
BITS = {"e2m1fn": 4, "e2m3fn": 6, "e3m2fn": 6, "bf16": 16}  # the others have 8
WITHOUT_NAN = ("e2m1fn", "e2m3fn", "e3m2fn")
SIGNED_NAN = ("e3m4", "e4m3", "e4m3fn", "e5m2", "bf16")  # NaN has codes of both signs
OPERATIONS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
NAN = np.array([np.nan])


def code_type(name):
    return np.uint16 if name == "bf16" else np.uint8


def all_codes(name):
    return np.arange(2 ** BITS.get(name, 8)).astype(code_type(name))


def to_double(array):
    return array.astype(np.float64)


def setUpModule():
    np.seterr(all="ignore")  # conversions and operations overflow on purpose


class MlDtypes(OracleTest):
    def floats(self, name):
        return np.concatenate([values.upper_halves(), values.random_floats(10**6, seed=1),
                               values.critical_floats(self.exmy.decode(name))])

    def test_decode(self):
        for name, kind in TYPES.items():
            with self.subTest(name):
                self.assert_same(self.exmy.decode(name), to_double(all_codes(name).view(kind)))

    def test_conversion_from_float32(self):
        for name, kind in TYPES.items():
            x = self.floats(name)
            if name in WITHOUT_NAN:
                x = x[~np.isnan(x)]  # test_difference_nan_without_nan
            theirs = x.astype(kind)
            ours, _ = self.exmy.project(name, x)
            with self.subTest(name):
                if name == "e8m0fnu":  # test_difference_e8m0_ties
                    ties_and_first_binade = e8m0_differs(self.exmy, x)
                    x, ours, theirs = (a[~ties_and_first_binade] for a in (x, ours, theirs))
                self.assert_same(ours, to_double(theirs), x)
                number = ~np.isnan(ours)  # NaN: test_difference_sign_of_nan
                codes = self.exmy.encode(name, ours)
                self.assertTrue(np.array_equal(codes[number], theirs.view(code_type(name))[number]))

    def test_conversion_from_float64_by_way_of_odd_float32(self):
        """ml_dtypes rounds a double twice; rounded to odd in between (our mode), the result is right."""
        for name, kind in TYPES.items():
            if name == "e8m0fnu":
                continue  # its ties are another test's
            x = values.critical_doubles(self.exmy.decode(name))
            odd, _ = self.exmy.project("fp32", x, "to_odd")
            with self.subTest(name):
                ours, _ = self.exmy.project(name, x)
                self.assert_same(ours, to_double(odd.astype(np.float32).astype(kind)), x)

    def test_conversion_between_types(self):
        """All codes of every type and of float16 into every other type, float16, float32 and float64."""
        sources = {**TYPES, "fp16": np.float16}
        for source, kind in sources.items():
            codes = np.arange(2**16, dtype=np.uint16) if source == "fp16" else all_codes(source)
            for target, target_kind in {**sources, "fp32": np.float32, "fp64": np.float64}.items():
                if target == source or not is_conversion(source, target):
                    continue
                x = codes.view(kind)
                if target in WITHOUT_NAN:
                    x = x[~np.isnan(to_double(x))]  # test_difference_nan_without_nan
                if target == "e8m0fnu":
                    x = x[~e8m0_differs(self.exmy, to_double(x))]  # test_difference_e8m0_ties
                with self.subTest(source, target=target):
                    ours, _ = self.exmy.project(target, to_double(x))
                    self.assert_same(ours, to_double(x.astype(target_kind)), to_double(x))

    def test_arithmetic(self):
        """All pairs of codes; a million pairs of bf16. float carries these exactly (24 >= 2 P + 2)."""
        for name, kind in TYPES.items():
            if name == "e8m0fnu":
                continue  # test_difference_e8m0_arithmetic
            a, b = pairs(name)
            for operation, function in OPERATIONS.items():
                with self.subTest(name, operation=operation):
                    ours, _ = self.exmy.operate(operation, name, [to_double(a), to_double(b)])
                    self.assert_same(ours, to_double(function(a, b)), a, b)

    def test_sqrt(self):
        for name, kind in TYPES.items():
            x = all_codes(name).view(kind)
            with self.subTest(name):
                ours, _ = self.exmy.operate("sqrt", name, [to_double(x)])
                self.assert_same(ours, to_double(np.sqrt(x)), x)

    # ---- where they differ -------------------------------------------------------------------------------

    def test_difference_sign_of_nan(self):
        """exmy has one NaN, without a sign; ml_dtypes keeps the sign of x in the code."""
        for name in SIGNED_NAN:
            kind, unsigned = TYPES[name], code_type(name)
            sign = 1 << (BITS.get(name, 8) - 1)
            ours = int(self.exmy.encode(name, NAN)[0])
            x = np.array([np.nan, np.copysign(np.nan, -1.0)], np.float32)
            with self.subTest(name):
                self.assertEqual(x.astype(kind).view(unsigned).tolist(), [ours, ours | sign])
        codes = np.array([480, -480, np.inf, -np.inf], np.float32).astype(TYPES["e4m3fn"]).view(np.uint8)
        self.assertEqual(codes.tolist(), [0x7F, 0xFF, 0x7F, 0xFF])  # overflow has no infinity to go to

    def test_difference_nan_without_nan(self):
        """Formats without NaN: exmy gives +0 and says nan_lost; ml_dtypes a zero of the opposite sign."""
        for name in WITHOUT_NAN:
            x = np.array([np.nan, np.copysign(np.nan, -1.0)], np.float32)
            ours, events = self.exmy.project(name, x)
            with self.subTest(name):
                self.assert_same(ours, [0.0, 0.0], x)
                self.assertTrue(driver.has(events, "nan_lost").all())
                self.assert_same([-0.0, 0.0], to_double(x.astype(TYPES[name])), x)

    def test_difference_e8m0_ties(self):
        """e8m0: 1.5 x 2^k goes up always (exmy: to the even code), everything above 2^-127 up to 2^-126."""
        x = self.floats("e8m0fnu")
        x = x[e8m0_differs(self.exmy, x)]
        self.assertGreater(np.unique(x).size, 500)
        expected = np.where(x < 2.0**-126, 2.0**-126, self.exmy.project("e8m0fnu", x, "nearest_away")[0])
        self.assert_same(expected, to_double(x.astype(TYPES["e8m0fnu"])), x)
        self.assertEqual(float(np.float32(3.0).astype(TYPES["e8m0fnu"])), 4.0)
        self.assertEqual(self.exmy.project("e8m0fnu", [3.0])[0].tolist(), [2.0])

    def test_difference_e8m0_arithmetic(self):
        """e8m0: ties go up there too, and what float cannot carry (below 2^-149) becomes 0, hence NaN."""
        a, b = pairs("e8m0fnu")
        for operation, function in OPERATIONS.items():
            ours, events = self.exmy.operate(operation, "e8m0fnu", [to_double(a), to_double(b)])
            carried = function(a.astype(np.float32), b.astype(np.float32))
            lost = (carried == 0) & ~driver.has(events, "zero_in")
            away, _ = self.exmy.operate(operation, "e8m0fnu", [to_double(a), to_double(b)], "nearest_away")
            expected = np.where(lost, np.nan, np.where(driver.has(events, "tie"), away, ours))
            with self.subTest(operation):
                self.assert_same(expected, to_double(function(a, b)), a, b)
                self.assertTrue((ours[lost] == 2.0**-127).all())
                self.assertEqual(lost.any(), operation in ("mul", "div"))

    def test_difference_e8m0_has_no_conversions_from_or_to_small_types(self):
        for name, kind in TYPES.items():
            for source, target in ((name, "e8m0fnu"), ("e8m0fnu", name)):
                if name != "e8m0fnu" and not is_conversion(source, target):
                    with self.subTest(source, target=target), self.assertRaises(TypeError):
                        all_codes(source).view(TYPES[source]).astype(TYPES[target])

    def test_difference_float64_is_rounded_twice(self):
        """From double, ml_dtypes rounds to float32 and then to the type; exmy once."""
        for name, kind in TYPES.items():
            x = values.critical_doubles(self.exmy.decode(name))
            twice = to_double(x.astype(np.float32).astype(kind))
            ours, _ = self.exmy.project(name, x)
            with self.subTest(name):
                self.assert_same(twice, to_double(x.astype(kind)), x)
                self.assertTrue((driver.bits(twice) != driver.bits(ours)).any())


def is_conversion(source, target):
    """ml_dtypes converts e8m0fnu from and to bfloat16 and numpy's types only."""
    return "e8m0fnu" not in (source, target) or not {source, target} & set(TYPES) - {"e8m0fnu", "bf16"}


def e8m0_differs(exmy, x):
    _, events = exmy.project("e8m0fnu", x)
    return (driver.has(events, "tie") & (x > 0)) | ((x > 2.0**-127) & (x < 2.0**-126))


def pairs(name):
    codes = all_codes(name)
    if codes.size > 256:
        random = np.random.default_rng(2).integers(0, codes.size, (2, 10**6))
        return random.astype(codes.dtype).view(TYPES[name])
    return [grid.ravel().view(TYPES[name]) for grid in np.meshgrid(codes, codes)]


if __name__ == "__main__":
    unittest.main()
