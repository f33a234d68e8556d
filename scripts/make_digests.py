#!/usr/bin/python3
"""Prints sim/verify/digests.inc: the SHA-256 of the value table of every P3109 format whose values are binary64
values (454 of them) and of every catalogue format of up to 16 bits, computed from their definitions with exact
rationals; nothing of the program takes part.

The digest is over one line per code, in order, `CODE VALUE`: the code in decimal, the value as float.hex(), or
inf, -inf, nan. usage: scripts/make_digests.py > sim/verify/digests.inc
       scripts/make_digests.py --json      {name: [codes, sha256]}, for comparisons
"""

import hashlib
import json
import sys
from fractions import Fraction

INF, NAN = float("inf"), float("nan")


def p3109(k, p, signed, extended, code):
    """IEEE P3109 v4.0: the value of a code. One zero, one NaN, infinities in the extended formats."""
    half = 2 ** (k - 1)
    if signed:
        if code == half:
            return NAN
        if code > half:
            return -p3109(k, p, signed, extended, code - half)
        top = half - 1
    else:
        if code == 2 ** k - 1:
            return NAN
        top = 2 ** k - 2
    if extended and code == top:
        return INF
    bias = 2 ** (k - p - 1) if signed else 2 ** (k - p)
    exponent, trailing = divmod(code, 2 ** (p - 1))
    if exponent == 0:
        return Fraction(trailing) * Fraction(2) ** (1 - bias - (p - 1)) if p > 1 else Fraction(0)
    return (1 + Fraction(trailing, 2 ** (p - 1))) * Fraction(2) ** (exponent - bias)


def signed_code(e, m, code, magnitude):
    """A sign bit above a magnitude; None stands for NaN."""
    value = magnitude(code % 2 ** (e + m))
    if value is None:
        return NAN
    return -value if code >> (e + m) else value


def by_fields(e, m, bias, magnitude):
    field, mantissa = divmod(magnitude, 2 ** m)
    if field == 0:
        return Fraction(mantissa) * Fraction(2) ** (1 - bias - m)
    return (1 + Fraction(mantissa, 2 ** m)) * Fraction(2) ** (field - bias)


def ieee(e, m):
    """IEEE 754: the top exponent field means infinity and NaN."""
    def magnitude(code):
        if code >> m < 2 ** e - 1:
            return by_fields(e, m, 2 ** (e - 1) - 1, code)
        return INF if code % 2 ** m == 0 else None
    return 1 + e + m, lambda code: signed_code(e, m, code, magnitude)


def finite(e, m, nan):
    """OFP8 e4m3fn and the OCP MX formats: no infinity; the all-ones magnitude is NaN, if anything is."""
    def magnitude(code):
        return None if nan and code == 2 ** (e + m) - 1 else by_fields(e, m, 2 ** (e - 1) - 1, code)
    return 1 + e + m, lambda code: signed_code(e, m, code, magnitude)


def fnuz(e, m, bias):
    """No infinity, and NaN in the place of -0."""
    def value(code):
        return NAN if code == 2 ** (e + m) else signed_code(e, m, code, lambda c: by_fields(e, m, bias, c))
    return 1 + e + m, value


def dlfloat(code):
    """Agrawal et al. 2019: no subnormals; the all-ones magnitude is NaN (or infinity, which we read as NaN)."""
    magnitude = code % 2 ** 15
    if magnitude == 2 ** 15 - 1:
        return NAN
    value = Fraction(0) if magnitude == 0 else \
        (1 + Fraction(magnitude % 512, 512)) * Fraction(2) ** ((magnitude >> 9) - 31)
    return -value if code >> 15 else value


CATALOGUE = {"e2m1fn": finite(2, 1, False), "e2m3fn": finite(2, 3, False), "e3m2fn": finite(3, 2, False),
             "e3m4": ieee(3, 4), "e4m3": ieee(4, 3), "e4m3fn": finite(4, 3, True), "e4m3fnuz": fnuz(4, 3, 8),
             "e4m3b11fnuz": fnuz(4, 3, 11), "e5m2": ieee(5, 2), "e5m2fnuz": fnuz(5, 2, 16),
             "e8m0fnu": (8, lambda code: NAN if code == 255 else Fraction(2) ** (code - 127)),
             "fp16": ieee(5, 10), "bf16": ieee(8, 7), "dlfloat16": (16, dlfloat)}


def formats():
    """Every name with its width and the value of a code."""
    yield from CATALOGUE.items()
    for k in range(3, 17):
        for p in range(1, k + 1):
            for signed in (True, False):
                if (k - p >= 12 or p == k) if signed else k - p >= 11:
                    continue
                for extended in (True, False):
                    name = f"Binary{k}p{p}{'s' if signed else 'u'}{'e' if extended else 'f'}"
                    yield name, (k, lambda c, a=(k, p, signed, extended): p3109(*a, c))


def text(value, negative):
    """float.hex(); -0 is told apart by the sign of its code."""
    number = float(value)
    if number != number:
        return "nan"
    if number in (INF, -INF):
        return str(number)
    assert Fraction(number) == value
    return (-0.0 if number == 0 and negative else number).hex()


def digest(name, bits, value):
    has_negative_zero = not name.startswith("Binary") and name != "e8m0fnu"
    lines = (f"{code} {text(value(code), has_negative_zero and code >> (bits - 1))}\n"
             for code in range(2 ** bits))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main():
    rows = {name: [2 ** bits, digest(name, bits, value)] for name, (bits, value) in formats()}
    if "--json" in sys.argv[1:]:
        return print(json.dumps(rows))
    print("// Generated by scripts/make_digests.py: format, SHA-256 of its value table.")
    for name, (_, sha256) in rows.items():
        print(f'{{"{name}", "{sha256}"}},')


if __name__ == "__main__":
    main()
