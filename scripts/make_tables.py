#!/usr/bin/env python3
"""Writes formats/functions/tables/*.hpp: the constants of the elementary functions.

Needs mpmath. Every number is computed at 200 digits and rounded to the nearest double, or to two doubles
hi = RN(v), lo = RN(v - hi), so that the output does not depend on the machine.
Usage: make_tables.py          writes the tables
       make_tables.py --check  exits 1 if a table in the tree is not what this script writes
"""
import sys
from pathlib import Path

from mpmath import mp

mp.dps = 200
FOLDER = Path(__file__).resolve().parent.parent / "formats" / "functions" / "tables"
SCALE = 2**640

HEAD = """// Written by scripts/make_tables.py: do not edit.
#pragma once

#include <array>
{include}
namespace exmy::functions::tables {{

{body}
}}  // namespace exmy::functions::tables
"""


def nearest(v):
    """The double nearest to v: Python divides integers with one correct rounding."""
    return int(mp.nint(v * SCALE)) / SCALE


def hexadecimal(d):
    sign, text = ("-", d.hex()[1:]) if d.hex().startswith("-") else ("", d.hex())
    mantissa, exponent = text.split("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{sign}{mantissa}p{exponent}"


def pair(v):
    hi = nearest(v)
    return "{" + hexadecimal(hi) + ", " + hexadecimal(nearest(v - mp.mpf(hi))) + "}"


def scalar(doc, name, v):
    return f"/// {doc}\ninline constexpr DoubleDouble {name}{pair(v)};\n"


def array(doc, name, kind, items):
    rows = "".join(f"    {item},\n" for item in items)
    docs = "".join(f"/// {line}\n" for line in doc.split("\n"))
    return f"{docs}inline constexpr std::array<{kind}, {len(items)}> {name}{{{{\n{rows}}}}};\n"


def chopped(v, bits, count):
    """v as doubles of at most `bits` significant bits each, the last one a nearest double."""
    parts = []
    for _ in range(count - 1):
        step = mp.mpf(2) ** (mp.floor(mp.log(v, 2)) + 1 - bits)
        parts.append(mp.floor(v / step) * step)
        v -= parts[-1]
    return [hexadecimal(nearest(p)) for p in parts + [v]]


def constants():
    body = [
        scalar("log 2", "ln2", mp.log(2)),
        scalar("1 / log 2", "log2_e", 1 / mp.log(2)),
        scalar("1 / log 10", "log10_e", 1 / mp.log(10)),
        scalar("pi", "pi", +mp.pi),
        scalar("pi / 2", "half_pi", mp.pi / 2),
        scalar("2 / sqrt pi", "two_over_sqrt_pi", 2 / mp.sqrt(mp.pi)),
        scalar("sqrt 2", "sqrt2", mp.sqrt(2)),
        scalar("1 / sqrt(2 pi)", "inverse_sqrt_2pi", 1 / mp.sqrt(2 * mp.pi)),
        scalar("2 sqrt(2 / pi)", "gelu_linear", 2 * mp.sqrt(2 / mp.pi)),
        scalar("2 sqrt(2 / pi) 0.044715", "gelu_cubic", 2 * mp.sqrt(2 / mp.pi) * 44715 / mp.mpf(10) ** 6),
        array("1 / n!", "inverse_factorial", "DoubleDouble", [pair(1 / mp.factorial(n)) for n in range(14)]),
        array("(-1)^(n-1) / n, the coefficient of z^n in log(1 + z); 0 for n = 0", "log1p_series",
              "DoubleDouble", [pair(mp.mpf(0))] + [pair(mp.mpf((-1) ** (n - 1)) / n) for n in range(1, 15)]),
        array("(-1)^n / (n! (2n + 1)), the coefficient of x^(2n+1) in erf(x) sqrt(pi) / 2", "erf_series",
              "DoubleDouble",
              [pair(mp.mpf((-1) ** n) / (mp.factorial(n) * (2 * n + 1))) for n in range(16)]),
    ]
    return "\n".join(body)


def exponential():
    step = mp.log(2) / 128
    return "\n".join([
        array("(log 2) / 128 as the sum of 34 bits, 34 bits and a double: an integer of up to 19 bits times\n"
              "one of the first two is exact.", "ln2_over_128", "double", chopped(step, 34, 3)),
        array("2^(i/128)", "exp2_steps", "DoubleDouble",
              [pair(mp.mpf(2) ** (mp.mpf(i) / 128)) for i in range(128)]),
    ])


def logarithm():
    rows = []
    for i in range(91, 182):
        c = nearest(mp.mpf(128) / i)
        rows.append("{" + hexadecimal(c) + ", " + pair(-mp.log(mp.mpf(c))) + "}")
    kind = ("/// c = RN(128 / i) and -log c\n"
            "struct LogStep {\n    double c;\n    DoubleDouble minus_log_c;\n};\n\n"
            "/// The index of the first row: row i - first_log_step serves the m with |m - i/128| <= 1/256.\n"
            "inline constexpr int first_log_step = 91;\n\n")
    return kind + array("Rows for i = 91 ... 181", "log_steps", "LogStep", rows)


def sine():
    rows = ["{" + pair(mp.sin(mp.mpf(i) / 64)) + ", " + pair(mp.cos(mp.mpf(i) / 64)) + "}" for i in range(52)]
    kind = "struct SineStep {\n    DoubleDouble sine;\n    DoubleDouble cosine;\n};\n\n"
    return kind + array("sin(i/64), cos(i/64)", "sine_steps", "SineStep", rows)


def two_over_pi():
    words = 22
    mp.dps = 500
    digits = int(mp.floor(2 / mp.pi * mp.mpf(2) ** (64 * (words - 1))))
    mp.dps = 200
    rows = [f"0x{(digits >> (64 * (words - 1 - j))) & (2**64 - 1):016x}" for j in range(words)]
    return array("2/pi: word j has the bits of weight 2^(63 - 64 j) down to 2^(-64 j); word 0 is 0.",
                 "two_over_pi", "std::uint64_t", rows)


def mills_pieces():
    """(centre, half width) of the pieces: 16 to every octave from 2 on, below 2 as wide as in [2, 4)."""
    pieces = [(mp.mpf(2 * j + 1) / 16, mp.mpf(1) / 16) for j in range(32)]
    for octave in range(2, 6):
        half = mp.mpf(2) ** (octave - 5)
        pieces += [(mp.mpf(2) ** octave + (2 * j + 1) * half, half) for j in range(16)]
    return [p for p in pieces if p[0] < 42]


def mills():
    wide, narrow = 8, 8
    rows, worst = [], mp.mpf(0)
    mp.dps = 80
    for centre, half in mills_pieces():
        def value(v, centre=centre, half=half):
            x = centre + half * v
            return mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2)) / 2
        poly, error = mp.chebyfit(value, [-1, 1], wide + narrow, error=True)
        worst = max(worst, error / value(mp.mpf(1)))
        poly = poly[::-1]
        leading = ",\n       ".join(", ".join(pair(c) for c in poly[k:k + 2]) for k in range(0, wide, 2))
        rest = [hexadecimal(nearest(c)) for c in poly[wide:]]
        trailing = ",\n      ".join(", ".join(rest[k:k + 4]) for k in range(0, narrow, 4))
        rows.append("{{{" + leading + "}},\n     {{" + trailing + "}}}")
    mp.dps = 200
    print(f"mills: relative error of the polynomials 2^{float(mp.log(worst, 2)):.1f}")
    kind = ("/// Coefficients of 1, v, v^2 ...: the first as pairs, the rest as doubles.\n"
            "struct MillsPiece {\n"
            f"    std::array<DoubleDouble, {wide}> wide;\n    std::array<double, {narrow}> narrow;\n}};\n\n")
    doc = ("M(x) = exp(x^2/2) erfc(x/sqrt 2) / 2 for 0 <= x < 42, as polynomials in v = (x - centre) /\n"
           "half_width, |v| <= 1 (Chebyshev interpolation, relative error below 2^-95). Pieces: 16 of equal\n"
           "width to every octave from [2, 4) on; below 2, 16 of the same width as in [2, 4).")
    return kind + array(doc, "mills_pieces", "MillsPiece", rows)


TABLES = {"constants": constants, "exponential": exponential, "logarithm": logarithm, "sine": sine,
          "two_over_pi": two_over_pi, "mills": mills}


def text(name):
    own = '\n#include "formats/functions/double_double.hpp"\n'
    include = "#include <cstdint>\n" if name == "two_over_pi" else own
    return HEAD.format(include=include, body=TABLES[name]())


def main():
    stale = []
    for name in TABLES:
        path, new = FOLDER / f"{name}.hpp", text(name)
        if "--check" in sys.argv:
            stale += [] if path.exists() and path.read_text() == new else [path.name]
        else:
            path.write_text(new)
    if stale:
        sys.exit("not what make_tables.py writes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
