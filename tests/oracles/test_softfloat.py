"""Berkeley SoftFloat (its Python binding): results and flags of all functions that `exmy arith` shares with it.

SoftFloat is what Berkeley TestFloat compares with. TestFloat's own programs are in no package, so cases are
made here in the manner of its generator: lines of operands, expected result and expected flags. What the
program answers must be the same text. The binding has no rounding to odd.
"""

import os
import random
import subprocess
import unittest

import softfloatpy as softfloat

TYPES = {"f16": (softfloat.Float16, 5, 10), "bf16": (softfloat.BFloat16, 8, 7),
         "f32": (softfloat.Float32, 8, 23), "f64": (softfloat.Float64, 11, 52)}
FUNCTIONS = {"add": ("add", 2), "sub": ("sub", 2), "mul": ("mul", 2), "div": ("div", 2),
             "mulAdd": ("mul_add", 3), "sqrt": ("sqrt", 1), "eq": ("eq", 2), "le": ("le", 2), "lt": ("lt", 2),
             "eq_signaling": ("eq_signaling", 2), "le_quiet": ("le_quiet", 2), "lt_quiet": ("lt_quiet", 2)}
CONVERSIONS = ["f16_to_f32", "f16_to_f64", "f32_to_f16", "f32_to_f64", "f64_to_f16", "f64_to_f32",
               "bf16_to_f32", "f32_to_bf16"]
MODES = {"near_even": softfloat.RoundingMode.NEAR_EVEN, "near_maxMag": softfloat.RoundingMode.NEAR_MAX_MAG,
         "minMag": softfloat.RoundingMode.MIN_MAG, "min": softfloat.RoundingMode.MIN,
         "max": softfloat.RoundingMode.MAX}
CASES = 4000  # of each function and mode


def operand(generator, kind):
    """A code: exponents and mantissas at their ends and near those of smaller formats, NaNs too."""
    _, e, m = TYPES[kind]
    top, bias = (1 << e) - 1, (1 << e - 1) - 1
    near = bias + generator.randrange(-30, 31)
    ends = [0, 1, top - 1, top, bias - 1, bias, bias + 14, bias + 15, bias - generator.randrange(12, 27)]
    exponent = generator.choice([*ends, near, generator.randrange(top), generator.randrange(top)]) % (top + 1)
    bit = 1 << generator.randrange(m)
    mantissa = generator.choice([0, 1, (1 << m) - 1, bit, bit - 1, (1 << m) - bit, generator.getrandbits(m),
                                 generator.getrandbits(m)]) % (1 << m)
    return generator.getrandbits(1) << e + m | exponent << m | mantissa


def spelled(kind, code):
    _, e, m = TYPES[kind]
    return f"{code:0{(1 + e + m) // 4}X}"


class SoftFloat(unittest.TestCase):
    def expected(self, name, kind, codes):
        """The line that SoftFloat gives."""
        make, e, m = TYPES[kind]
        values = [make.from_bytes(code.to_bytes((1 + e + m) // 8, "big")) for code in codes]
        softfloat.set_exception_flags(0)
        result = getattr(softfloat, name)(*values)
        flags = softfloat.get_exception_flags()
        text = str(int(result)) if isinstance(result, bool) else result.to_bytes().hex().upper()
        return " ".join([spelled(kind, code) for code in codes] + [text, f"{int(flags):02X}"])

    def check(self, function, theirs, kind, arity, seed):
        generator = random.Random(f"{function} {seed}")
        for mode, value in MODES.items():
            softfloat.set_rounding_mode(value)
            lines = [self.expected(theirs, kind, [operand(generator, kind) for _ in range(arity)])
                     for _ in range(CASES)]
            done = subprocess.run([os.environ["EXMY"], "arith", function, f"-r{mode}"], timeout=120,
                                  text=True, input="\n".join(lines) + "\n", capture_output=True)
            self.assertEqual(done.stderr, "")
            wrong = [pair for pair in zip(lines, done.stdout.splitlines(), strict=True) if pair[0] != pair[1]]
            self.assertEqual(wrong[:5], [], f"{function} -r{mode}: {len(wrong)} differ (theirs, ours)")

    def setUp(self):
        softfloat.set_tininess_mode(softfloat.TininessMode.AFTER_ROUNDING)
        self.addCleanup(softfloat.set_rounding_mode, MODES["near_even"])

    def test_functions(self):
        for kind in ("f16", "f32", "f64"):
            for function, (theirs, arity) in FUNCTIONS.items():
                with self.subTest(kind=kind, function=function):
                    self.check(f"{kind}_{function}", f"{kind}_{theirs}", kind, arity, seed=1)

    def test_conversions(self):
        for function in CONVERSIONS:
            with self.subTest(function):
                self.check(function, function, function.split("_")[0], 1, seed=2)


if __name__ == "__main__":
    unittest.main()
