#include <algorithm>
#include <array>

#include "formats/catalog.hpp"
#include "sim/ops/strip_product.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/product.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

constexpr std::array factor_names{"e4m3fn", "e5m2", "e2m1fn", "fp16", "bf16", "e4m3fnuz", "e5m6"};
constexpr std::array sum_names{"fp16",   "fp16", "bf16",     "e6m9",  "e5m6",
                               "e4m3fn", "e5m2", "e4m3fnuz", "e6m14", "e8m5"};

/// The most random bits that fit are the hardest.
Projection projection(Draw& draw) {
  Projection how = mode(format_of(sum_names[draw.below(sum_names.size())]),
                        static_cast<int>(draw.below(modes_count)), draw);
  const int most = 25 - how.format.mantissa_bits - static_cast<int>(draw.below(4));
  how.random_bits = draw.one_in(2) ? std::min(how.random_bits, 16) : std::clamp(most, 1, 16);
  return how;
}

Reduction reduction(Draw& draw) {
  Reduction how;
  if (draw.one_in(3)) how.product = projection(draw);
  how.accumulator = projection(draw);
  how.order = draw.one_in(3) ? Order::chunked : Order::sequential;
  how.outer = projection(draw);
  how.chunk = 1 + draw.below(40);
  return how;
}

/// Values of one format: some binades around 1, and some of the smallest numbers.
struct Factor {
  Format format;
  std::vector<float> values;

  Factor(Draw& draw, std::size_t size)
      : format(format_of(factor_names[draw.below(factor_names.size())])), values(size) {
    const int span = std::array{1, 3, 7}[draw.below(3)];
    for (float& v : values) {
      const std::uint64_t mantissa = draw.below(std::uint64_t{1} << format.mantissa_bits);
      const auto field = static_cast<std::uint64_t>(std::max(0, draw.around_zero(span) + format.bias));
      const std::uint64_t code =
          draw.one_in(12) ? draw.below(4)
                          : std::min(format.max_finite_code(), field << format.mantissa_bits | mantissa);
      const double x = format.finite_value(code);
      v = static_cast<float>(draw.one_in(2) ? -x : x);
    }
  }
  FactorFacts facts() const { return {format, tile_kernels().magnitudes(values.data(), values.size())}; }
};

struct Work {
  Reduction how;
  std::size_t m, n, k;
  Factor a, b;  ///< b column by column
  DotRandom random;

  Work(Draw& draw, std::uint64_t unit)
      : how(reduction(draw)),
        m(1 + draw.below(9)),
        n(1 + draw.below(40)),
        k(draw.below(60)),
        a(draw, m * k),
        b(draw, n * k),
        random{{unit, "verify/product", 1}, {unit, "verify/accumulator", 2}, {unit, "verify/outer", 3}} {}

  ProductFactors factors() const { return {m, n, k, a.values, b.values}; }
  std::string text() const { return text_of(how, factors(), a.format, b.format); }
};

void compare(const Work& w, const StripPlan& plan, const DefinedProduct& want, const StripKernels& level,
             bool counts, Tally& tally) {
  const FloatMatrix a{w.a.values.data(), w.m, w.k, w.k, 1}, b{w.b.values.data(), w.k, w.n, 1, w.k};
  const auto got = multiply(a, b, plan, w.random, w.how.chunk, counts, level);
  if (!got) return;
  const std::string where = std::string(level.isa) + ": " + w.text() + ", " + describe(plan);
  want.compare_values(got->y, where, tally);
  if (counts) want.compare_counters(counters_of(got->product), counters_of(got->accumulator), where, tally);
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Work work(draw, unit);
    const StripDecision decision = plan_strips(work.how, work.a.facts(), work.b.facts(), work.k);
    if (!decision.plan) continue;
    const DefinedProduct want(work.how, work.factors(), work.random);
    for (const StripKernels* level : available_strip_kernels())
      for (const bool counts : {false, true}) compare(work, *decision.plan, want, *level, counts, tally);
  }
}

}  // namespace

Part strips_part() {
  return {"strips",
          "matrix products under every rounding mode in binary32 strips, every instruction-set level",
          "sums by definition",
          "drawn shapes, formats, modes, random bits, orders; values and counters",
          std::uint64_t{1} << 13,
          8,
          1,
          run_batch,
          {}};
}

}  // namespace exmy::verify
