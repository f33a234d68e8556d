#pragma once
// Matrix products in the orders pairwise, exact and block: drawn cases, by the definition and by the kernels.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/order_product.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/counters.hpp"
#include "tests/support/splitmix64.hpp"

namespace exmy::test {

struct OrderCase {
  Reduction how;
  Format fa, fb;
  std::size_t m, n, k;
  std::vector<float> a, b;  ///< b column by column
  Semantics semantics = Semantics::ieee754;
};

inline const DotRandom order_random{{7, "product", 3}, {7, "accumulator", 3}, {7, "outer", 3}};

/// Values of a format: binades around 1, a few smallest ones; with 99 any. Spread 0: two binades far apart.
inline float order_value(SplitMix64& random, const Format& f, int spread) {
  const std::uint64_t top = f.max_finite_code();
  const auto near = [&](int binade, std::uint64_t width) {
    const auto field = static_cast<std::uint64_t>(std::max(0, f.bias + binade));
    return std::min(top, (field << f.mantissa_bits) + random.below((width << f.mantissa_bits) + 1));
  };
  std::uint64_t code = random.below(top + 1);
  if (spread == 0) code = near(random.below(2) == 0 ? -6 : 5, 1);
  if (spread > 0 && spread < 20) code = near(-spread / 2, static_cast<std::uint64_t>(spread));
  if (random.below(12) == 0) code = random.below(std::min<std::uint64_t>(top + 1, 4));
  const double v = f.finite_value(code);
  return static_cast<float>((random.bits() & 1) != 0 ? v : -v);
}

/// With pairs that cancel and zeros.
inline std::vector<float> order_values(SplitMix64& random, const Format& f, std::size_t n, int spread) {
  std::vector<float> x(n);
  const std::uint64_t zeros = std::array<std::uint64_t, 3>{1000, 3, 20}[random.below(3)];
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = random.below(zeros) == 0 ? 0.0f : order_value(random, f, spread);
    if (i > 0 && random.below(6) == 0) x[i] = -x[i - 1];
  }
  return x;
}

inline std::string text(const OrderCase& c) {
  const Reduction& how = c.how;
  return "order " + std::to_string(static_cast<int>(how.order)) + ", " + std::to_string(c.m) + " x " +
         std::to_string(c.n) + " x " + std::to_string(c.k) + ", chunk " + std::to_string(how.chunk) + ", L " +
         std::to_string(how.block.terms) + ", F " + std::to_string(how.block.fraction_bits) + "\n a " +
         oracle::text(Projection{c.fa}) + "\n b " + oracle::text(Projection{c.fb}) + "\n product " +
         (how.product ? oracle::text(*how.product) : "exact") + "\n accumulator " +
         oracle::text(how.accumulator) + "\n outer " + oracle::text(how.outer);
}

struct Summed {
  std::vector<float> y;
  Counters product, accumulator;
};

inline Summed by_definition(const OrderCase& c) {
  Summed out;
  const std::vector<double> a(c.a.begin(), c.a.end()), b(c.b.begin(), c.b.end());
  DotCounters counters;
  for (std::size_t i = 0; i < c.m; ++i)
    for (std::size_t j = 0; j < c.n; ++j) {
      bool lost = false;
      out.y.push_back(
          static_cast<float>(reduce_by_definition(c.how, a.data() + i * c.k, b.data() + j * c.k, c.k,
                                                  i * c.n + j, order_random, c.semantics, &counters, &lost)));
    }
  out.product = counters.product.counters;
  out.accumulator = counters.accumulator.counters;
  return out;
}

inline FactorFacts facts(const Format& f, const std::vector<float>& x) {
  return {f, tile_kernels().magnitudes(x.data(), x.size())};
}

inline OrderDecision decide(const OrderCase& c, bool counts, bool has_fma) {
  return plan_order(c.how, facts(c.fa, c.a), facts(c.fb, c.b), c.k, counts, has_fma);
}

inline std::vector<float> turned(const std::vector<float>& x, std::size_t rows, std::size_t columns) {
  std::vector<float> out(x.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t k = 0; k < columns; ++k) out[k * rows + r] = x[r * columns + k];
  return out;
}

/// `turns`: the factors lie in memory column by column.
inline std::optional<OrderProduct> by_kernels(const OrderCase& c, const OrderPlan& plan, bool counts,
                                              const OrderKernels& level, bool turns = false) {
  const std::vector<float> a = turns ? turned(c.a, c.m, c.k) : c.a, b = turns ? turned(c.b, c.n, c.k) : c.b;
  const FloatMatrix left{a.data(), c.m, c.k, turns ? 1 : c.k, turns ? c.m : 1};
  const FloatMatrix right{b.data(), c.k, c.n, turns ? c.n : 1, turns ? 1 : c.k};
  return multiply(left, right, c.how, plan, order_random, c.semantics, counts, level);
}

/// The first difference, or nothing.
inline std::string difference(const OrderProduct& got, const Summed& want, bool counts) {
  for (std::size_t i = 0; i < want.y.size(); ++i)
    if (std::bit_cast<std::uint32_t>(got.y[i]) != std::bit_cast<std::uint32_t>(want.y[i]))
      return "element " + std::to_string(i) + ": " + oracle::text(static_cast<double>(got.y[i])) + " for " +
             oracle::text(static_cast<double>(want.y[i]));
  if (!counts) return {};
  const std::string product = test::differences(got.product, want.product),
                    sums = test::differences(got.accumulator, want.accumulator);
  return (product.empty() ? "" : "product: " + product) + (sums.empty() ? "" : "accumulator: " + sums);
}

}  // namespace exmy::test
