#include <algorithm>
#include <array>

#include "formats/catalog.hpp"
#include "sim/ops/tile_product.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/product.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

constexpr std::array factor_names{"e4m3fn", "e5m2", "e2m1fn", "e3m2fn", "fp16", "bf16", "e4m3fnuz", "fp32"};
constexpr std::array sum_names{"fp32", "fp16",   "bf16", "e6m9",  "e5m6", "e7m5",
                               "tf32", "e4m3fn", "e5m2", "e6m11", "e8m17"};

Projection projection(Draw& draw) {
  return {format_of(sum_names[draw.below(sum_names.size())]), Rounding::nearest_even,
          static_cast<Saturation>(draw.below(3))};
}

Reduction reduction(Draw& draw) {
  Reduction how;
  if (draw.one_in(3)) how.product = projection(draw);
  if (!draw.one_in(3)) how.accumulator = projection(draw);
  how.order = draw.one_in(3) ? Order::chunked : Order::sequential;
  if (!draw.one_in(3)) how.outer = projection(draw);
  how.chunk = 1 + draw.below(40);
  return how;
}

/// A matrix of values of one format: some binades, and some of the smallest numbers.
struct Factor {
  Format format;
  std::vector<float> values;

  Factor(Draw& draw, std::size_t size)
      : format(format_of(factor_names[draw.below(factor_names.size())])), values(size) {
    const int span = std::array{0, 1, 4, 9}[draw.below(4)];
    for (float& v : values) {
      const double x = draw.one_in(12) ? format.finite_value(draw.below(4)) : number(draw, span);
      v = static_cast<float>(draw.one_in(2) ? -x : x);
    }
  }
  /// Binades around 1; with span 0 two binades far apart, so that one product is nearly swamped by another.
  double number(Draw& draw, int span) const {
    const int exponent = span == 0
                             ? (draw.one_in(2) ? -6 : 5)
                             : static_cast<int>(draw.below(2 * static_cast<std::uint64_t>(span))) - span;
    const std::uint64_t mantissa = draw.below(std::uint64_t{1} << format.mantissa_bits);
    const auto field = static_cast<std::uint64_t>(std::max(0, exponent + format.bias));
    return format.finite_value(
        std::min(format.max_finite_code(), (field << format.mantissa_bits) | mantissa));
  }
  /// bf16 numbers in [1, 2) and [8, 16): of a few terms, sums of products pass 2^24 times their grid, 2^10.
  void grow(Draw& draw) {
    format = format_of("bf16");
    for (float& v : values)
      v = static_cast<float>(128 + draw.below(128)) * (draw.one_in(2) ? 0x1p-7f : 0x1p-4f);
  }
  FactorFacts facts(const TileKernels& level) const {
    return {format, level.magnitudes(values.data(), values.size())};
  }
};

struct Work {
  Reduction how;
  std::size_t m, n, k;
  Factor a, b;  ///< b column by column

  explicit Work(Draw& draw)
      : how(reduction(draw)),
        m(1 + draw.below(20)),
        n(1 + draw.below(70)),
        k(draw.below(90)),
        a(draw, m * k),
        b(draw, n * k) {
    if (!draw.one_in(8)) return;  // binary32 sums that are exact at first
    how.product.reset();
    how.accumulator = {};
    a.grow(draw);
    b.grow(draw);
  }

  ProductFactors factors() const { return {m, n, k, a.values, b.values}; }
  std::string text() const { return text_of(how, factors(), a.format, b.format); }
};

void compare(const Work& w, const DefinedProduct& want, const TileKernels& level, bool counts, Tally& tally) {
  const TileDecision decision =
      plan_tiles(w.how, w.a.facts(level), w.b.facts(level), w.k, counts, level.has_fma);
  if (!decision.plan) return;
  const FloatMatrix a{w.a.values.data(), w.m, w.k, w.k, 1}, b{w.b.values.data(), w.k, w.n, 1, w.k};
  const auto got = multiply(a, b, *decision.plan, w.how.chunk, counts, level);
  if (!got) return;
  const std::string where = std::string(level.isa) + ": " + w.text() + ", " + describe(*decision.plan);
  want.compare_values(got->y, where, tally);
  if (counts) want.compare_counters(counters_of(got->product), counters_of(got->accumulator), where, tally);
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Work work(draw);
    const DotRandom unused{{1, "product", 0}, {1, "accumulator", 0}, {1, "outer", 0}};
    const DefinedProduct want(work.how, work.factors(), unused);
    for (const TileKernels* level : available_tile_kernels())
      for (const bool counts : {false, true}) compare(work, want, *level, counts, tally);
  }
}

}  // namespace

Part tiles_part() {
  return {"tiles",
          "matrix products in binary32 tiles, every instruction-set level",
          "sums by definition",
          "drawn shapes, formats, orders; values and counters",
          std::uint64_t{1} << 12,
          16,
          1,
          run_batch,
          {}};
}

}  // namespace exmy::verify
