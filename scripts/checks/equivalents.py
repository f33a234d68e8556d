"""Single changes that no test can see, with the reason: (file, reason, lines as they become)."""

import re

import kernel_equivalents

_UNSET = "every Rounded is made with all four members"
_SHIFT = "at the number in question both sides give the same"
_STICKY = "what is not 0 is sticky anyway, and nothing else is left of x there"
_MODULO = "undefined: x86 takes the shift modulo 128, which is the same; the sanitizer refuses it"
_UNSEEN = "the last bit of v, 2^-64, decides nothing: N is at most 32, and v is neither 0 nor 1/2"

GROUPS = [
    ("formats/project.cpp", _UNSET, [
        "double z = 1;  ///< magnitude; infinite when beyond binary64 (hence beyond every maximum)",
        "bool exact = false;",
        "bool away = true;  ///< z is the neighbour away from zero",
        "bool tie = true;"]),
    ("formats/project.cpp", _SHIFT, [
        "const Uint128 rest = drop <= 128   ? x.significand << (128 - drop)",
        "const Uint128 rest = drop < 129   ? x.significand << (128 - drop)",
        "const bool lost = drop >= 256 || (drop >= 128 && (rest << (drop - 128)) != x.significand);",
        "const bool lost = drop >= 256 || (drop > 127 && (rest << (drop - 128)) != x.significand);"]),
    ("formats/project.cpp", _STICKY, [
        ": drop < 255 ? x.significand >> (drop - 128)",
        ": 1;",
        "const bool lost = drop >= 255 || (drop > 128 && (rest << (drop - 128)) != x.significand);"]),
    ("formats/project.cpp", _MODULO, [
        ": drop < 256 ? x.significand >> (drop + 128)",
        "const bool lost = drop > 256 || (drop > 128 && (rest << (drop - 128)) != x.significand);",
        "const bool lost = drop >= 257 || (drop > 128 && (rest << (drop - 128)) != x.significand);",
        "const bool lost = drop >= 256 || (drop > 128 && (rest << (drop + 128)) != x.significand);",
        "const bool lost = drop > 128 || (numerator << drop) != x.significand;",
        "const bool lost = drop >= 129 || (numerator << drop) != x.significand;"]),
    ("formats/project.cpp", _UNSEEN, [
        "const Uint128 numerator = drop < 127 ? x.significand >> drop : 0;",
        "const Uint128 numerator = drop < 128 ? x.significand >> drop : 1;",
        "const bool lost = drop >= 127 || (numerator << drop) != x.significand;"]),
    ("formats/project.cpp", "pow2(1024) is infinity", [
        "if (exponent > 1024) return infinity64;  // below that, a product beyond binary64 is infinite by itself"]),
    ("formats/project.cpp", "a sum and a difference have the same parity", [
        "const bool odd = f.mantissa_bits > 0 ? (whole & 1) != 0 : whole != 0 && ((exponent - f.bias) & 1) != 0;"]),
    ("formats/project.cpp", "only the limit's magnitude is used", [
        "const Exact limit = Exact::scaled(true, s.significand, s.unit);"]),
    ("formats/project.cpp", "where the operands differ, or where both give the same", [
        "return x.exponent != limit.exponent ? x.exponent <= limit.exponent : x.significand < limit.significand;"]),
    ("formats/project.cpp", "no flag was set before: an infinite result of finite operands is exact", [
        "if (e.has(Event::inexact)) flags = flag_inexact;  // whatever is beyond the maximum is inexact too",
        "if (e.has(Event::infinite)) flags = flag_infinite;"]),
]

EQUIVALENT = {(path, line): reason for path, reason, lines in [*GROUPS, *kernel_equivalents.GROUPS] for line in lines}


def is_tuning(mutant):
    """Whether only speed depends on the line."""
    return any(re.search(path, mutant.path) and re.search(line, mutant.before)
               for path, line, _ in kernel_equivalents.TUNING)
