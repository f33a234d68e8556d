"""Single changes that no test can see, with the reason: (file, reason, lines as they become)."""

_UNSET = "every Rounded is made with all four members"
_SHIFT = "at this shift the other branch gives the same number"
_SEEN = "bits of v below 2^-63 decide nothing: N is at most 32, and v is inexact by `lost` anyway"
_LOST = "from 256 on rest is 0, so that the second condition says the same"

GROUPS = [
    ("formats/project.cpp", _UNSET, [
        "double z = 1;  ///< magnitude; infinite when beyond binary64 (hence beyond every maximum)",
        "bool exact = false;",
        "bool away = true;  ///< z is the neighbour away from zero",
        "bool tie = true;"]),
    ("formats/project.cpp", "a sum and a difference have the same parity", [
        "const bool odd = f.mantissa_bits > 0 ? (whole & 1) != 0 : whole != 0 && ((exponent - f.bias) & 1) != 0;"]),
    ("formats/project.cpp", "only the limit's magnitude is used", [
        "const Exact limit = Exact::scaled(true, s.significand, s.unit);"]),
    ("formats/project.cpp", "where the operands differ, or where both give the same", [
        "return x.exponent != limit.exponent ? x.exponent <= limit.exponent : x.significand < limit.significand;",
        "const int exponent = x.exponent >= f.e_min() ? x.exponent : f.e_min();"]),
    ("formats/project.cpp", "no flag was set before: an infinite result of finite operands is exact", [
        "if (e.has(Event::inexact)) flags = flag_inexact;  // whatever is beyond the maximum is inexact too",
        "if (e.has(Event::infinite)) flags = flag_infinite;"]),
]

EQUIVALENT = {(path, line): reason for path, reason, lines in GROUPS for line in lines}
