"""Single changes of kernels and plans that no test can see, with the reason: (file, reason, lines as they become)."""

_LATER = "read only where it was set before"
_ALL_PATHS = "every value of the enumeration returns before"
_BINARY32 = "factors and products are binary32 numbers, with exponents that are never near such ends"
_FLOOR = "rounded down both are the same"
_ONE = "every step is 0 or 1: there both are the same"
_PRODUCT = "only the rounding of the product is taken from this plan"
_MARGIN = "a margin for the roundings of the bound itself, which half or twice as much is, too"
_PACKED = "a panel that is not read in place is packed: the same numbers, more slowly"
_REFUSED = "one format more is left to slower paths with the same bits"
_SLOWER = "only sends more blocks a slower way, which gives the same bits"
_BEYOND = "one number beyond the end is looked at, which can only choose a slower way; only the sanitizers notice"

GROUPS = [
    ("formats/kernels/rounding.inc", "formats end at 2^901, and what is above is beyond them either way", [
        "constexpr double far_beyond = 0x1p966, scaled_down = 0x1p-60;",
        "constexpr double far_beyond = 0x1p965, scaled_down = 0x1p-59;",
        "constexpr std::uint64_t cap_bits = std::uint64_t{1024 + 965} << 52;  // keeps C finite",
        "constexpr std::uint64_t cap_bits = std::uint64_t{1023 + 966} << 52;  // keeps C finite"]),
    ("formats/kernels/philox.inc", "room for one more than there are", [
        "std::array<std::array<std::uint64_t, 2>, 11> rounds;"]),
    ("formats/kernels/kernels.cpp", "either is beyond the maximum of every format that is served", [
        "k.beyond_positive = magnitude(project(how, pow2(1001)).value);",
        "k.beyond_negative = magnitude(project(how, -pow2(1001)).value);"]),
    ("formats/kernels/orders_counts.inc", "either way counts the same", [
        "if constexpr (lanes >= 17)  // masks are bits"]),
    ("formats/kernels/tile_counts.inc", "either way counts the same", [
        "if constexpr (lanes >= 17)  // masks are bits", "if constexpr (lanes >= 17)"]),
    ("formats/kernels/orders_counts.inc", "sums below 2^-126 are exact: they have no half unit", [
        "const U e = hn::Max(hn::BitCast(words, power_of(below)), hn::Set(words, 0x0u));"]),
    ("formats/kernels/tile_exactly.inc", "sums below 2^-126 are exact: they have no half unit", [
        "const U e = hn::Max(hn::BitCast(words, power_of(below)), hn::Set(words, 0x0u));"]),
    ("formats/kernels/orders_pairwise.inc", "room for one more than there are", [
        "static constexpr std::size_t levels = 42;"]),
    ("formats/kernels/strip_draws.inc", "one more than is read", [
        "using Words4 = std::array<U, 5>;",
        "ten_rounds<5>(keys_, {next(i), next(i + pair_lanes), next(i + lanes), next(i + lanes + pair_lanes)});",
        "std::array<U, 9> w{};",
        "for (std::size_t k = 0; k < 7; ++k) w[k] = hn::IfThenElse(by4, w[k + 2], w[k]);",
        "for (std::size_t k = 0; k < 6; ++k) w[k] = hn::IfThenElse(by2, w[k + 1], w[k]);",
        "for (std::size_t k = 0; k < 5; ++k) {",
        "HWY_ALIGN std::array<std::array<std::uint32_t, strip_lanes>, 5> before_;"]),
    ("formats/kernels/strip_rounding.inc", "|x| < 2^(e_min + 1) <= 2 has no bit 30", [
        "const U a = hn::And(with_lost(r.bits, r.lost), hn::Set(words, 0x3fffffff));"]),
    ("formats/kernels/float_operations.inc", "what is below 2^128 is proven, too, and an infinity is not below it", [
        "constexpr Word limit = Word{128 + 127} << 23;  // 2^127",
        "constexpr Word limit = Word{127 + 128} << 23;  // 2^127"]),
    ("formats/kernels/float_spans.cpp", "with one bit at least a unit of 2^-127 is refused by its factor, 2^(n + 127)", [
        "if (n + f.mantissa_bits > 30 || f.e_min() < -126 || (has_subnormals && (n - unit > 127 || unit < -127)))"]),
    ("formats/kernels/float_spans.cpp", "one bit more than is needed scales more formats first, which gives the same bits", [
        "const int part = !drawn ? 1 : k.how.rounding == Rounding::stochastic_c ? n + 25 : 24;"]),
    ("formats/kernels/float_operations.inc", _SLOWER, [
        "constexpr float least = 0x1p-99f;",
        "small |= ((abs_of(p.value) < least) & (x[i] != 0.0f) & (y[i] != 0.0f)) ? 1u : 1u;"]),
    ("formats/kernels/tile_pairs.inc", "of 16 bits either leaves the sign in all of them", [
        "return {hn::And(hn::BitCast(halves, hn::ShiftRight<16>(hn::BitCast(shorts, n))), w.n)};"]),
    ("formats/kernels/tile_spans.inc", "either way all numbers of a row are copied", [
        "if constexpr (lanes >= 17)", "if constexpr (lanes >= 9)",
        "if (n >= 9 && n < 16) return copy_ends<8>(from, n, to);",
        "if (n >= 8 && n < 17) return copy_ends<8>(from, n, to);",
        "if (n >= 5 && n < 8) return copy_ends<4>(from, n, to);",
        "if (n >= 4 && n < 9) return copy_ends<4>(from, n, to);"]),
    ("formats/kernels/tile_quick.inc", _SLOWER, [
        "const std::uint32_t top = bits_of(how.sum.max_finite) & 0x7f000000u;",
        "last = hn::Set(words, how.limit == TileLimit::excluded ? 0x7f000000u : top - 0x00800000u);"]),
    ("formats/kernels/tile_counted.inc", _SLOWER, ["const V half = constant(how.exact_below * 1.5f);"]),
    ("formats/kernels/tile_counted.inc", "room for one more than there are", [
        "constexpr std::size_t most_vectors = 9;  ///< of a row of sums"]),
    ("formats/kernels/tile_pairs.inc", "a row has 256 steps at most, and 2^15 are not reached", [
        "return hn::Add(hn::And(word(), hn::Set(words, 0x7fff)), hn::ShiftRight<16>(word()));"]),
    ("formats/kernels/tile_counts.inc",
     "a product of 24 bits at most that reaches half a unit leaves an error that its difference from it does not lose", [
         "template <bool underflows, bool wide = true>"]),
    ("formats/kernels/float_rounding.inc", _BEYOND, [
        "for (std::size_t i = 0; i <= n; ++i) largest = larger(to_bits(x[i]) & ~sign_bit, largest);"]),
    ("formats/kernels/orders_exact.inc", "room for one more than there are", ["Columns<split> columns[3];"]),
    ("formats/kernels/float_spans.inc", _SLOWER, [
        "case Even::inside: return seen <= max && seen < k.largest;  // |x| is seen"]),
    ("sim/ops/tile_plan.cpp", _LATER, ["bool quick_product_ = true;", "double bound_ = 1;", "int grid_ = 1;"]),
    ("sim/ops/tile_plan.cpp", "P_t <= P <= 11 give 22 at most", [
        "r.step = t.bits <= p && p <= 11 && t.bits + p < 23 ? TileStep::fused : TileStep::odd;",
        "r.step = t.bits <= p && p <= 11 && t.bits + p <= 24 ? TileStep::fused : TileStep::odd;",
        "r.step = t.bits <= p && p <= 11 && t.bits + p <= 22 ? TileStep::fused : TileStep::odd;",
        "r.step = t.bits <= p && p <= 11 && t.bits - p <= 23 ? TileStep::fused : TileStep::odd;"]),
    ("sim/ops/tile_plan.cpp", _MARGIN, ["return all.offset * (1 + 0x1p-41);"]),
    ("sim/ops/tile_words.cpp", "any bits of their own tell plans apart", [
        "bit(r.exact_first > 0, 8) | bit(r.wide_products, 10);",
        "(plan.outer ? traits_of(*plan.outer) << 33 | std::uint64_t{1} << 62 : 0) | 1;",
        "(plan.outer ? traits_of(*plan.outer) << 32 | std::uint64_t{1} << 63 : 0) | 1;"]),
    ("sim/ops/tile_words.cpp", "the last bit is set anyway", [
        "(plan.outer ? traits_of(*plan.outer) << 32 | std::uint64_t{1} << 62 : 1) | 1;"]),
    ("sim/ops/tile_job.cpp", _PACKED, ["if (at[j] != at[0] - j) return false;"]),
    ("sim/ops/strip_plan.cpp", "1 and 2 bits beside 21 are at most 23, so that no more than binary32's are kept", [
        "case Rounding::to_odd: return 1;"]),
    ("sim/ops/strip_plan.cpp", "sums are below 2^126 by their bound: no result is beyond a larger maximum", [
        "constexpr double binary32_most = 0x1.fffffep128;"]),
    ("sim/ops/strip_plan.cpp", "either is beyond the maximum of every format that is left", [
        "r.highest = limit_of(how, pow2(1001));", "r.lowest = -limit_of(how, -pow2(1001));"]),
    ("sim/ops/strip_plan.cpp", _LATER, ["double bound_ = 1;", "bool guards_ = true;"]),
    ("sim/ops/strip_plan.cpp", _ALL_PATHS, ["return 1;", "return 3;"]),
    ("sim/ops/order_plan.cpp", "of 0, either is below the exponents of all formats", [
        "int exponent_of(double x) { return x > 0 ? parts_of(x).exponent : -1073; }",
        "int exponent_of(double x) { return x > 0 ? parts_of(x).exponent : -1075; }"]),
    ("sim/ops/order_plan.cpp", _BINARY32, [
        "if (cut > 900 && t.grid < -900 || cut - t.grid > 54) return std::nullopt;",
        "if (cut > 901 || t.grid < -900 || cut - t.grid > 54) return std::nullopt;",
        "if (cut > 900 || t.grid < -901 || cut - t.grid > 54) return std::nullopt;",
        "const bool fits = t.grid > -901 && t.grid < 900 && t.sum_of(k) <= pow2(53 + t.grid);",
        "const bool fits = t.grid > -900 && t.grid < 901 && t.sum_of(k) <= pow2(53 + t.grid);"]),
    ("sim/ops/order_plan.cpp", "one term is enough for the next line to say no", [
        "if (cut > 900 || t.grid < -900 || cut - t.grid > 55) return std::nullopt;"]),
    ("sim/ops/order_plan.cpp", _MARGIN, [
        "double sum_of(std::size_t n) const { return static_cast<double>(n) * largest * (1 + 0x1p-49); }",
        "double power = 1 + pow2(-precision), all = 1 + 0x1p-39;",
        "const float most = static_cast<float>(std::min(largest * (1 + 0x1p-19), float_max));",
        "const float most = static_cast<float>(std::min(largest * (1 + 0x1p-21), float_max));"]),
    ("sim/ops/order_plan.cpp", "without counters it is not read, and with them there is a cut", [
        "unit.cut = cut ? 1.5 * pow2(52 + *cut) : 1;"]),
    ("sim/ops/order_plan.cpp", _FLOOR, [
        "const auto fit = [&](int bits) { return bits < 3 ? 0 : ((std::size_t{1} << bits) - 3) / 4; };",
        "const auto fit = [&](int bits) { return bits < 3 ? 0 : ((std::size_t{1} << bits) - 1) / 4; };"]),
    ("sim/ops/order_plan.cpp", _PRODUCT, ["const TileDecision one = plan_tiles(leaf, a, b, 0, false, true);",
                                          "const TileDecision one = plan_tiles(leaf, a, b, 2, false, true);"]),
    ("sim/ops/order_plan.cpp", _REFUSED, [
        "f.mantissa_bits < 1 || f.e_min() < -126 || f.max_finite() <= pow2(f.e_min()))"]),
    ("sim/ops/float_block.cpp", _SLOWER, [
        "return (((m & 0x3fffff) == 0) | (m < 0x00800000) | (m >= maximum)) & ((m != 0) | underflows);"]),
    ("sim/ops/float_block.cpp", "of an operation with one operand the other is not read", [
        "std::fill_n(numbers, count, 1.0);"]),
    ("sim/ops/float_block.cpp", _ONE, [
        "for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<double>(at(first - i));"]),
]

# Lines that decide speed alone, not which bits come out: (file, line as it is, why), as regular expressions.
TUNING = [
    (r"kernels/exponents\.inc", r"\bmost_compared\b", "from how many exponents on tables are faster"),
    (r"kernels/random\.inc", r"\bat_once = ", "how many vectors are computed side by side"),
    (r"kernels/orders\.inc", r"\btall_rows = ", "how high tiles are"),
    (r"kernels/tile_quick\.inc", r"\bmisses \* |\bpatience = ", "when exact steps are expected"),
    (r"kernels/tiles\.inc", r"\bfast<\d+, \d+>|Counting<\d+>::row", "which shapes of tiles there are"),
    (r"kernels/tile_spans\.inc", r"\bblock = ", "how many columns are transposed at once"),
    (r"kernels/float_spans\.inc", r"\bline\b|\bbeyond\b.*sizeof|4 \* float_block|float_block / 2",
     "where blocks begin and how long they are"),
    (r"kernels/(?:orders_exact|tile_counted)\.inc", r"constexpr std::size_t (?:window|most) = ",
     "how many steps are prepared at once"),
    (r"sim/ops/float_block\.cpp", r"\b(?:run_length|few) = ", "how many elements are looked at at once"),
    (r"sim/ops/tile_job\.cpp", r"\blong_run\b", "from where on runs pay"),
    (r"sim/ops/tile_plan\.cpp", r"constexpr double most = ", "after how many exact steps sums are looked at again"),
    (r"sim/ops/tile_plan\.cpp", r"\bmany_bits\b", "from where on middles are rare enough to look for them"),
]
