#include "sim/ops/order_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

constexpr int float_bits = 24;
constexpr double float_max = static_cast<double>(std::numeric_limits<float>::max());

OrderDecision no_plan(const std::string& why) { return {std::nullopt, why}; }

int format_grid(const Format& f) { return f.e_min() - f.mantissa_bits; }

/// Exponent of a number that all elements are multiples of.
int element_grid(const FactorFacts& x) {
  const int grid = format_grid(x.format);
  if (!(x.range.smallest <= std::numeric_limits<float>::max())) return grid;  // all are 0
  return std::max(grid, parts_of(static_cast<double>(x.range.smallest)).exponent - x.format.mantissa_bits);
}

/// Exponent of a positive number, or very small.
int exponent_of(double x) { return x > 0 ? parts_of(x).exponent : -1074; }

/// What the terms of a sum are: bits of precision, multiples of 2^grid, up to `largest`.
struct Terms {
  int bits, grid;
  double largest;

  bool are_binary32() const { return bits <= float_bits && grid >= -149 && largest <= float_max; }
  /// A bound of n of them; the factor covers the roundings of this computation.
  double sum_of(std::size_t n) const { return static_cast<double>(n) * largest * (1 + 0x1p-50); }
};

Terms products_of(const FactorFacts& a, const FactorFacts& b) {
  return {a.format.precision() + b.format.precision(), element_grid(a) + element_grid(b),
          static_cast<double>(a.range.largest) * static_cast<double>(b.range.largest)};
}

/// Numbers of P bits, at most grown by their rounding. (1 + 2^-P)^n (1 + 2^-40).
double growth(int precision, std::size_t n) {
  double power = 1 + pow2(-precision), all = 1 + 0x1p-40;
  for (; n > 0; n /= 2, power *= power)
    if (n % 2 == 1) all *= power;
  return all;
}

double rounded_up(double largest, const Format& f) {
  return std::min(largest * growth(f.precision(), 1) + pow2(format_grid(f)), f.max_finite());
}

OrderDecision plan_pairwise(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                            bool counts, bool has_fma) {
  if (k > PairwiseRounding::most_terms) return no_plan("too many terms");
  PairwiseRounding tree;
  if (!counts && !how.product && how.accumulator == Projection{})
    return {tree, {}};  // native, whatever the operands
  if (!(a.is_finite() && b.is_finite())) return no_plan("an operand is not finite");
  Reduction leaf = how;
  leaf.order = Order::sequential;
  const TileDecision one = plan_tiles(leaf, a, b, 1, counts, has_fma);
  if (!one.plan) return no_plan("leaf: " + one.why);
  tree.each = one.plan->inner;
  TileRounding& each = tree.each;
  const Format& f = how.accumulator.format;
  const Terms products = products_of(a, b);
  if (each.wide_products && each.step != TileStep::native)
    return no_plan("leaf: products are no binary32 numbers");
  tree.rounds_leaf = each.rounds_product || each.clamps || each.limit != TileLimit::excluded ||
                     products.bits > f.precision();
  const double term = how.product ? rounded_up(products.largest, how.product->format) : products.largest;
  const std::size_t depth = k > 1 ? static_cast<std::size_t>(std::bit_width(k - 1)) : 0;
  const double bound = static_cast<double>(k) * rounded_up(term, f) * growth(f.precision(), depth);
  if (each.step == TileStep::native) {
    if (counts && bound > 0x1p126) return no_plan("the error of a sum may overflow binary32");
    return {tree, {}};
  }
  each.step = 2 * f.precision() + 2 <= float_bits ? TileStep::fused : TileStep::odd;
  each.limit = bound <= f.max_finite()                          ? TileLimit::excluded
               : how.accumulator.saturation == Saturation::none ? TileLimit::watch
                                                                : TileLimit::saturate;
  const bool twice = how.product && how.product->format == f && !each.saturates_product;  // the same rounding
  if (twice && !counts && each.limit == TileLimit::excluded) each.rounds_product = false;
  if (2 * std::min(bound, f.max_finite()) >= pow2(103 + f.mantissa_bits))
    return no_plan("sums may be too large for the constant C");
  return {tree, {}};
}

/// H of a sum of n terms in two parts, as an exponent: none if two parts do not hold it.
std::optional<int> cut_of(const Terms& t, std::size_t n) {
  const double sum = t.sum_of(n);
  const int cut = std::max({exponent_of(sum) + 1 - 53, exponent_of(t.largest) + 1 - 51, t.grid});
  if (cut > 900 || t.grid < -900 || cut - t.grid > 54) return std::nullopt;
  if (static_cast<double>(n) * pow2(cut - t.grid) > 0x1p54) return std::nullopt;
  return cut;
}

OrderDecision plan_exact(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k) {
  if (!(a.is_finite() && b.is_finite())) return no_plan("an operand is not finite");
  ExactSum sum;
  Terms t = products_of(a, b);
  if (how.product) {
    Reduction leaf;
    leaf.product = how.product;
    const TileDecision one = plan_tiles(leaf, a, b, 1, false, true);
    if (!one.plan) return no_plan(one.why);
    sum.rounds_product = true;
    sum.product = one.plan->inner.product;
    const Format& f = how.product->format;
    t = {f.precision(), format_grid(f), rounded_up(t.largest, f)};
  }
  const bool fits = t.grid > -900 && t.grid < 900 && t.sum_of(k) <= pow2(53 + t.grid);
  if (fits && !how.product) return {sum, {}};
  const auto cut = cut_of(t, k);
  if (!cut) return no_plan("the sum may need more than two binary64 numbers");
  sum.splits = true;
  sum.cut = 1.5 * pow2(52 + *cut);
  return {sum, {}};
}

/// Sums of chunks, up to `largest`: each is one step of a tile.
TileDecision plan_outer(const Reduction& how, double largest, std::size_t chunks, bool counts, bool has_fma) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr Format one{.exponent_bits = 2, .mantissa_bits = 0, .bias = 1};
  Reduction outer;
  outer.accumulator = how.outer;
  const float most = static_cast<float>(std::min(largest * (1 + 0x1p-20), float_max));
  return plan_tiles(outer, {how.accumulator.format, {most, infinity}}, {one, {1, 1}}, chunks, counts,
                    has_fma);
}

/// The largest exponent that a unit may see in a factor.
int top_exponent(const FactorFacts& x, int e_min) {
  return std::max(exponent_of(static_cast<double>(x.range.largest)), e_min);
}

std::string no_unit(const Reduction& how, const Terms& t, double bound, int top) {
  const Projection& p = how.accumulator;
  const Format& f = p.format;
  const int bits = how.block.fraction_bits;
  if (p.rounding != Rounding::toward_zero && p.rounding != Rounding::nearest_even)
    return "the unit rounds in another way";
  if (!f.is_signed || !f.zero || f.subnormals != Subnormals::gradual || f.mantissa_bits > 23 ||
      f.mantissa_bits < 1 || f.e_min() < -126 || f.max_finite() < pow2(f.e_min()))
    return "the unit's output is none of binary32";
  if (p.rounding == Rounding::nearest_even && f.mantissa_bits > 21)
    return "the unit rounds to nearest in more than 22 bits";
  if (bits > 28) return "more than 28 bits are kept";
  if (!t.are_binary32()) return "a product may be no binary32 number";
  if (t.grid < -126 || t.grid < format_grid(f)) return "products may lie below the grid of the output";
  if (bound > f.max_finite() || bound > float_max) return "a sum may overflow";
  if (top > bits + 126 || std::max(f.e_min(), t.grid + bits) > bits + 126) return "exponents are too large";
  return {};
}

/// The size of as many parts of n as there must be if none is larger than `most`.
std::size_t in_equal_parts(std::size_t n, std::size_t most) {
  const std::size_t parts = std::max<std::size_t>(1, (n + most - 1) / most);
  return std::max<std::size_t>(1, (n + parts - 1) / parts);
}

OrderDecision plan_block(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                         bool counts, bool has_fma) {
  if (how.product) return no_plan("products are rounded");
  if (!(a.is_finite() && b.is_finite())) return no_plan("an operand is not finite");
  const BlockSum& block = how.block;
  const Format& f = how.accumulator.format;
  const std::size_t length = how.has_outer() ? std::min(how.chunk, k) : k;
  const Terms t = products_of(a, b);
  const double bound = t.sum_of(length) * growth(f.precision(), (length + block.terms - 1) / block.terms);
  const int top =
      std::max(top_exponent(a, block.e_min_a) + top_exponent(b, block.e_min_b), exponent_of(bound));
  if (const std::string why = no_unit(how, t, bound, top); !why.empty()) return no_plan(why);
  const std::size_t n = std::min(block.terms, length);
  const auto cut = cut_of(t, n);
  if (counts && !cut)
    return no_plan("whether a group leaves a trace may need more than two binary64 numbers");
  BlockPlan plan;
  BlockRounding& unit = plan.unit;
  unit.terms = block.terms;
  const auto fit = [&](int bits) { return bits < 3 ? 0 : ((std::size_t{1} << bits) - 2) / 4; };
  unit.narrow = n <= fit(24 - block.fraction_bits);
  unit.at_once = in_equal_parts(n, fit(31 - block.fraction_bits));
  unit.fraction_bits = block.fraction_bits;
  unit.lowest = std::max(f.e_min(), t.grid + block.fraction_bits);
  unit.nearest = how.accumulator.rounding == Rounding::nearest_even;
  unit.mantissa_bits = f.mantissa_bits;
  unit.min_normal = static_cast<float>(pow2(f.e_min()));
  unit.cut = cut ? 1.5 * pow2(52 + *cut) : 0;
  if (!how.has_outer()) return {plan, {}};
  const TileDecision outer = plan_outer(how, bound, (k + how.chunk - 1) / how.chunk, counts, has_fma);
  if (!outer.plan) return no_plan("outer: " + outer.why);
  plan.outer = outer.plan->inner;
  return {plan, {}};
}

std::string words(const PairwiseRounding& tree) {
  const TileRounding& each = tree.each;
  const bool native = each.step == TileStep::native;
  const std::string leaf = each.rounds_product          ? "rounded products"
                           : native || tree.rounds_leaf ? "rounded"
                                                        : "exact";
  const std::string node = native                         ? "binary32 nodes"
                           : each.step == TileStep::fused ? "binary32 nodes, rounded again"
                                                          : "binary32 nodes rounded to odd, rounded again";
  const std::string limit = native                              ? ""
                            : each.limit == TileLimit::excluded ? ", no overflow by bound"
                            : each.limit == TileLimit::saturate ? ", saturating"
                                                                : ", overflow watched";
  return "tree: leaves are " + leaf + ", " + node + limit;
}

std::string words(const ExactSum& sum) {
  return std::string(sum.rounds_product ? "rounded products, " : "exact products, ") + "sums exact in " +
         (sum.splits ? "two binary64 numbers" : "binary64");
}

std::string words(const BlockPlan& plan) {
  const BlockRounding& unit = plan.unit;
  return "matrix unit in 32 bits, " + std::to_string(std::min(unit.terms, unit.at_once)) + " of " +
         std::to_string(unit.terms) + " products at once, rounded in " +
         (unit.narrow ? "binary32" : "binary64") + (plan.outer ? "; chunks in binary32" : "");
}

}  // namespace

OrderDecision plan_order(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                         bool counts, bool has_fma) {
  switch (how.order) {
    case Order::pairwise: return plan_pairwise(how, a, b, k, counts, has_fma);
    case Order::exact: return plan_exact(how, a, b, k);
    case Order::block: return plan_block(how, a, b, k, counts, has_fma);
    case Order::sequential:
    case Order::chunked: break;
  }
  return no_plan("the order is sequential or chunked");
}

std::string describe(const OrderPlan& plan) {
  return std::visit([](const auto& p) { return words(p); }, plan);
}

}  // namespace exmy
