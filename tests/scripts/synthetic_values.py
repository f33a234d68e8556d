"""Formats and sets of values for synthetic reports."""

import math

# name: exponent bits, mantissa bits, infinities, nan
FORMATS = {
    "fp32": (8, 23, True, "ieee"), "fp16": (5, 10, True, "ieee"), "bf16": (8, 7, True, "ieee"),
    "e5m2": (5, 2, True, "ieee"), "e4m3fn": (4, 3, False, "all_ones"), "e3m2fn": (3, 2, False, "none"),
    "e2m1fn": (2, 1, False, "none"),
}


def facts(name):
    """The entry of `formats` for one of FORMATS (all signed, with gradual subnormals)."""
    exponent_bits, mantissa_bits, infinities, nan = FORMATS[name]
    bias = 2 ** (exponent_bits - 1) - 1
    e_max = 2 ** exponent_bits - 1 - bias - (1 if nan == "ieee" else 0)
    top = 2 - 2.0 ** -mantissa_bits * (2 if nan == "all_ones" else 1)
    largest, normal, subnormal = top * 2.0 ** e_max, 2.0 ** (1 - bias), 2.0 ** (1 - bias - mantissa_bits)
    bits = 1 + exponent_bits + mantissa_bits
    lost = {"ieee": 2 ** (mantissa_bits + 1), "all_ones": 2, "none": 0}[nan]
    return {
        "name": name, "exponent_bits": exponent_bits, "mantissa_bits": mantissa_bits, "bias": bias,
        "signed": True,
        "negative_zero": True, "zero": True, "subnormals": "gradual", "infinities": infinities, "nan": nan,
        "semantics": "ieee754", "bits": bits, "precision": mantissa_bits + 1, "e_min": 1 - bias,
        "e_max": e_max,
        "max_finite": largest, "max_finite_hex": c_hex(largest), "min_normal": normal,
        "min_normal_hex": c_hex(normal),
        "min_subnormal": subnormal, "min_subnormal_hex": c_hex(subnormal),
        "range_binades": math.log2(largest / subnormal), "codes_count": 2 ** bits,
        "finite_values_count": 2 ** bits - lost - 1, "epsilon": 2.0 ** -mantissa_bits,
    }


def c_hex(value):
    """A C hexadecimal floating literal: Python's own, without trailing zeros."""
    digits, exponent = float(value).hex().split("p")
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + "p" + exponent


def normal_cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def binades(total, centre, width):
    """{exponent: count} of a log-normal set of about `total` values."""
    low, high = math.floor(centre - 4.5 * width), math.ceil(centre + 3.2 * width)
    counts = {e: round(total * (normal_cdf((e + 1 - centre) / width) - normal_cdf((e - centre) / width)))
              for e in range(low, high)}
    return {e: n for e, n in counts.items() if n}


def histogram(counts):
    if not counts:
        return {"first_exponent": 0, "counts": []}
    low, high = min(counts), max(counts)
    return {"first_exponent": low, "counts": [counts.get(e, 0) for e in range(low, high + 1)]}


def round_set(before, fmt, saturating):
    """What rounding does to a set by binade: (after, underflow, overflow, saturated, subnormal_out)."""
    smallest = fmt["e_min"] - fmt["mantissa_bits"]
    after, under, over = {}, 0, 0
    for exponent, count in before.items():
        if exponent < smallest:
            lost = count if exponent < smallest - 1 else count // 50
            under += lost
            after[smallest] = after.get(smallest, 0) + count - lost
        elif exponent > fmt["e_max"]:
            over += count
            if saturating:
                after[fmt["e_max"]] = after.get(fmt["e_max"], 0) + count
        else:
            after[exponent] = after.get(exponent, 0) + count
    subnormal = sum(count for exponent, count in after.items() if exponent < fmt["e_min"])
    after = {e: n for e, n in after.items() if n}
    return after, under, 0 if saturating else over, over if saturating else 0, subnormal
