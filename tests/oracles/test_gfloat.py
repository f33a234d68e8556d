"""gfloat: every code and every rounding of its formats, the P3109 ones included.

Shared: five deterministic modes, three stochastic ones, saturation off (`none`) and on (`finite`). exmy's
to_odd and `propagate` and gfloat's StochasticOdd have no counterpart. Where gfloat decides differently, the
difference is a test of its own, with its exact extent.
"""

import unittest
from fractions import Fraction

import gfloat
import numpy as np
from gfloat import Domain, RoundMode, Signedness, formats

import driver
import values
from support import OracleTest

DETERMINISTIC = {"nearest_even": RoundMode.TiesToEven, "nearest_away": RoundMode.TiesToAway,
                 "toward_zero": RoundMode.TowardZero, "toward_positive": RoundMode.TowardPositive,
                 "toward_negative": RoundMode.TowardNegative}
STOCHASTIC = {"stochastic_a": RoundMode.StochasticFastest, "stochastic_b": RoundMode.StochasticFast,
              "stochastic_c": RoundMode.Stochastic}
MODES = {**DETERMINISTIC, **STOCHASTIC}
RANDOM_BITS = 7
NAMED = {"fp64": formats.format_info_binary64, "fp32": formats.format_info_binary32,
         "fp16": formats.format_info_binary16, "bf16": formats.format_info_bfloat16,
         "e5m2": formats.format_info_ocp_e5m2, "e4m3fn": formats.format_info_ocp_e4m3,
         "e2m3fn": formats.format_info_ocp_e2m3, "e3m2fn": formats.format_info_ocp_e3m2,
         "e2m1fn": formats.format_info_ocp_e2m1, "e8m0fnu": formats.format_info_ocp_e8m0}
NOT_BINARY64 = 50  # P3109 formats that exmy refuses
SPECIALS = np.array([0.0, -0.0, np.inf, -np.inf, np.nan])


def p3109(largest_width):
    """{name: gfloat's format} of the standard's formats, K from 3 on."""
    signs = {Signedness.Signed: "s", Signedness.Unsigned: "u"}
    domains = {Domain.Extended: "e", Domain.Finite: "f"}
    return {f"Binary{k}p{p}{signs[sign]}{domains[domain]}": formats.format_info_p3109(k, p, sign, domain)
            for k in range(3, largest_width + 1) for sign in signs for domain in domains
            for p in range(1, k + (sign is Signedness.Unsigned))}


def is_binary64(info):
    return info.k - info.precision < (12 if info.is_signed else 11)


def setUpModule():
    np.seterr(all="ignore")  # random bit patterns overflow and hold NaNs on purpose


class Gfloat(OracleTest):
    def setUp(self):
        self.random = np.random.default_rng(3)

    def inputs(self, name, info):
        """Critical numbers and random bit patterns, without those of the tests of differences."""
        if info.k <= 16:
            x = values.critical_doubles(self.exmy.decode(name))
        else:
            step = np.float64(2.0 ** (-info.precision - 1))
            x = values.random_floats(20000, seed=4).astype(np.float64)
            x = np.concatenate([x, x * (1 + step), x * (1 - step)])
        x = np.concatenate([x, SPECIALS, self.random.integers(0, 2**64, 2000, np.uint64).view(np.float64)])
        if not info.is_signed:
            x = x[~(x < 0)]  # test_difference_negative_into_unsigned
        if info.num_nans == 0:
            x = x[~np.isnan(x)]  # test_difference_no_nan_no_infinity
        if name == "e8m0fnu":
            x = x[~(x < 2.0**-127)]  # test_difference_e8m0_below_its_range
        return x

    def rounded(self, name, info, x, mode, saturates):
        """x (less what gfloat refuses), our results, theirs, the random integers."""
        random = self.random.integers(0, 2**RANDOM_BITS, x.size)
        saturation = "finite" if saturates else "none"
        ours, events = self.exmy.project(name, x, mode, saturation, RANDOM_BITS, random)
        if not saturates:  # test_difference_no_nan_no_infinity, test_difference_p3109_finite_overflow
            beyond = driver.has(events, "beyond") | np.isinf(x)
            is_left_out = info.domain is Domain.Finite and name not in ("e4m3fn", "e8m0fnu")
            keep = ~beyond if is_left_out else np.ones(x.size, bool)
            x, ours, random = x[keep], ours[keep], random[keep]
        extra = {"srbits": random, "srnumbits": RANDOM_BITS} if mode in STOCHASTIC else {}
        return x, ours, gfloat.round_ndarray(info, x, MODES[mode], saturates, **extra), random

    # ---- codes -------------------------------------------------------------------------------------------

    def test_decode(self):
        for name, info in {**NAMED, **p3109(16)}.items():
            if info.k > 16 or not is_binary64(info):
                continue
            with self.subTest(name):
                self.assert_same(self.exmy.decode(name), gfloat.decode_ndarray(info, np.arange(2**info.k)))

    def test_decode_one_by_one(self):
        for name, info in {**NAMED, **p3109(8)}.items():
            if info.k <= 8:
                with self.subTest(name):
                    theirs = [gfloat.decode_float(info, code).fval for code in range(2**info.k)]
                    self.assert_same(self.exmy.decode(name), theirs)

    def test_p3109_formats_outside_binary64_are_refused(self):
        refused = [name for name, info in p3109(16).items() if not is_binary64(info)]
        self.assertEqual((len(p3109(16)), len(refused)), (504, NOT_BINARY64))
        for name in refused:
            with self.subTest(name), self.assertRaisesRegex(ValueError, "not binary64 values"):
                self.exmy.decode(name)

    # ---- rounding ----------------------------------------------------------------------------------------

    def test_round(self):
        for name, info in {**NAMED, **p3109(10)}.items():
            inputs = self.inputs(name, info)
            for mode in MODES:
                for saturates in (False, True):
                    x, ours, theirs, random = self.rounded(name, info, inputs, mode, saturates)
                    with self.subTest(name, mode=mode, saturates=saturates):
                        differ = driver.bits(ours) != driver.bits(theirs)
                        if mode in ("stochastic_a", "stochastic_b"):
                            self.assert_fraction_rounded_to_one(x[differ], ours[differ], theirs[differ],
                                                                offsets(mode, random[differ]))
                        else:
                            self.assert_same(ours, theirs, x)

    def test_round_wider_p3109_formats(self):
        wide = {name: info for name, info in p3109(16).items() if info.k > 10 and is_binary64(info)}
        for name, info in list(wide.items())[::7]:
            inputs = self.inputs(name, info)
            for mode in DETERMINISTIC:
                x, ours, theirs, _ = self.rounded(name, info, inputs, mode, saturates=True)
                with self.subTest(name, mode=mode):
                    self.assert_same(ours, theirs, x)

    def test_round_one_by_one(self):
        """The scalar function is other code than the array one; see test_difference_fraction_plus_half."""
        for name, info in {**NAMED, **p3109(5)}.items():
            inputs = self.random.choice(self.inputs(name, info), 300)
            for mode, theirs_mode in DETERMINISTIC.items():
                for saturates in (False, True):
                    x, ours, _, _ = self.rounded(name, info, inputs, mode, saturates)
                    theirs = np.array([gfloat.round_float(info, v, theirs_mode, saturates)
                                       for v in x.tolist()])
                    differ = driver.bits(ours) != driver.bits(theirs)
                    with self.subTest(name, mode=mode, saturates=saturates):
                        if mode == "nearest_away":
                            self.assert_fraction_rounded_to_one(x[differ], ours[differ], theirs[differ],
                                                                [Fraction(1, 2)] * int(differ.sum()))
                        else:
                            self.assert_same(ours, theirs, x)

    def test_operations_on_exact_results(self):
        """add, sub, mul, fma of formats whose exact results are doubles: numpy computes, gfloat rounds."""
        for name in ("e2m1fn", "e3m2fn", "e2m3fn", "e4m3fn", "Binary6p3se", "Binary8p4se", "Binary8p5sf"):
            info = {**NAMED, **p3109(8)}[name]
            x, y, z = self.random.choice(self.exmy.decode(name), (3, 200000))
            cases = {"add": (x, y), "sub": (x, y), "mul": (x, y), "fma": (x, y, z)}
            for operation, operands in cases.items():
                for mode, theirs_mode in DETERMINISTIC.items():
                    exact = exact_result(operation, operands, mode)
                    ours, _ = self.exmy.operate(operation, name, operands, mode, "finite")
                    theirs = gfloat.round_ndarray(info, exact, theirs_mode, True)
                    with self.subTest(name, operation=operation, mode=mode):
                        self.assert_same(ours, theirs, *operands)

    # ---- where they differ -------------------------------------------------------------------------------

    def assert_fraction_rounded_to_one(self, x, ours, theirs, offset):
        """gfloat adds an offset to the fraction in binary64 and goes away from zero when the sum is 1.
        Every difference must be an exact sum within 2^-54 below 1, ours the neighbour nearer to zero."""
        for value, near, away, more in zip(np.abs(x), np.abs(ours), np.abs(theirs), offset):
            fraction = (Fraction(value) - Fraction(near)) / (Fraction(away) - Fraction(near))
            self.assertTrue(0 < 1 - fraction - more <= Fraction(1, 2**54), (value, near, away))

    def test_difference_fraction_plus_half(self):
        """The scalar nearest_away takes the double just below half the smallest number for a tie."""
        for name in ("e4m3fn", "e5m2", "fp16", "Binary8p4se"):
            info = {**NAMED, **p3109(8)}[name]
            smallest = np.unique(np.abs(self.exmy.decode(name)))[1]
            x, mode = np.nextafter([smallest / 2], 0), RoundMode.TiesToAway
            with self.subTest(name):
                self.assertEqual(gfloat.round_float(info, float(x[0]), mode), smallest)
                self.assertEqual(gfloat.round_ndarray(info, x, mode).tolist(), [0.0])
                self.assertEqual(self.exmy.project(name, x, "nearest_away")[0].tolist(), [0.0])

    def test_difference_p3109_finite_overflow(self):
        """Unsaturated overflow of a P3109 format without infinities: the maximum; gfloat says NaN."""
        for name, info in p3109(8).items():
            if info.domain is not Domain.Finite:
                continue
            x = np.array([info.max * 1.96875, info.max * 64, np.inf])
            if info.is_signed:
                x = np.concatenate([x, -x])
            for mode, theirs_mode in DETERMINISTIC.items():
                ours, _ = self.exmy.project(name, x, mode)
                stays = np.isfinite(x) & ((mode == "toward_zero") | ((mode == "toward_positive") & (x < 0)) |
                                          ((mode == "toward_negative") & (x > 0)))
                expected = np.where(stays, np.copysign(info.max, x), np.nan)
                with self.subTest(name, mode=mode):
                    self.assert_same(ours, np.copysign(info.max, x), x)
                    self.assert_same(expected, gfloat.round_ndarray(info, x, theirs_mode), x)

    def test_difference_no_nan_no_infinity(self):
        """Finite values only: gfloat refuses NaN and unsaturated overflow; exmy gives +0, the maximum."""
        for name in ("e2m1fn", "e2m3fn", "e3m2fn"):
            top = float(NAMED[name].max)
            cases = {np.nan: 0.0, np.inf: top, -np.inf: -top, 2 * top: top, -2 * top: -top}
            for x, expected in cases.items():
                with self.subTest(name, x=x):
                    self.assertEqual(self.exmy.project(name, [x])[0].tolist(), [expected])
                    with self.assertRaises(ValueError):
                        gfloat.round_float(NAMED[name], x)

    def test_difference_negative_into_unsigned(self):
        """gfloat leaves negative numbers as they are (its scalar function takes -infinity for +infinity);
        in exmy the result is 0 where it saturates or rounds toward zero or upward, else NaN."""
        for name, info in p3109(8).items():
            if info.is_signed:
                continue
            x = -self.exmy.decode(name)
            x = x[x < 0]
            finite = np.isfinite(x)
            for mode, theirs_mode in DETERMINISTIC.items():
                for saturates in (False, True):
                    ours, _ = self.exmy.project(name, x, mode, "finite" if saturates else "none")
                    to_zero = saturates | (finite & (mode in ("toward_zero", "toward_positive")))
                    theirs = gfloat.round_ndarray(info, x, theirs_mode, saturates)
                    with self.subTest(name, mode=mode, saturates=saturates):
                        self.assert_same(ours, np.where(to_zero, 0.0, np.nan), x)
                        self.assert_same(x, theirs, x)
        self.assertEqual(gfloat.round_float(p3109(8)["Binary8p4ue"], -np.inf), np.inf)

    def test_difference_e8m0_below_its_range(self):
        """e8m0 has no zero: gfloat still gives 0 and powers of two below 2^-127, which have no code; exmy
        2^-127, and NaN for 0 without saturation."""
        x = np.concatenate([[0.0], 2.0 ** np.arange(-200, -127), 3 * 2.0 ** np.arange(-200, -129)])
        for mode, theirs_mode in DETERMINISTIC.items():
            for saturates in (False, True):
                ours, _ = self.exmy.project("e8m0fnu", x, mode, "finite" if saturates else "none")
                theirs = gfloat.round_ndarray(NAMED["e8m0fnu"], x, theirs_mode, saturates)
                with self.subTest(mode=mode, saturates=saturates):
                    zero = 2.0**-127 if saturates else np.nan
                    self.assert_same(ours, np.where(x == 0, zero, 2.0**-127), x)
                    self.assertTrue((self.exmy.encode("e8m0fnu", theirs) == driver.NO_CODE).all())


def offsets(mode, random):
    """What gfloat adds to the fraction."""
    halves = 1 if mode == "stochastic_b" else 0
    return [Fraction(2 * int(r) + halves, 2 ** (RANDOM_BITS + 1)) for r in random]


def exact_result(operation, operands, mode):
    """In double, where it is exact; the sign of a zero sum is that of the mode, which numpy does not know."""
    x, y, *rest = operands
    if operation == "mul":
        return x * y
    left, right = {"add": (x, y), "sub": (x, -y), "fma": (x * y, *rest)}[operation]
    total = left + right
    positive_zeros = (left == 0) & (right == 0) & ~np.signbit(left) & ~np.signbit(right)
    return np.where((total == 0) & ~positive_zeros & (mode == "toward_negative"), -0.0, total)


if __name__ == "__main__":
    unittest.main()
