#include <algorithm>
#include <array>

#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/ops/tile_product.hpp"
#include "sim/verify/parts.hpp"
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
        b(draw, n * k) {}

  std::string text() const {
    const auto words = [](const Projection& p) { return verify::text({name_of(p.format), p.format}, p); };
    return std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k) + ", " +
           name_of(a.format) + " by " + name_of(b.format) + ", products " +
           (how.product ? words(*how.product) : "exact") + ", sums " + words(how.accumulator) +
           (how.order == Order::chunked
                ? ", chunks of " + std::to_string(how.chunk) + ", outer " + words(how.outer)
                : "");
  }
};

struct Defined {
  std::vector<float> y;
  DotCounters counters;

  explicit Defined(const Work& w) {
    const DotRandom unused{{1, "product", 0}, {1, "accumulator", 0}, {1, "outer", 0}};
    const std::vector<double> a(w.a.values.begin(), w.a.values.end()),
        b(w.b.values.begin(), w.b.values.end());
    bool lost = false;
    for (std::size_t o = 0; o < w.m * w.n; ++o)
      y.push_back(
          static_cast<float>(reduce_by_definition(w.how, a.data() + o / w.n * w.k, b.data() + o % w.n * w.k,
                                                  w.k, o, unused, Semantics::ieee754, &counters, &lost)));
  }
};

void compare_counters(const Counters& got, const Counters& want, const std::string& where, Tally& tally) {
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{where, "counter " + std::string(counter_names[i]), std::to_string(want.counts[i]),
                      std::to_string(got.counts[i])};
    });
}

void compare(const Work& w, const Defined& want, const TileKernels& level, bool counts, Tally& tally) {
  const TileDecision decision =
      plan_tiles(w.how, w.a.facts(level), w.b.facts(level), w.k, counts, level.has_fma);
  if (!decision.plan) return;
  const FloatMatrix a{w.a.values.data(), w.m, w.k, w.k, 1}, b{w.b.values.data(), w.k, w.n, 1, w.k};
  const auto got = multiply(a, b, *decision.plan, w.how.chunk, counts, level);
  if (!got) return;
  const std::string where = std::string(level.isa) + ": " + w.text() + ", " + describe(*decision.plan);
  for (std::size_t i = 0; i < want.y.size(); ++i) {
    const auto expected = static_cast<double>(want.y[i]), found = static_cast<double>(got->y[i]);
    tally.expect(same_bits(found, expected), [&] {
      return Mismatch{where, "element " + std::to_string(i), verify::text(expected), verify::text(found)};
    });
  }
  if (!counts) return;
  compare_counters(counters_of(got->product), want.counters.product.counters, where + ", product", tally);
  compare_counters(counters_of(got->accumulator), want.counters.accumulator.counters, where + ", accumulator",
                   tally);
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Work work(draw);
    const Defined want(work);
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
