"""`exmy arith`: codes in, codes and flags out, in TestFloat's line format.

Expectations: worked by hand from IEEE 754 and P3109; the processor (libm's fma and sqrt in four rounding
modes, with flags); definitions written out here (stochastic rounding, Philox).
"""

import ctypes
import fractions
import math
import os
import random
import resource
import struct
import subprocess
import threading
import unittest

from program import SECONDS, ProgramTest, program

BY_HAND = [  # words, cases in, lines out
    ("f16_add", "3C00 3C00", "3C00 3C00 4000 00"),
    ("f16_add", "7BFF 7BFF", "7BFF 7BFF 7C00 05"),
    ("f16_add -rminMag", "7BFF 7BFF", "7BFF 7BFF 7BFF 05"),
    ("f16_add -rodd", "7BFF 7BFF", "7BFF 7BFF 7BFF 05"),
    ("f16_add --saturation finite", "7BFF 7BFF", "7BFF 7BFF 7BFF 05"),
    ("f16_sub", "3C00 3C00", "3C00 3C00 0000 00"),
    ("f16_sub -rmin", "3C00 3C00", "3C00 3C00 8000 00"),
    ("f16_mul", "0001 0001", "0001 0001 0000 03"),
    ("f16_mul -rmax", "0001 0001", "0001 0001 0001 03"),
    ("f16_mul", "7C00 0000", "7C00 0000 7E00 10"),
    ("f16_div", "3C00 0000", "3C00 0000 7C00 08"),
    ("f16_div", "8000 0000", "8000 0000 7E00 10"),
    ("f16_sqrt", "BC00", "BC00 7E00 10"),
    ("f16_sqrt", "8000", "8000 8000 00"),
    ("f16_mulAdd", "4200 6156 0001", "4200 6156 0001 6801 01"),  # 3 x 683 + 2^-24 = 2050
    ("f16_mulAdd", "7C00 0000 7E00", "7C00 0000 7E00 7E00 10"),
    ("f32_to_f16 -rnear_maxMag", "477FF000", "477FF000 7C00 05"),  # 65520
    ("f32_to_f16 -tininessafter -rnear_even", "477FEFFF", "477FEFFF 7BFF 01"),
    ("f64_to_bf16", "3FF0000000000000", "3FF0000000000000 3F80 00"),
    # Tiny after rounding: the largest number below 2^-14 that rounds up to it with unbounded exponent is not.
    ("f32_to_f16", "387FFFFF", "387FFFFF 0400 01"),
    ("f32_to_f16", "387FE000", "387FE000 0400 03"),
    # Signalling NaN: top mantissa bit clear.
    ("f16_add", "7D00 3C00", "7D00 3C00 7E00 10"),
    ("f16_add", "7E00 3C00", "7E00 3C00 7E00 00"),
    ("f32_to_f64", "FF800001", "FF800001 7FF8000000000000 10"),
    ("f32_eq", "7FC00000 3F800000", "7FC00000 3F800000 0 00"),
    ("f32_eq", "7F800001 3F800000", "7F800001 3F800000 0 10"),
    ("f32_lt", "7FC00000 3F800000", "7FC00000 3F800000 0 10"),
    ("f32_lt_quiet", "7FC00000 3F800000", "7FC00000 3F800000 0 00"),
    ("f32_lt", "BF800000 3F800000", "BF800000 3F800000 1 00"),
    ("f32_le", "3F800000 3F800000", "3F800000 3F800000 1 00"),
    ("f32_le_quiet", "7FA00000 3F800000", "7FA00000 3F800000 0 10"),
    ("f32_eq_signaling", "80000000 00000000", "80000000 00000000 1 00"),
    ("f32_eq_signaling", "7FC00000 00000000", "7FC00000 00000000 0 10"),
    ("--format fp16 --op abs", "FD00", "FD00 7E00 00"),
    ("--format fp16 --op is_nan", "7D00", "7D00 1 00"),
    ("--format fp16 --op total_order", "7D00 7D00", "7D00 7D00 1 00"),
    ("--format fp16 --op CompareLess", "7D00 7D00", "7D00 7D00 0 10"),
    ("--format fp16 --op NextGreaterThan", "7BFF", "7BFF 7C00 00"),
    ("--format fp16 --op class", "8001", "8001 4 00"),
    # Only formats with IEEE's NaNs have signalling ones; with M = 1 all are quiet.
    ("--format e4m3fn --op add", "7F 38", "7F 38 7F 00"),
    ("--format e5m1 --op add", "3F 00", "3F 00 3F 00"),
    ("--format e5m2 --op add", "7D 00", "7D 00 7E 10"),
    # P3109: one NaN, one zero, x/0 is NaN, overflow as the saturation says.
    ("--format Binary8p4se --op Add", "48 48", "48 48 50 00"),
    ("--format Binary8p4se --op Add", "7E 7E", "7E 7E 7F 05"),
    ("--format Binary8p4se --op Add --saturation SatPropagate", "7E 7E", "7E 7E 7E 05"),
    ("--format Binary8p4se --op Divide", "40 00", "40 00 80 10"),
    ("--format Binary8p4se --op Subtract --rounding TowardNegative", "40 40", "40 40 00 00"),
    ("--format Binary8p4se --to fp32 --op Divide", "40 00", "40 00 7FC00000 10"),
    ("--format fp16,Binary8p4se --op div", "3C00 00", "3C00 00 7E00 10"),
    ("--format fp16 --op div", "3C00 0000", "3C00 0000 7C00 08"),
    # Widths that are no multiple of 4, several formats, scales.
    ("--format e3m2 --op mul", "0C 10", "0C 10 10 00"),
    ("--format e2m1fn,fp16 --op add --to tf32", "2 3C00", "2 3C00 20000 00"),
    ("--format fp16 --op add_scaled", "3C00 80 3C00 7F", "3C00 80 3C00 7F 4200 00"),
    ("--format fp16,fp16,fp16,fp16 --op mul_scaled", "3C00 4000 3C00 4000", "3C00 4000 3C00 4000 4400 00"),
    ("--format fp16 --op convert --to e4m3fn", "5FC0", "5FC0 7F 15"),
    ("--format e2m1fn --op recip", "0", "0 7 08"),
]
REFUSED_WORDS = [  # words, parts of the message
    ("f16_ad", ["f16_ad", 'did you mean "f16_add"']),
    ("g16_add", ["unknown function"]),
    ("f16", ["unknown function"]),
    ("f16_to_f16", ["unknown function"]),
    ("f16_to_f32_x", ["unknown function"]),
    ("f128_add", ["not provided", "f128"]),
    ("extF80_mul", ["not provided", "extF80"]),
    ("f32_to_i32_rx_minMag", ["not provided", "i32"]),
    ("ui64_to_f32", ["not provided", "ui64"]),
    ("f16_rem", ["not provided", "rem"]),
    ("f16_roundToInt_r_near_even", ["not provided", "roundToInt"]),
    ("f16_add -tininessbefore", ["after rounding"]),
    ("f16_add -rnear_evn", ["-rnear_evn", "-rnear_even"]),
    ("f16_add -level", ["-level"]),
    ("f16_add f16_sub", ["f16_sub"]),
    ("f16_add --foramt fp16", ['did you mean "--format"']),
    ("f16_add --op add", ["--op"]),
    ("f16_add --rounding to_odd -rmin", ["-r"]),
    ("f16_add --rounding nearest", ["unknown rounding", "nearest_even"]),
    ("f16_add --saturation finit", ["unknown saturation", 'did you mean "finite"']),
    ("f16_add --random-bits 8", ["stochastic"]),
    ("f16_add --random given", ["stochastic"]),
    ("f16_add --seed 3", ["stochastic"]),
    ("f16_add --rounding stochastic_a --random-bits 33", ["1 to 32"]),
    ("f16_add --rounding stochastic_a --random-bits 0", ["1 to 32"]),
    ("f16_add --rounding stochastic_a --random drawn", ["given"]),
    ("f16_add --rounding stochastic_a --random given --seed 2", ["--seed"]),
    ("--op add", ["--format"]),
    ("--format fp16", ["--op"]),
    ("", ["--op"]),
    ("--format fp16 --op ad", ["unknown operation", 'did you mean "add"']),
    ("--format fp16 --op Ad", ["unknown operation"]),
    ("--format fp61 --op add", ["unknown format", 'did you mean "fp16"']),
    ("--format fp16 --to fp61 --op add", ["unknown format", 'did you mean "fp16"']),
    ("--format fp16, --op add", ["unknown format"]),
    ("--format fp16,fp16,fp16 --op add", ["3 names", "2 operands"]),
    ("--format Binary16p1se --op add", ["binary64"]),
    ("--format fp16 --op is_nan --to fp32", ["not rounded"]),
    ("--format fp16 --op is_nan --rounding to_odd", ["not rounded"]),
]
GIVEN = "--format fp16 --op add --rounding stochastic_a --random-bits 4 --random given"
REFUSED_LINES = [  # words, lines, number of lines answered, parts of the message
    ("f16_add", "3C00 3C00\n3C00 3CG0\n3C00 3C00\n", 1, ["input:2:", "token 2", '"3CG0"', "hexadecimal"]),
    ("f16_add", "3C00 13C00\n", 0, ["input:1:", "token 2", "16 bits", "fp16"]),
    ("f16_add", "3C00 0x\n", 0, ["input:1:", "token 2", "hexadecimal"]),
    ("f16_add", "3C00 -1\n", 0, ["token 2", "hexadecimal"]),
    ("f16_add", "3C00,3C00\n", 0, ["token 1", "hexadecimal"]),
    ("f16_add", "3C00 3C00 3C00\n", 0, ["input:1:", "token 4", "expected flags", "missing"]),
    ("f16_add", "3C00 3C00 3C00 00 00\n", 0, ["token 5", "one too many"]),
    ("f16_add", "3C00 3C00 13C00 00\n", 0, ["token 3", "16 bits"]),
    ("f16_add", "3C00 3C00 3C00 100\n", 0, ["token 4", "8 bits"]),
    ("f16_add", "\n\n3C00\n", 0, ["input:3:", "token 2", "missing"]),
    ("f16_add", "3C00", 0, ["input:1:", "token 2", "missing"]),
    ("f16_add", "3C00 3C00\n3C00 \x00\n", 1, ["input:2:", "token 2"]),
    ("f64_add", "10000000000000000 0\n", 0, ["token 1", "64 bits"]),
    ("--format e2m1fn --op add", "F 1\nF 10\n", 1, ["input:2:", "token 2", "4 bits"]),
    ("--format fp16 --op add", "3C00 3C00 3C00 00\n", 0, ["token 3", "too many", "2 operands"]),
    ("--format fp16 --op exp", "3C00\n3C00 1\n", 1, ["input:2:", "token 2", "too many", "1 operand"]),
    (GIVEN, "3C00 3C00 F\n3C00 3C00\n", 1, ["input:2:", "token 3", "random", "missing"]),
    (GIVEN, "3C00 3C00 10\n", 0, ["token 3", "random", "4 bits"]),
    ("f16_add", "3C00 3C00\n" + " " * 65537, 1, ["input:2:", "65536"]),
    ("f16_add", "3C00 3C00\n" + "0" * 65532 + " 3C00\n", 1, ["input:2:", "65536"]),
]
SAME = ["3C00 4000\n3C01 4000\n", "3c00 4000\n3c01 4000\n", "0x3C00 0X4000\n0x3c01 4000\n",
        "3C00 4000\r\n3C01 4000\r\n", "3C00 4000\n3C01 4000", "3C00 4000\n3C01 4000\r",
        "\n3C00 4000\n\n \t\n3C01 4000\n\n", " 3C00\t\t4000  \n\t3C01 4000\n",
        "0003C00 000000000000000000004000\n3C01 4000\n", "3C00 4000" + " " * 60000 + "\n3C01 4000\n",
        "3C00 4000 4200 00\n3C01 4000 FFFF 1F\n"]
ROUNDING = {"-rnear_even": 0x000, "-rmin": 0x400, "-rmax": 0x800, "-rminMag": 0xC00}  # x86's fenv.h
FLAGS = [(0x20, 0x01), (0x10, 0x02), (0x08, 0x04), (0x04, 0x08), (0x01, 0x10)]
FE_ALL = 0x3D


def philox(key, counter):
    """Philox4x32-10 (Salmon et al. 2011), words low first."""
    k, c = list(key), list(counter)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def drawn(seed, index, bits):
    """Number `index` of the stream `arith`, step 0, as NUMERICS.md section 6 defines it."""
    hashed = 0xCBF29CE484222325
    for byte in b"arith":
        hashed = (hashed ^ byte) * 0x100000001B3 & (1 << 64) - 1
    words = lambda x: [x & 0xFFFFFFFF, x >> 32]  # noqa: E731
    key = philox(words(seed), words(hashed) + [0, 0])[:2]
    if bits > 16:
        return philox(key, words(index // 4) + [0, 0])[index % 4] >> 32 - bits
    word = philox(key, words(index // 8) + [0, 0])[index % 8 // 2]
    return (word >> 16 * (index % 2) & 0xFFFF) >> 16 - bits


class Hardware:
    """fma and sqrt of the processor, through libm, with rounding mode and flags."""

    def __init__(self, mode):
        self.libm = ctypes.CDLL("libm.so.6")
        self.mode = mode

    def functions(self, double):
        kind = ctypes.c_double if double else ctypes.c_float
        fma, sqrt = (getattr(self.libm, name + ("" if double else "f")) for name in ("fma", "sqrt"))
        fma.argtypes, sqrt.argtypes, fma.restype, sqrt.restype = [kind] * 3, [kind], kind, kind
        return {"mulAdd": fma, "sqrt": sqrt,
                "add": lambda x, y: fma(x, 1.0, y), "sub": lambda x, y: fma(x, 1.0, -y),
                "mul": lambda x, y: fma(x, y, math.copysign(0.0, math.copysign(1, x) * math.copysign(1, y)))}

    def __call__(self, function, *x):
        self.libm.fesetround(self.mode)
        self.libm.feclearexcept(FE_ALL)
        value = function(*x)
        raised = self.libm.fetestexcept(FE_ALL)
        self.libm.fesetround(0)
        return value, sum(ours for theirs, ours in FLAGS if raised & theirs)


def operand(generator, double):
    """A code: uniform bits, or near the ends of exponent and mantissa, never a NaN."""
    bits, m = (64, 52) if double else (32, 23)
    e_top = (1 << bits - 1 - m) - 1
    exponent = generator.choice([0, 0, 1, e_top - 1, e_top // 2, e_top // 2 + generator.randrange(-60, 60),
                                 generator.randrange(e_top)])
    mantissa = generator.choice([0, 1, (1 << m) - 1, 1 << m - 1, generator.getrandbits(m)])
    code = generator.getrandbits(1) << bits - 1 | exponent << m | mantissa
    return generator.choice([code] * 20 + [e_top << m, 1 << bits - 1])


class Arith(ProgramTest):
    def feed(self, words, text, code=0, **options):
        data = text.encode("latin-1") if isinstance(text, str) else text
        done = subprocess.run([program(), "arith", *words.split()], input=data, capture_output=True,
                              cwd=self.folder, timeout=SECONDS, **options)
        self.assertEqual(done.returncode, code, f"{words}: {done.stderr.decode()}")
        return done.stdout.decode(), done.stderr.decode()

    def answers(self, words, cases):
        return self.feed(words, "".join(case + "\n" for case in cases))[0].splitlines()

    def test_cases_by_hand(self):
        for words, case, expected in BY_HAND:
            self.assertEqual(self.answers(words, [case]), [expected], words)

    def test_own_names_and_those_of_the_standard_are_the_same(self):
        for ours, theirs in (("add", "Add"), ("compare_less", "CompareLess"), ("exp", "Exp")):
            case = ["3C00 4400"] if ours != "exp" else ["3C01"]
            self.assertEqual(self.answers(f"--format fp16 --op {ours}", case),
                             self.answers(f"--format fp16 --op {theirs}", case))
        codes = [f"{code:04X}" for code in range(0, 65536, 7)]
        for word in ("NearestTiesToEven nearest_even -rnear_even",
                     "NearestTiesToAway nearest_away -rnear_maxMag", "TowardZero toward_zero -rminMag",
                     "TowardPositive toward_positive -rmax",
                     "TowardNegative toward_negative -rmin", "ToOdd to_odd -rodd"):
            standard, own, testfloat = word.split()
            one = self.answers(f"--format fp16 --op mul --rounding {own}", [c + " 3BFF" for c in codes])
            self.assertEqual(one, self.answers(f"--format fp16 --op Multiply --rounding {standard}",
                                               [c + " 3BFF" for c in codes]), word)
            self.assertEqual(one, self.answers(f"f16_mul {testfloat}", [c + " 3BFF" for c in codes]), word)
        for own, standard in (("none", "SatNone"), ("finite", "SatFinite"), ("propagate", "SatPropagate")):
            words = "--format fp16 --to e5m2 --op convert --saturation "
            self.assertEqual(self.answers(words + own, codes), self.answers(words + standard, codes))

    def test_the_line_format_is_read_generously(self):
        for text in SAME:
            out, _ = self.feed("f16_add", text)
            self.assertEqual(out, "3C00 4000 4200 00\n3C01 4000 4200 01\n", repr(text))
        for nothing in ("", "\n", "\r\n", "\n\n \n"):
            self.assertEqual(self.feed("f16_add", nothing), ("", ""))

    def test_wrong_words_are_refused_with_a_reason(self):
        for words, parts in REFUSED_WORDS:
            out, err = self.feed(words, "3C00 3C00\n", code=2)
            self.assertEqual(out, "", words)
            for part in parts:
                self.assertIn(part, err, words)

    def test_wrong_lines_stop_the_run_after_the_answers_before_them(self):
        for words, text, answered, parts in REFUSED_LINES:
            out, err = self.feed(words, text, code=2)
            self.assertEqual(len(out.splitlines()), answered, f"{words}: {text[:80]!r}")
            self.assertEqual(len(err.splitlines()), 1, err)
            for part in parts:
                self.assertIn(part, err, f"{words}: {text[:80]!r}")

    def test_what_was_answered_before_a_late_error_is_whole(self):
        text = "3C00 4000\n" * 50000 + "zz\n"
        out, err = self.feed("f16_add", text, code=2)
        self.assertEqual(out, "3C00 4000 4200 00\n" * 50000)
        self.assertIn("input:50001:", err)

    def test_the_processor_gives_the_same(self):
        generator = random.Random(20)
        for option, mode in ROUNDING.items():
            hardware = Hardware(mode)
            for double in (False, True):
                name, code, value = ("f64", "<Q", "<d") if double else ("f32", "<I", "<f")
                digits = 16 if double else 8
                for function, compute in hardware.functions(double).items():
                    cases, expected = [], []
                    arity = {"mulAdd": 3, "sqrt": 1}.get(function, 2)
                    for _ in range(1500):
                        operands = [operand(generator, double) for _ in range(arity)]
                        x = [struct.unpack(value, struct.pack(code, o))[0] for o in operands]
                        result, flags = hardware(compute, *x)
                        bits = struct.unpack(code, struct.pack(value, result))[0]
                        if math.isnan(result):
                            bits = 0x7FF8 << 48 if double else 0x7FC0 << 16
                        cases.append(" ".join(f"{o:0{digits}X}" for o in operands))
                        expected.append(f"{cases[-1]} {bits:0{digits}X} {flags:02X}")
                    words = f"{name}_{function} {option}"
                    self.assertEqual(self.answers(words, cases), expected, words)

    def test_every_random_number_gives_what_the_definition_says(self):
        n = 3
        for mode in "abc":
            cases, expected = [], []
            for step in range(0, 65):  # 1 + step/64 ulp of e4m3fn, whose ulp at 1 is 1/8
                x = fractions.Fraction(1) + fractions.Fraction(step, 64 * 8)
                code = struct.unpack("<H", struct.pack("<e", float(x)))[0]
                v = fractions.Fraction(step, 64)
                for r in range(2 ** n):
                    if mode == "a":
                        up = math.floor(v * 2 ** n) + r >= 2 ** n
                    elif mode == "b":
                        up = math.floor(v * 2 ** (n + 1)) + 2 * r + 1 >= 2 ** (n + 1)
                    else:
                        up = round(v * 2 ** n) + r >= 2 ** n
                    up = v == 1 or (up and v > 0)
                    cases.append(f"{code:04X} {r:X}")
                    expected.append(f"{code:04X} {r:X} {0x38 + up:02X} {int(0 < v < 1):02X}")
            words = (f"--format fp16 --to e4m3fn --op convert --rounding stochastic_{mode} --random-bits {n} "
                     "--random given")
            self.assertEqual(self.answers(words, cases), expected, mode)

    def test_drawn_numbers_are_those_of_the_stream(self):
        for bits, seed in ((16, 1), (8, 7), (17, 1), (32, 2 ** 40 + 5)):
            # 0x3C00 + v ulp of bf16 as fp32 with 16 bits dropped: v 2^16 = 0x8000.
            codes = [f"{0x3F800000 + 0x1235 * i % 0x10000:08X}" for i in range(40)]
            text = "\n\n" + "".join(code + "\n" for code in codes)  # blank lines count
            words = f"f32_to_bf16 --rounding StochasticA --random-bits {bits}"
            out, _ = self.feed(f"{words} --seed {seed}", text)
            given = [f"{code} {drawn(seed, i + 2, bits):X}" for i, code in enumerate(codes)]
            expected = [line.split()[2:] for line in self.answers(f"{words} --random given", given)]
            self.assertEqual([line.split()[1:] for line in out.splitlines()], expected, (bits, seed))
            if seed == 1:
                self.assertEqual(self.feed(words, text)[0], out, "the default seed is 1")
            self.assertNotEqual(self.feed(f"{words} --seed {seed + 1}", text)[0], out)

    def test_answers_come_when_the_lines_do(self):
        words = [program(), "arith", "f16_add"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
            limit = threading.Timer(SECONDS, run.kill)  # an answer that does not come ends the wait
            self.addCleanup(limit.cancel)
            limit.start()
            for line, answer in ((b"3C00 3C00\n", b"3C00 3C00 4000 00\n"),
                                 (b"4000 4000\n", b"4000 4000 4400 00\n")):
                run.stdin.write(line)
                run.stdin.flush()
                self.assertEqual(run.stdout.readline(), answer)
            run.stdin.close()
            self.assertEqual(run.wait(SECONDS), 0)

    def test_streams_that_fail(self):
        def call(text):
            return subprocess.run(["bash", "-c", text], capture_output=True, cwd=self.folder, timeout=SECONDS,
                                  env={**os.environ, "EXE": program()})

        for text, part in (("echo 3C00 3C00 | $EXE arith f16_add > /dev/full", b"cannot be written"),
                           ("echo 3C00 3C00 | $EXE arith f16_add >&-", b"cannot be written"),
                           ("$EXE arith f16_add < /", b"cannot be read"),
                           ("$EXE arith f16_add <&-", b"cannot be read")):
            done = call(text)
            self.assertEqual(done.returncode, 3, text)
            self.assertIn(part, done.stderr)
        done = call("yes '3C00 3C00' | $EXE arith f16_add | head -1; echo ${PIPESTATUS[@]}")
        self.assertEqual(done.stdout, b"3C00 3C00 4000 00\n141 141 0\n", "both end by SIGPIPE")
        self.assertEqual(done.stderr, b"")

    def test_a_million_cases_a_second(self):
        generator = random.Random(3)
        count = 200000
        numbers = [f"{generator.getrandbits(16):04X}" for _ in range(3 * count)]
        slow = {}
        for function, n in (("add", 2), ("sub", 2), ("mul", 2), ("div", 2), ("fma", 3), ("sqrt", 1),
                            ("exp", 1), ("tanh", 1), ("log1p", 1), ("gelu", 1)):
            text = "".join(" ".join(numbers[n * i:n * i + n]) + "\n" for i in range(count)).encode()
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.feed(f"--format fp16 --op {function}", text)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if seconds > count * 1e-6:
                slow[function] = seconds
        self.assertEqual(slow, {})


if __name__ == "__main__":
    unittest.main()
