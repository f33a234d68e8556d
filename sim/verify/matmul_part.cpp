#include "formats/catalog.hpp"
#include "sim/ops/matmul.hpp"
#include "sim/verify/kernel_data.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

std::optional<FastProjection> fast_of(const std::optional<Projection>& how) {
  return how ? fast_projection_of(*how) : std::nullopt;
}

const Subject& float_subject(Draw& draw) { return kernel_subjects()[draw.below(19)]; }

Projection projection(Draw& draw, bool any_rounding) {
  const Format& f = float_subject(draw).format;
  const Projection how = mode(f, static_cast<int>(draw.below(modes_count)), draw);
  return any_rounding ? how : Projection{f, Rounding::nearest_even, how.saturation};
}

Reduction reduction(Draw& draw) {
  Reduction how;
  const bool any_rounding = draw.one_in(5);
  if (draw.one_in(2)) how.product = projection(draw, any_rounding);
  if (!draw.one_in(4)) how.accumulator = projection(draw, any_rounding);
  how.order = draw.one_in(2) ? Order::chunked : Order::sequential;
  how.outer = projection(draw, any_rounding);
  return how;
}

std::vector<double> matrix(Draw& draw, std::size_t size, bool specials) {
  std::vector<double> x(size);
  for (double& v : x) v = any_float(draw, specials && draw.one_in(30));
  return x;
}

MatmulTask task(Draw& draw, std::uint64_t seed) {
  const Reduction how = reduction(draw);
  const DotRandom random{
      {seed, "verify/product", 0}, {seed, "verify/accumulator", 0}, {seed, "verify/outer", 0}};
  MatmulTask t{how,
               {fast_of(how.product), fast_of(how.accumulator), fast_of(how.outer)},
               true,
               Semantics::ieee754,
               random,
               1 + draw.below(12),
               1 + draw.below(48),
               draw.below(60),
               {},
               {}};
  t.how.chunk = 1 + draw.below(t.k + 5);
  if (draw.one_in(8)) t.operands = Semantics::p3109;
  const bool specials = draw.one_in(3);
  t.a = matrix(draw, t.m * t.k, specials);
  t.b = matrix(draw, t.n * t.k, specials);
  return t;
}

std::string text(const MatmulTask& t) {
  const auto words = [](const Projection& p) { return verify::text({name_of(p.format), p.format}, p); };
  return std::to_string(t.m) + " x " + std::to_string(t.n) + " x " + std::to_string(t.k) + ", products " +
         (t.how.product ? words(*t.how.product) : "exact") + ", sums " + words(t.how.accumulator) +
         (t.how.order == Order::chunked
              ? ", chunks of " + std::to_string(t.how.chunk) + ", outer " + words(t.how.outer)
              : "");
}

void compare_counters(const Counters& got, const Counters& want, const MatmulTask& t, const char* which,
                      Tally& tally) {
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{text(t), std::string(which) + " counter " + std::string(counter_names[i]),
                      std::to_string(want.counts[i]), std::to_string(got.counts[i])};
    });
}

void compare(const MatmulTask& t, Tally& tally) {
  const MatmulResult want = matmul_by_definition(t, Counting::counters);
  for (const Counting counting : {Counting::nothing, Counting::counters}) {
    const MatmulResult got = matmul(t, counting);
    for (std::size_t i = 0; i < want.y.size(); ++i)
      tally.expect(same_bits(got.y[i], want.y[i]), [&] {
        return Mismatch{text(t), "element " + std::to_string(i), verify::text(want.y[i]),
                        verify::text(got.y[i])};
      });
    if (counting == Counting::nothing) continue;
    compare_counters(got.counters.product.counters, want.counters.product.counters, t, "product", tally);
    compare_counters(got.counters.accumulator.counters, want.counters.accumulator.counters, t, "accumulator",
                     tally);
  }
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    compare(task(draw, unit), tally);
  }
}

}  // namespace

Part matmul_part() {
  return {"matmul",
          "matrix products by the fastest path",
          "matrix products by definition",
          "drawn shapes, formats, orders; values and counters",
          std::uint64_t{1} << 13,
          16,
          1,
          run_batch,
          {}};
}

}  // namespace exmy::verify
