// What the analyser proves for steps that count, and that it must not be more generous: with bounds a little beyond the
// proven ones some counts come out wrong.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/ops/tile_product.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;

Reduction sums_in(const char* name) {
  Reduction how;
  how.accumulator = Projection{format_of(name)};
  return how;
}

TilePlan plan_of(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k) {
  const TileDecision decision = plan_tiles(how, a, b, k, true, true);
  INFO(decision.why);
  REQUIRE(decision.plan);
  return *decision.plan;
}

/// One sum of a[i] b[i], counted; and how often its counters or its bits are those of the definition.
struct Sum {
  Reduction how;
  Format fa, fb;
  std::vector<float> a, b;

  FactorFacts facts(const Format& f, const std::vector<float>& x) const {
    return {f, tile_kernels().magnitudes(x.data(), x.size())};
  }
  TilePlan plan() const { return plan_of(how, facts(fa, a), facts(fb, b), a.size()); }

  enum class Verdict { wrong, right, left_range };

  Verdict verdict(const TilePlan& plan, const TileKernels& level) const {
    const std::size_t k = a.size();
    const auto got = multiply({a.data(), 1, k, k, 1}, {b.data(), k, 1, 1, 1}, plan, 0, true, level);
    if (!got) return Verdict::left_range;
    const std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
    const DotRandom none{{7, "p", 3}, {7, "a", 3}, {7, "o", 3}};
    DotCounters want;
    bool lost = false;
    const double y =
        reduce_by_definition(how, wide_a.data(), wide_b.data(), k, 0, none, Semantics::ieee754, &want, &lost);
    const bool same = static_cast<double>(got->y.front()) == y &&
                      counters_of(got->product) == want.product.counters &&
                      counters_of(got->accumulator) == want.accumulator.counters;
    return same ? Verdict::right : Verdict::wrong;
  }
  /// At every level.
  Verdict verdict(const TilePlan& plan) const {
    const Verdict first = verdict(plan, tile_kernels());
    for (const TileKernels* level : available_tile_kernels()) CHECK(verdict(plan, *level) == first);
    return first;
  }
  bool is_right(const TilePlan& plan) const { return verdict(plan) == Verdict::right; }
};

TileRounding steps_of(const char* a, const Magnitudes& of_a, const char* b, const Magnitudes& of_b,
                      const Reduction& how, std::size_t k) {
  return plan_of(how, {format_of(a), of_a}, {format_of(b), of_b}, k).inner;
}

}  // namespace

TEST_CASE("binary32 sums are exact below 2^24 times the grid of the products") {
  const auto steps = [](float largest,
                        std::size_t k) {  // products of multiples of 2^-9 from 2^-6 on: grid 2^-18
    return steps_of("e4m3fn", {largest, 0x1p-6f}, "e4m3fn", {largest, 0x1p-6f}, sums_in("fp32"), k);
  };
  CHECK(steps(1, 63).exact_first == 63);
  CHECK(steps(1, 64).exact_first == 0);  // 64 = 2^24 2^-18
  CHECK(steps(1, 64).exact_steps == 32);
  CHECK(steps(1, 64).exact_between == 32);
  CHECK(steps(1, 64).exact_below == 64);
  CHECK(steps(5.5, 64).exact_steps == 1);  // 30.25
  CHECK(steps(7, 64).exact_steps == 0);    // 49
  CHECK(steps(7, 1).exact_first == 0);
  CHECK(steps(7, 64).quick);
}

TEST_CASE("exact sums by a bound twice the proven one are not counted as inexact") {
  // Grid 2^-7: 2^16, beyond 2^17, then 9 2^-7, which does not fit any more.
  Sum sum{sums_in("fp32"),
          format_of("e8m3"),
          format_of("e8m3"),
          {1, 1, 1, 1},
          {0x1p16f, 15 * 0x1p12f, 15 * 0x1p12f, 9 * 0x1p-7f}};
  TilePlan plan = sum.plan();
  REQUIRE(plan.inner.exact_steps > 0);
  CHECK(plan.inner.exact_first == 0);
  CHECK(sum.is_right(plan));
  plan.inner.exact_below *= 2, plan.inner.exact_between *= 4;
  CHECK_FALSE(sum.is_right(plan));
  plan = sum.plan();
  plan.inner.exact_first = 4, plan.inner.exact_below *= 2;
  CHECK_FALSE(sum.is_right(plan));
}

TEST_CASE("exact sums are never subnormal") {
  const Format f = format_of("fp32");
  CHECK(plan_of(sums_in("fp32"), {f, {1, 0x1p-40f}}, {f, {1, 1}}, 8).inner.exact_steps ==
        0);  // 48 bits: wide
  const char* name = "e8m3";
  CHECK(steps_of(name, {0x1p-58f, 0x1p-60f}, name, {0x1p-58f, 0x1p-60f}, sums_in("fp32"), 8).exact_steps > 0);
  CHECK(steps_of(name, {0x1p-58f, 0x1p-61f}, name, {0x1p-58f, 0x1p-60f}, sums_in("fp32"), 8).exact_steps ==
        0);
  Sum sum{sums_in("fp32"),
          format_of(name),
          format_of(name),
          {0x1p-64f, 0x1p-64f},
          {15 * 0x1p-67f, 15 * 0x1p-67f}};
  TilePlan plan = sum.plan();
  CHECK(sum.is_right(plan));
  plan.inner.exact_steps = 2, plan.inner.exact_first = 2;
  plan.inner.exact_below = 1, plan.inner.exact_between = 0.5f;
  CHECK_FALSE(sum.is_right(plan));
}

TEST_CASE("binary32 sums from 2^-126 on are normal") {
  for (const float x : {15 * 0x1p-66f, 0x1p-62f, 9 * 0x1p-65f, 15 * 0x1p-65f, 0x1p-61f}) {
    const Sum sum{sums_in("fp32"), format_of("e8m3"), format_of("e8m3"), {0x1p-64f, 0}, {x, 1}};
    CHECK_FALSE(sum.plan().inner.quick);
    CHECK(sum.is_right(sum.plan()));
  }
}

TEST_CASE("quick sums in binary32: no sum is subnormal or near the maximum") {
  const auto steps = [](float smallest, float largest) {
    return steps_of("e8m3", {largest, smallest}, "e8m3", {largest, smallest}, sums_in("fp32"), 8);
  };
  CHECK(steps(0x1p-60f, 1).quick);  // grid 2^-126
  CHECK_FALSE(steps(0x1p-61f, 1).quick);
  CHECK(steps(1, 0x1p60f).quick);  // 8 2^120 < 2^126
  CHECK_FALSE(steps(1, 0x1p62f).quick);
  // The second sum, 2^-84 - 1.875 2^-110, is rounded up, though the product of error and sum underflows.
  const Sum sum{
      sums_in("fp32"), format_of("e8m3"), format_of("e8m3"), {0x1p-42f, -0x1.ep-55f}, {0x1p-42f, 0x1p-55f}};
  CHECK(sum.plan().inner.quick);
  CHECK(sum.is_right(sum.plan()));
}

TEST_CASE("quick sums on a grid: a small sum beside a large product") {
  // 2^-24, then 1 + 2^-11: between two numbers of fp16, and the exact sum, not its binary32 neighbour, above it.
  const Sum sum{sums_in("fp16"), format_of("fp16"), format_of("fp16"), {0x1p-12f, 0x3p-11f}, {0x1p-12f, 683}};
  CHECK(sum.plan().inner.quick);
  CHECK(sum.is_right(sum.plan()));
}

TEST_CASE("quick sums on a grid: which are subnormal, or might have errors that are") {
  const auto steps = [](const char* factors, float smallest, const char* sums) {
    return steps_of(factors, {1, smallest}, factors, {1, smallest}, sums_in(sums), 8);
  };
  CHECK(steps("e4m3fn", 0x1p-6f, "fp16").quick_least == 0x1p-14f);
  CHECK(steps("e4m3fn", 0x1p-6f, "bf16").quick_least == 0x1p-117f);  // 2^(8 - 125): U/2 is a normal number
  CHECK(steps("bf16", 0x1p-56f, "fp16").quick_normal);               // grid 2^-126
  CHECK_FALSE(steps("bf16", 0x1p-57f, "fp16").quick_normal);
  // 2^-24 - 2^-130 is rounded up.
  const Sum up{
      sums_in("fp16"), format_of("bf16"), format_of("bf16"), {0x1p-12f, -0x1p-65f}, {0x1p-12f, 0x1p-65f}};
  CHECK(up.is_right(up.plan()));
  const Sum sum{sums_in("fp16"), format_of("fp16"), format_of("fp16"), {0x1p-8f}, {0x1p-8f}};  // 2^-16
  TilePlan plan = sum.plan();
  CHECK(sum.is_right(plan));
  plan.inner.quick_least = 0x1p-20f;
  CHECK_FALSE(sum.is_right(plan));
  // 2^-130 - 2^-137 in bf16: arguments that are subnormal in binary32, though their place is asked for.
  Sum tiny{sums_in("fp16"), format_of("bf16"), format_of("bf16"), {0x1p-65f}, {0x1p-65f}};
  plan = tiny.plan();
  CHECK(tiny.is_right(plan));
  plan.inner.quick_normal = true;
  CHECK_FALSE(tiny.is_right(plan));
}

TEST_CASE(
    "sums of more than 11 bits and products of more than 22 are counted slowly, saturated products too") {
  const Magnitudes range{1, 0x1p-6f};
  CHECK(steps_of("fp16", range, "fp16", range, sums_in("fp16"), 8).quick);
  CHECK_FALSE(steps_of("e6m11", range, "fp16", range, sums_in("fp16"), 8).quick);
  CHECK_FALSE(steps_of("fp16", range, "fp16", range, sums_in("e6m11"), 8).quick);
  Reduction how = sums_in("fp16");
  how.product = Projection{format_of("fp16")};
  CHECK(steps_of("fp16", range, "fp16", range, how, 8).quick);
  CHECK(steps_of("e6m11", range, "fp16", range, how, 8).quick);
  how.product = Projection{format_of("bf16")};  // half a unit of its smallest number is no normal number
  CHECK_FALSE(steps_of("fp16", range, "fp16", range, how, 8).quick);
  how.product = Projection{format_of("e4m3"), Rounding::nearest_even, Saturation::finite};
  CHECK(steps_of("fp16", range, "fp16", range, how, 8).quick);
  CHECK_FALSE(steps_of("fp16", {100, 1}, "fp16", {100, 1}, how, 8).quick);
}

TEST_CASE("factors of one magnitude have the bits of that") {
  const Magnitudes one{1, 1}, range{2, 0x1p-6f};
  CHECK_FALSE(steps_of("e2m1", one, "fp32", range, sums_in("fp32"), 8).wide_products);
  CHECK(steps_of("e2m1", {1.5, 1.5}, "fp32", range, sums_in("fp32"), 8).wide_products);
  CHECK(steps_of("e2m1", {1, 0.5}, "fp32", range, sums_in("fp32"), 8).wide_products);
}

TEST_CASE("a plan says what it has proven") {
  const Format f = format_of("e4m3fn");
  const auto text = [&](const char* sums, float largest) {
    const FactorFacts x{f, {largest, 0x1p-6f}};
    return describe(plan_of(sums_in(sums), x, x, 16));
  };
  CHECK(text("fp32", 1) ==
        "exact products, binary32 sums, exact by bound, overflow watched, counted in quick steps");
  CHECK(
      text("fp32", 5) ==
      "exact products, binary32 sums, exact by bound while small, overflow watched, counted in quick steps");
  CHECK(text("fp32", 448) == "exact products, binary32 sums, overflow watched, counted in quick steps");
}

namespace {

/// Near powers of 2, of sizes that differ by up to `binades`, around `middle`.
float number_near(test::SplitMix64& random, const Format& f, int middle, std::uint64_t binades) {
  const std::int64_t drawn = static_cast<std::int64_t>(random.below(binades)) -
                             static_cast<std::int64_t>(binades) / 2 + middle + f.bias;
  const std::int64_t most = static_cast<std::int64_t>(f.max_finite_code() >> f.mantissa_bits) - 1;
  const auto exponent = static_cast<std::uint64_t>(std::clamp<std::int64_t>(drawn, 0, most));
  const std::uint64_t mask = (std::uint64_t{1} << f.mantissa_bits) - 1;
  const std::uint64_t mantissa = random.below(3) == 0 ? random.bits() & mask : (random.below(5) - 2) & mask;
  const double x = random.below(10) == 0 ? 0.0 : f.finite_value(exponent << f.mantissa_bits | mantissa);
  return static_cast<float>((random.bits() & 1) != 0 ? x : -x);
}

template <class T, std::size_t n>
T any_of(test::SplitMix64& random, const T (&all)[n]) {
  return all[random.below(n)];
}

/// Sums that grow, cancel, saturate, underflow, and lie in the middle of two numbers.
Sum adversarial(test::SplitMix64& random) {
  Sum sum{sums_in(any_of(random, {"bf16", "fp16", "e8m5", "fp32", "e4m3fn", "e5m2", "e5m7"})),
          format_of(any_of(random, {"bf16", "fp16", "e4m3fn", "e5m2"})),
          format_of(any_of(random, {"fp16", "e5m2"})),
          {},
          {}};
  sum.how.accumulator.saturation = any_of(random, {Saturation::none, Saturation::finite});
  if (random.below(3) == 0) sum.how.product = Projection{format_of(any_of(random, {"fp16", "e8m5", "e5m7"}))};
  const int middle = any_of(random, {-1, 0, 4, -10, -60});
  const std::uint64_t binades = any_of<std::uint64_t>(random, {3, 24, 60});
  for (int k = 0; k < 6; ++k) {
    sum.a.push_back(number_near(random, sum.fa, middle, binades));
    sum.b.push_back(number_near(random, sum.fb, middle, binades));
  }
  return sum;
}

}  // namespace

TEST_CASE("quick sums of adversarial numbers are those of the definition") {
  test::SplitMix64 random(3);
  std::size_t quick = 0;
  for (int i = 0; i < 6000; ++i) {
    const Sum sum = adversarial(random);
    const TileDecision decision =
        plan_tiles(sum.how, sum.facts(sum.fa, sum.a), sum.facts(sum.fb, sum.b), 6, true, true);
    if (!decision.plan || !decision.plan->inner.quick) continue;
    const Sum::Verdict verdict = sum.verdict(*decision.plan);
    INFO(i << ": " << describe(*decision.plan));
    CHECK(verdict != Sum::Verdict::wrong);
    quick += verdict == Sum::Verdict::right ? 1u : 0u;
  }
  CHECK(quick > 2000);
}
