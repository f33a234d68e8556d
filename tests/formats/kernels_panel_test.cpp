// The panel kernels of every instruction-set level that this machine has, against chains of scalar mul and
// fma: every column, every counter.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/formats/kernels_support.hpp"

namespace {

using namespace exmy;
using test::Differences;
using test::Values;
using Random = exmy::test::SplitMix64;
constexpr std::size_t W = panel_width;

struct Case {
  std::optional<Projection> product;
  Projection accumulator;
  std::size_t count;
  Values a, b, s;                                     ///< s: the sums so far
  std::vector<std::uint32_t> product_random, random;  ///< R of step k and column j at [k W + j]
};

struct Answer {
  Values s;
  Counters product, accumulator;
  bool met_nan = false;
};

/// s' = acc(s + t), counted; the addend t or a b is swamped if it is finite, not 0 and without effect.
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
      const double a = c.a[k], b = c.b[k * W + j];
      double& s = answer.s[j];
      if (!c.product) {
        s = step(c.accumulator, a, b, s, c.random[k * W + j], answer);
        continue;
      }
      const Outcome t = mul(*c.product, a, b, c.product_random[k * W + j]);
      answer.product.add(t.events);
      answer.met_nan = answer.met_nan || t.events.has(Event::nan_in);
      s = step(c.accumulator, t.value, 1.0, s, c.random[k * W + j], answer);
    }
  return answer;
}

std::string text(const Kernels& k, const Case& c) {
  const std::string product = c.product ? oracle::text(*c.product) : "exact";
  return std::string("panel ") + k.isa + " products " + product + " sums " + oracle::text(c.accumulator);
}

/// Kernels cannot tell a NaN operand from a generated NaN: of data with NaN results the two are not judged.
void judge(Differences& d, const Kernels& k, const Case& c, Counters got, Counters want, bool met_nan) {
  if (met_nan)
    for (const Counter n : {Counter::nan_in, Counter::nan_generated}) got[n] = want[n] = 0;
  d.counters(got, want, [&] { return text(k, c); });
}

void compare(Differences& d, const Kernels& k, const Case& c, const Answer& want) {
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
  for (std::size_t j = 0; j < W; ++j) {
    d.value(counted[j], want.s[j], [&] { return text(k, c) + " counted"; });
    d.value(silent[j], want.s[j], [&] { return text(k, c) + " silent"; });
  }
  judge(d, k, c, products, want.product, want.met_nan);
  judge(d, k, c, sums, want.accumulator, want.met_nan);
}

// ---- data -----------------------------------------------------------------------------------------

enum class Data { finite, special, cancelling };

/// Floats: values of a small format near one (ties, swamping), now and then anything at all.
double draw(Random& random, Data data, const Format& grid) {
  if (random.below(6) == 0) return static_cast<double>(test::any_float(random, data == Data::special));
  const float x = test::any_float(random, false);
  return project({grid, Rounding::nearest_even, Saturation::finite}, static_cast<double>(x)).value;
}

Case case_of(Random& random, const std::optional<Projection>& product, const Projection& accumulator,
             Data data) {
  Case c{product, accumulator, static_cast<std::size_t>(random.below(24)), {}, {}, Values(W), {}, {}};
  c.product_random = test::drawn(product.value_or(accumulator), c.count * W, random);
  c.random = test::drawn(accumulator, c.count * W, random);
  const Format grid = format_of(random.below(2) == 0 ? "e4m3fn" : "fp16");
  for (std::size_t k = 0; k < c.count; ++k) c.a.push_back(draw(random, data, grid));
  for (std::size_t i = 0; i < c.count * W; ++i) c.b.push_back(draw(random, data, grid));
  if (data == Data::cancelling)
    for (std::size_t k = 1; k < c.count; k += 2) {
      c.a[k] = -c.a[k - 1];
      std::copy_n(c.b.begin() + static_cast<std::ptrdiff_t>((k - 1) * W), W,
                  c.b.begin() + static_cast<std::ptrdiff_t>(k * W));
    }
  if (random.below(2) == 0)
    for (double& s : c.s) s = project(accumulator, draw(random, data, grid)).value;
  return c;
}

Projection some(Random& random, const char* const* names, std::size_t n) {
  const Format f = format_of(names[random.below(n)]);
  return test::with_any_mode({f, Rounding::nearest_even, test::saturations[random.below(3)]}, random);
}

Values widened(const std::vector<float>& x) { return {x.begin(), x.end()}; }

}  // namespace

TEST_CASE("panel kernels equal chains of scalar steps", "[kernels]") {
  constexpr std::array names{"fp16",        "bf16",     "tf32",   "fp32",   "e5m2", "e4m3fn",
                             "e4m3",        "e4m3fnuz", "e2m1fn", "e3m2fn", "e6m9", "Binary8p4se",
                             "Binary8p3sf", "e5m6",     "e7m5",   "e9m40"};
  Differences d;
  Random random(5);
  for (int i = 0; i < 6000; ++i) {
    const Projection accumulator = some(random, names.data(), names.size());
    std::optional<Projection> product;
    if (i % 2 == 0) product = some(random, names.data(), names.size());
    if (i % 4 == 0) product->rounding = accumulator.rounding;
    if (i % 4 == 0)
      product->random_bits = std::min(accumulator.random_bits, 50 - product->format.mantissa_bits);
    const Case c = case_of(random, product, accumulator, static_cast<Data>(i % 3));
    const Answer want = by_reference(c);
    for (const Kernels* k : test::levels_of_this_machine()) compare(d, *k, c, want);
  }
  d.check(1'000'000);
}

TEST_CASE("fp32 panels equal chains of scalar fma", "[kernels]") {
  Differences d;
  Random random(6);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t count = random.below(30);
    std::vector<float> a(count), b(count * W), start(W);
    for (auto* v : {&a, &b, &start})
      for (float& x : *v) x = test::any_float(random, i % 3 == 0 && v != &start);
    const std::vector<std::uint32_t> none(count * W);
    const Answer want =
        by_reference({std::nullopt, Projection{}, count, widened(a), widened(b), widened(start), none, none});
    for (const Kernels* k : test::levels_of_this_machine()) {
      std::vector<float> s = start;
      k->panel_fp32(a.data(), b.data(), count, s.data());
      for (std::size_t j = 0; j < W; ++j) {
        const auto got = static_cast<double>(s[j]);
        d.value(is_nan(got) ? nan64 : got, want.s[j], [&] { return std::string("fp32 ") + k->isa; });
      }
    }
  }
  d.check(150'000);
}
