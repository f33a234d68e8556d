#include <array>
#include <optional>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/verify/kernel_data.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

using Values = std::vector<double>;
constexpr std::size_t W = panel_width;

struct Case {
  std::optional<Projection> product;
  Projection accumulator;
  std::string name;
  std::size_t count;
  Values a, b, s;                                     ///< s: the sums so far
  std::vector<std::uint32_t> product_random, random;  ///< R of step k and column j at [k W + j]
};

struct Answer {
  Values s;
  Counters product, accumulator;
  bool met_nan = false;
};

/// s' = acc(s + a b), counted; the addend is swamped if it is finite, not 0 and without effect.
double step(const Projection& acc, double a, double b, double s, std::uint32_t r, Answer& answer) {
  const Outcome next = exmy::fma(acc, a, b, s, r);
  answer.accumulator.add(next.events);
  answer.met_nan = answer.met_nan || next.events.has(Event::nan_in);
  const bool addend = a != 0 && b != 0 && is_finite(a) && is_finite(b);
  if (addend && is_finite(next.value) && next.value == s && !next.events.has(Event::saturated))
    ++answer.accumulator[Counter::swamped];
  return next.value;
}

Answer by_reference(const Case& c) {
  Answer answer{c.s, {}, {}};
  for (std::size_t j = 0; j < W; ++j)
    for (std::size_t k = 0; k < c.count; ++k) {
      double a = c.a[k], b = c.b[k * W + j];
      if (c.product) {
        const Outcome t = mul(*c.product, a, b, c.product_random[k * W + j]);
        answer.product.add(t.events);
        answer.met_nan = answer.met_nan || t.events.has(Event::nan_in);
        a = t.value;
        b = 1;
      }
      answer.s[j] = step(c.accumulator, a, b, answer.s[j], c.random[k * W + j], answer);
    }
  return answer;
}

/// A kernel cannot tell a NaN operand from a generated NaN: of data with NaN results those two are not judged.
void judge(Counters got, Counters want, bool met_nan, const std::string& how, Tally& tally) {
  if (met_nan)
    for (const Counter n : {Counter::nan_in, Counter::nan_generated}) got[n] = want[n] = 0;
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{how, "counter " + std::string(counter_names[i]), std::to_string(want.counts[i]),
                      std::to_string(got.counts[i])};
    });
}

void compare_values(const Values& got, const Values& want, const std::string& how, Tally& tally) {
  for (std::size_t j = 0; j < W; ++j)
    tally.expect(same_bits(got[j], want[j]), [&] {
      return Mismatch{how, "column " + std::to_string(j), text(want[j]), text(got[j])};
    });
}

void compare(const Kernels& k, const Case& c, const Answer& want, Tally& tally) {
  const std::optional<FastProjection> product = c.product ? fast_projection_of(*c.product) : std::nullopt;
  const FastProjection accumulator = *fast_projection_of(c.accumulator);
  const FastProjection* p = product ? &*product : nullptr;
  Counters products, sums;
  Values counted = c.s, silent = c.s;
  PanelSteps steps{p, &accumulator, nullptr, nullptr, c.product_random.data(), c.random.data()};
  k.panel(steps, c.a.data(), c.b.data(), c.count, silent.data());
  steps.product_counters = &products;
  steps.accumulator_counters = &sums;
  k.panel(steps, c.a.data(), c.b.data(), c.count, counted.data());
  const std::string how = "panel " + c.name + ", " + k.isa;
  compare_values(counted, want.s, how + ", counting", tally);
  compare_values(silent, want.s, how, tally);
  judge(products, want.product, want.met_nan, how + ", products", tally);
  judge(sums, want.accumulator, want.met_nan, how + ", sums", tally);
}

const Subject& float_subject(Draw& draw) {  // values of these are floats, as the kernels want
  return kernel_subjects()[draw.below(19)];
}

double draw_value(Draw& draw, bool specials, const Format& grid) {
  if (draw.one_in(6)) return any_float(draw, specials);
  return project({grid, Rounding::nearest_even, Saturation::finite}, any_float(draw, false)).value;
}

Case case_of(Draw& draw) {
  const Subject &acc = float_subject(draw), &product = float_subject(draw), &grid = float_subject(draw);
  const bool rounded = draw.one_in(2), specials = draw.one_in(3);
  Case c{{}, fast_mode(acc.format, draw), acc.name, draw.below(24), {}, {}, Values(W), {}, {}};
  if (rounded) c.product = fast_mode(product.format, draw);
  if (rounded) c.product_random = randoms_of(*c.product, c.count * W, draw);
  c.random = randoms_of(c.accumulator, c.count * W, draw);
  if (rounded) c.name += " of products in " + product.name;
  for (std::size_t k = 0; k < c.count; ++k) c.a.push_back(draw_value(draw, specials, grid.format));
  for (std::size_t i = 0; i < c.count * W; ++i) c.b.push_back(draw_value(draw, specials, grid.format));
  if (draw.one_in(2))
    for (double& s : c.s) s = project(c.accumulator, draw_value(draw, specials, grid.format)).value;
  return c;
}

void run_panel(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Case c = case_of(draw);
    const Answer want = by_reference(c);
    for (const Kernels* k : available_kernels()) compare(*k, c, want, tally);
  }
}

std::vector<float> floats(std::size_t n, Draw& draw, bool specials) {
  std::vector<float> all(n);
  for (float& x : all) x = static_cast<float>(any_float(draw, specials));
  return all;
}

Values widened(const std::vector<float>& x) {
  Values all;
  for (const float v : x) all.push_back(is_nan(static_cast<double>(v)) ? nan64 : static_cast<double>(v));
  return all;
}

void run_panel_fp32(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const std::size_t count = draw.below(30);
    const bool specials = draw.one_in(3);
    const std::vector<float> a = floats(count, draw, specials), b = floats(count * W, draw, specials),
                             start = floats(W, draw, false);
    const std::vector<std::uint32_t> none(count * W);
    const Answer want =
        by_reference({{}, Projection{}, "fp32", count, widened(a), widened(b), widened(start), none, none});
    for (const Kernels* k : available_kernels()) {
      std::vector<float> s = start;
      k->panel_fp32(a.data(), b.data(), count, s.data());
      compare_values(widened(s), want.s, std::string("fp32 panel, ") + k->isa, tally);
    }
  }
}

}  // namespace

Part panel_part();
Part panel_fp32_part();

Part panel_part() {
  return {"kernels/panel",
          "kernels at every instruction-set level",
          "chains of the reference's mul and fma",
          "sums of up to 23 products, 32 columns, formats and modes mixed; values and counters",
          std::uint64_t{1} << 17,
          64,
          4,
          run_panel,
          {}};
}

Part panel_fp32_part() {
  return {"kernels/panel_fp32",
          "kernels at every instruction-set level",
          "chains of the reference's fma",
          "fp32 sums of up to 29 exact products, 32 columns",
          std::uint64_t{1} << 17,
          64,
          4,
          run_panel_fp32,
          {}};
}

}  // namespace exmy::verify
