#include <algorithm>
#include <array>

#include "formats/catalog.hpp"
#include "sim/ops/order_product.hpp"
#include "sim/quant/matrix_unit.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/product.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

constexpr std::array order_factors{"e4m3fn", "e5m2", "e2m1fn", "fp16", "bf16", "e4m3fnuz", "fp32"};
constexpr std::array order_sums{"fp32", "fp16", "bf16", "e6m9", "e5m6", "tf32", "e4m3fn", "e5m2", "e6m11"};

template <std::size_t n>
Format format_from(Draw& draw, const std::array<const char*, n>& names) {
  return format_of(names[draw.below(n)]);
}

Projection to_nearest(Draw& draw) {
  if (draw.one_in(3)) return {};
  return {format_from(draw, order_sums), Rounding::nearest_even, static_cast<Saturation>(draw.below(3))};
}

/// Values of a format within some binades of 1 or in two binades far apart, some of the smallest, zeros, pairs that cancel.
std::vector<float> factor(Draw& draw, const Format& f, std::size_t n) {
  const int span = std::array{0, 1, 4, 15}[draw.below(4)];
  const std::uint64_t tiny = draw.one_in(3) ? 12 : 100000;
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const int exponent = span == 0 ? (draw.one_in(2) ? -6 : 5) : draw.around_zero(span);
    const auto field = static_cast<std::uint64_t>(std::max(0, exponent + f.bias));
    const std::uint64_t mantissa = draw.below(std::uint64_t{1} << f.mantissa_bits);
    const std::uint64_t code = draw.one_in(tiny) ? draw.below(4) : (field << f.mantissa_bits) | mantissa;
    const double v = f.finite_value(std::min(f.max_finite_code(), code));
    x[i] = static_cast<float>(draw.one_in(2) ? -v : v);
    if (i > 0 && draw.one_in(8)) x[i] = -x[i - 1];
  }
  return x;
}

struct OrderedSums {
  Reduction how;
  std::size_t m, n, k;
  Format fa, fb;
  std::vector<float> a, b;  ///< b column by column
  DotRandom random{{1, "product", 0}, {1, "accumulator", 0}, {1, "outer", 0}};

  explicit OrderedSums(Draw& draw) : m(1 + draw.below(7)), n(1 + draw.below(50)), k(draw.below(100)) {
    how.order = std::array{Order::pairwise, Order::exact, Order::block}[draw.below(3)];
    fa = format_from(draw, order_factors), fb = format_from(draw, order_factors);
    how.accumulator = to_nearest(draw);
    if (how.order == Order::block) as_unit(draw);
    if (how.order != Order::block && draw.one_in(3)) how.product = to_nearest(draw);
    if (how.order == Order::exact) {
      how.accumulator.rounding = static_cast<Rounding>(draw.below(9));
      how.accumulator.random_bits = 1 + static_cast<int>(draw.below(24));
    }
    a = factor(draw, fa, m * k), b = factor(draw, fb, n * k);
    if (draw.one_in(3)) cancel();
  }

  /// All products but the first have an opposite.
  void cancel() {
    for (std::size_t t = 1; 2 * t <= k; ++t) {
      for (std::size_t i = 0; i < m; ++i) a[i * k + k - t] = 2 * t == k ? 0.0f : -a[i * k + t];
      for (std::size_t j = 0; j < n; ++j) b[j * k + k - t] = b[j * k + t];
    }
  }

  void as_unit(Draw& draw) {
    MatrixUnit unit = matrix_units[draw.below(matrix_units.size())].value;
    if (draw.one_in(3))
      unit = {1 + draw.below(30), static_cast<int>(draw.below(28)), UnitOutput::fp16, UnitOperands::any};
    while (!unit.accepts(fa)) fa = format_from(draw, order_factors);
    while (!unit.accepts(fb)) fb = format_from(draw, order_factors);
    how.accumulator = unit.projection(static_cast<Saturation>(draw.below(3)));
    how.block = {unit.terms, unit.fraction_bits, fa.e_min(), fb.e_min()};
    if (draw.one_in(3)) how.chunk = 1 + draw.below(70), how.outer = to_nearest(draw);
  }

  std::string text() const {
    const auto words = [](const Projection& p) { return verify::text({name_of(p.format), p.format}, p); };
    const std::string unit = "unit of " + std::to_string(how.block.terms) + ", " +
                             std::to_string(how.block.fraction_bits) + " bits, chunks of " +
                             std::to_string(how.chunk);
    return std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k) + ", " + name_of(fa) +
           " by " + name_of(fb) + ", products " + (how.product ? words(*how.product) : "exact") + ", sums " +
           words(how.accumulator) + ", " +
           (how.order == Order::pairwise ? "pairwise"
            : how.order == Order::exact  ? "exact"
                                         : unit);
  }
};

void compare_sums(const OrderedSums& s, const DefinedProduct& want, const OrderKernels& level, bool counts,
                  Tally& tally) {
  const auto facts = [](const Format& f, const std::vector<float>& x) {
    return FactorFacts{f, tile_kernels().magnitudes(x.data(), x.size())};
  };
  const OrderDecision decision =
      plan_order(s.how, facts(s.fa, s.a), facts(s.fb, s.b), s.k, counts, level.has_fma);
  if (!decision.plan) return;
  const FloatMatrix a{s.a.data(), s.m, s.k, s.k, 1}, b{s.b.data(), s.k, s.n, 1, s.k};
  const auto got = multiply(a, b, s.how, *decision.plan, s.random, Semantics::ieee754, counts, level);
  if (!got) return;
  const std::string where = std::string(level.isa) + ": " + s.text() + ", " + describe(*decision.plan);
  want.compare_values(got->y, where, tally);
  if (counts) want.compare_counters(got->product, got->accumulator, where, tally);
}

void run_orders(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const OrderedSums s(draw);
    const DefinedProduct want(s.how, {s.m, s.n, s.k, s.a, s.b}, s.random);
    for (const OrderKernels* level : available_order_kernels())
      for (const bool counts : {false, true}) compare_sums(s, want, *level, counts, tally);
  }
}

}  // namespace

Part orders_part() {
  return {"orders",
          "matrix products in the orders pairwise, exact and block, every instruction-set level",
          "sums by definition",
          "drawn shapes, formats, units; values and counters",
          std::uint64_t{1} << 12,
          2,
          1,
          run_orders,
          {}};
}

}  // namespace exmy::verify
