// What the analyser of matrix products decides, and that its refusals are needed: with the cheaper steps that it refused
// some sums come out wrong.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/ops/tile_product.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

Reduction sums_in(const char* name, Saturation saturation = Saturation::none) {
  Reduction how;
  how.accumulator = {format_of(name), Rounding::nearest_even, saturation};
  return how;
}

/// Operands with magnitudes of 2^-6 to 2^6, or less.
TileDecision decide(const char* a, const char* b, const Reduction& how, std::size_t k = 64,
                    bool counts = false) {
  const Magnitudes range{64, 0x1p-6f};
  return plan_tiles(how, {format_of(a), range}, {format_of(b), range}, k, counts, true);
}

TileStep step_of(const TileDecision& decision) {
  INFO(decision.why);
  REQUIRE(decision.plan);
  return decision.plan->inner.step;
}

/// Random numbers of a format with magnitudes of about 2^-6 or 2^5, so that sums of two products swamp one of them.
std::vector<float> numbers(Random& random, const Format& f, std::size_t n) {
  std::vector<float> x(n);
  for (float& v : x) {
    const double unit = static_cast<double>((std::uint64_t{1} << f.mantissa_bits) +
                                            random.below(std::uint64_t{1} << f.mantissa_bits));
    const int exponent = random.below(2) == 0 ? -6 : 5;
    v = static_cast<float>(std::ldexp(unit, exponent - f.mantissa_bits));
    if ((random.bits() & 1) != 0) v = -v;
  }
  return x;
}

/// In how many of 2000 x 32 sums of three products the tiles differ from the definition.
std::size_t wrong_sums(const char* a_name, const char* b_name, const Reduction& how, const TilePlan& plan) {
  constexpr std::size_t n = 32, k = 3;
  const Format fa = format_of(a_name), fb = format_of(b_name);
  const DotRandom none{{7, "p", 3}, {7, "a", 3}, {7, "o", 3}};
  Random random(99);
  std::size_t wrong = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const std::vector<float> a = numbers(random, fa, k), b = numbers(random, fb, n * k);
    const auto got =
        multiply({a.data(), 1, k, k, 1}, {b.data(), k, n, 1, k}, plan, how.chunk, false, tile_kernels());
    REQUIRE(got);
    const std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
    for (std::size_t j = 0; j < n; ++j) {
      bool lost = false;
      const double want = reduce_by_definition(how, wide_a.data(), wide_b.data() + j * k, k, j, none,
                                               Semantics::ieee754, nullptr, &lost);
      wrong += static_cast<double>(got->y[j]) != want ? 1u : 0u;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("sums of 8-bit products in fp16, bf16 and e6m9 are rounded twice by proof") {
  for (const char* name : {"fp16", "bf16", "e6m9"}) {
    const Reduction how = sums_in(name);
    const TileDecision decision = decide("e4m3fn", "e4m3fn", how);
    CHECK(step_of(decision) == TileStep::fused);
    CHECK(wrong_sums("e4m3fn", "e4m3fn", how, *decision.plan) == 0);
  }
}

TEST_CASE("where two roundings are not one they are not used, and would be wrong") {
  struct Refused {
    const char *a, *b, *sum;
  };
  constexpr std::array all{Refused{"e4m3fn", "e4m3fn", "e5m6"}, Refused{"e4m3fn", "e4m3fn", "e7m5"},
                           Refused{"fp16", "fp16", "fp16"}};
  for (const auto& [a, b, sum] : all) {
    INFO(a << " " << b << " into " << sum);
    const Reduction how = sums_in(sum);
    TilePlan plan = *decide(a, b, how).plan;
    CHECK(plan.inner.step == TileStep::odd);
    CHECK(wrong_sums(a, b, how, plan) == 0);
    plan.inner.step = TileStep::fused;
    CHECK(wrong_sums(a, b, how, plan) > 0);
  }
}

TEST_CASE("sums of 12 bits are not rounded twice: 3315 2^13 + 4095 is nearer to 3315 2^13") {
  const Reduction how = sums_in("e6m11");
  const std::vector<float> a{255, 15, 255}, b{16, 1, 13 * 8192};
  const TileKernels& kernels = tile_kernels();
  TilePlan plan = *plan_tiles(how, {format_of("e6m7"), kernels.magnitudes(a.data(), 3)},
                              {format_of("e6m3"), kernels.magnitudes(b.data(), 3)}, 3, false, true)
                       .plan;
  const auto sum = [&] {
    return multiply({a.data(), 1, 3, 3, 1}, {b.data(), 3, 1, 1, 1}, plan, 0, false, kernels)->y.front();
  };
  CHECK(plan.inner.step == TileStep::odd);
  CHECK(sum() == 3315 * 8192.0f);
  plan.inner.step = TileStep::fused;
  CHECK(sum() == 3316 * 8192.0f);
}

TEST_CASE("what binary32 cannot hold is refused, with the reason") {
  const auto why = [](const char* a, const char* b, const Reduction& how) {
    const TileDecision decision = decide(a, b, how, 3);
    CHECK_FALSE(decision.plan);
    return decision.why;
  };
  CHECK(why("e4m3fn", "e4m3fn", sums_in("e8m22")) == "precision 23 is not 2 to 22");
  CHECK(why("e4m3fn", "e4m3fn", sums_in("fp32", Saturation::finite)) == "precision 24 is not 2 to 22");
  Reduction how = sums_in("fp16");
  how.accumulator.rounding = Rounding::toward_zero;
  CHECK(why("e4m3fn", "e4m3fn", how) == "the rounding is not nearest_even");
  how = sums_in("fp16");
  how.product = Projection{format_of("fp16")};
  CHECK(why("fp32", "fp32", how) == "a product of 48 bits may be no binary32 number");
  how.product = Projection{format_of("e4m3fn")};
  CHECK(plan_tiles(how, {format_of("e4m3fn"), {64, 1}}, {format_of("e4m3fn"), {64, 1}}, 8, false, true).why ==
        "product: it may overflow");
}

namespace {

/// One sum of two products, the first of which is `s`: by a plan that `change` spoils.
template <class Change>
float sum_of_two(const TilePlan& plan, float s, float x, float y, const Change& change) {
  TilePlan spoilt = plan;
  change(spoilt.inner);
  const std::vector<float> a{s, x}, b{1, y};
  return multiply({a.data(), 1, 2, 2, 1}, {b.data(), 2, 1, 1, 1}, spoilt, 0, false, tile_kernels())
      ->y.front();
}

void keep(TileRounding&) {}
void look_at_no_error(TileRounding& r) { r.wide_products = false, r.step = TileStep::fused; }

}  // namespace

TEST_CASE("sums of wide products are rounded twice, and by their error in a middle") {
  if (!tile_kernels().has_fma) return;
  for (const char* name : {"fp16", "bf16", "e6m9", "e8m21", "e5m2"}) {
    INFO(name);
    const Reduction how = sums_in(name, Saturation::finite);
    const TileDecision d = decide("fp32", "fp32", how);
    CHECK(step_of(d) == TileStep::odd);
    CHECK(d.plan->inner.wide_products);
    CHECK(wrong_sums("fp32", "fp32", how, *d.plan) == 0);
  }
  const TileDecision d = decide("fp32", "fp32", sums_in("fp16"));
  TilePlan spoilt = *d.plan;
  look_at_no_error(spoilt.inner);
  CHECK(wrong_sums("fp32", "fp32", sums_in("fp16"), spoilt) > 0);
  // Near the middle of 1 and 1 + 2^-10: above it, on it, below; and of 1 + 2^-10, whose neighbour above is even.
  const float above = 1 + 0x1p-23f, below = 1 - 0x1p-24f, unit = 0x1p-10f, half = 0x1p-11f;
  const auto sum = [&](float s, float x, float y, auto change) {
    return sum_of_two(*d.plan, s, x, y, change);
  };
  CHECK(sum(1, half, above, keep) == 1 + unit);
  CHECK(sum(1, half, 1, keep) == 1);
  CHECK(sum(1, half, below, keep) == 1);
  CHECK(sum(1 + unit, half, below, keep) == 1 + unit);
  CHECK(sum(1 + unit, half, 1, keep) == 1 + 2 * unit);
  CHECK(sum(-1, half, -above, keep) == -1 - unit);
  CHECK(sum(1, half, above, look_at_no_error) == 1);
  CHECK(sum(1 + unit, half, below, look_at_no_error) == 1 + 2 * unit);
  // below 1 + 2^-11 by 2^-57: a product of 48 bits
  CHECK(sum(1, half * above, 1 - 0x1p-23f, keep) == 1);
  CHECK(sum(1 + unit, half * above, 1 - 0x1p-23f, keep) == 1 + unit);
}

TEST_CASE("sums of chunks are looked at in the middle of two values only where they may be inexact") {
  Reduction how = sums_in("fp32");
  how.order = Order::chunked, how.chunk = 2;
  how.outer = {format_of("fp16"), Rounding::nearest_even, Saturation::finite};
  const auto planned = [&](const Magnitudes& a, std::size_t k) {
    const TileDecision d =
        plan_tiles(how, {format_of("e8m1"), a}, {format_of("e8m1"), {1, 1}}, k, false, true);
    REQUIRE(d.plan);
    return *d.plan;
  };
  CHECK(planned({1, 0x1p-6f}, 4).outer->exact_below == 0x1p17f);  // multiples of 2^(-6 - 1)
  CHECK(planned({1, 0x1p-125f}, 4).outer->exact_below == 0x1p-102f);
  CHECK(planned({0x1p20f, 0x1p20f}, 4).outer->exact_below == 0x1p29f);  // the maximum is a multiple of 2^5
  // 1, then 2^-11 and a little more: a binary32 number in the middle of 1 and 1 + 2^-10, for a sum above it
  const auto sum = [&](float little, float exact_below) {
    const std::vector<float> a{1, 0, 0x1p-11f, little}, b(4 * 64, 1.0f);
    TilePlan plan = planned({1, 0x1p-30f}, 4);
    CHECK(plan.outer->exact_below == 0x1p-7f);
    if (exact_below != 0) plan.outer->exact_below = exact_below;
    std::vector<float> sums;
    for (const TileKernels* level : available_tile_kernels()) {
      const auto got = multiply({a.data(), 1, 4, 4, 1}, {b.data(), 4, 64, 64, 1}, plan, 2, false, *level);
      REQUIRE(got);
      sums.insert(sums.end(), got->y.begin(), got->y.end());
    }
    CHECK(std::set<float>(sums.begin(), sums.end()).size() == 1);
    return sums.front();
  };
  CHECK(sum(0x1p-30f, 0) == 1 + 0x1p-10f);
  CHECK(sum(0, 0) == 1);
  CHECK(sum(0x1p-30f, 1) == 1 + 0x1p-10f);
  CHECK(sum(0x1p-30f, 2) == 1);
}

TEST_CASE("wide products whose errors underflow are refused, and would be taken for middles") {
  const auto in = [](const Format& sum, float smallest, bool counts, bool has_fma) {
    const FactorFacts x{format_of("fp32"), {1, smallest}};
    Reduction how;
    how.accumulator.format = sum;
    return plan_tiles(how, x, x, 8, counts, has_fma);
  };
  const auto decided = [&](const char* sum, float smallest, bool counts = false, bool has_fma = true) {
    return in(format_of(sum), smallest, counts, has_fma);
  };
  const auto refused = [&](const char* sum, float smallest, bool counts = false, bool has_fma = true) {
    return decided(sum, smallest, counts, has_fma).why == "a product of 48 bits may be no binary32 number";
  };
  CHECK(refused("fp16", 0.5f, false, false));  // no fused multiply-add
  CHECK(decided("bf16", 0x1p-51f).plan);       // products are multiples of 2^(2 (-51 - 23)) = 2^-148
  CHECK(refused("bf16", 0x1p-52f));
  CHECK(decided("fp16", 0x1p-149f).plan);  // in a middle they are larger than 2^-26
  CHECK(refused("fp16", 0x1p-52f, true));  // all errors are counted
  Format f = format_of("fp16");
  f.bias = 91;  // e_min - 11 - 48 = -149
  CHECK(in(f, 0x1p-149f, false, true).plan);
  f.bias = 92;
  CHECK_FALSE(in(f, 0x1p-149f, false, true).plan);
  if (!tile_kernels().has_fma) return;
  // 2^-134 + 2^-154 is above the middle of 0 and the smallest number of bf16.
  const TilePlan plan = *decided("bf16", 0x1p-51f).plan;
  CHECK(sum_of_two(plan, 0, 0x1p-67f * (1 + 0x1p-20f), 0x1p-67f, keep) == 0);
  CHECK(sum_of_two(plan, 0, 0x1p-67f * (1 + 0x1p-14f), 0x1p-67f, keep) == 0x1p-133f);
}

TEST_CASE("one factor that is not finite is enough to refuse") {
  const Format f = format_of("e5m2");
  const Magnitudes finite{1, 1}, wild{std::numeric_limits<float>::infinity(), 1};
  CHECK(plan_tiles(sums_in("fp16"), {f, finite}, {f, finite}, 8, false, true).plan);
  for (const auto& [a, b] : {std::pair{finite, wild}, {wild, finite}, {wild, wild}})
    CHECK(plan_tiles(sums_in("fp16"), {f, a}, {f, b}, 8, false, true).why == "an operand is not finite");
}

TEST_CASE("sums that make the constant C overflow are refused, and would be NaN") {
  const Reduction how = sums_in("bf16");
  const Format f = format_of("e8m1");
  const auto decided = [&](float largest) {
    return plan_tiles(how, {f, {largest, largest}}, {f, {largest, largest}}, 1, false, true);
  };
  const TileDecision fits = decided(0x1p54f);  // 2^108 + its bound is below 2^(103 + 7)
  REQUIRE(fits.plan);
  CHECK(decided(0x1p55f).why == "sums may be too large for the constant C");
  const auto product = [&](float x) {
    return multiply({&x, 1, 1, 1, 1}, {&x, 1, 1, 1, 1}, *fits.plan, 0, false, tile_kernels())->y.front();
  };
  CHECK(product(0x1p54f) == 0x1p108f);
  CHECK(std::isnan(product(0x1p56f)));
}

TEST_CASE("counted fp32 sums of wide products stay far below the maximum") {
  const FactorFacts a{format_of("fp32"), {0x1p60f, 1}}, b{format_of("fp32"), {0x1p59f, 1}};
  CHECK(plan_tiles(sums_in("fp32"), a, b, 100, true, true).plan);  // 100 2^119 < 2^126
  CHECK(plan_tiles(sums_in("fp32"), a, b, 200, true, true).why == "the error of a sum may overflow binary32");
}

TEST_CASE("fp32 sums need no finite operands and no small products, unless they are counted") {
  const Reduction how = sums_in("fp32");
  CHECK(step_of(decide("fp32", "fp32", how)) == TileStep::native);
  const Magnitudes wild{std::numeric_limits<float>::infinity(), 0x1p-149f};
  const Format f = format_of("fp32");
  CHECK(plan_tiles(how, {f, wild}, {f, wild}, 8, false, true).plan);
  CHECK_FALSE(plan_tiles(how, {f, wild}, {f, wild}, 8, true, true).plan);
  CHECK_FALSE(plan_tiles(how, {f, {1, 0x1p-149f}}, {f, {1, 0x1p-149f}}, 8, true, true).plan);
  const TileDecision counted = decide("fp32", "fp32", how, 3, true);
  REQUIRE(counted.plan);
  CHECK(counted.plan->inner.wide_products);
  CHECK_FALSE(decide("e4m3fn", "e4m3fn", how, 3, true).plan->inner.wide_products);
  CHECK_FALSE(plan_tiles(how, {f, {2, 1}}, {f, {2, 1}}, 8, false, false).plan);  // no fused multiply-add
}

TEST_CASE("a bound excludes overflow, saturation limits it, else it is watched") {
  const auto limit = [](const Reduction& how, float largest, std::size_t k) {
    const FactorFacts x{format_of("e4m3fn"), {largest, 1}};
    return plan_tiles(how, x, x, k, false, true).plan->inner.limit;
  };
  CHECK(limit(sums_in("fp16"), 8, 800) == TileLimit::excluded);  // u <- (u + 64)(1 + 2^-11): 62652 after 800
  CHECK(limit(sums_in("fp16"), 8, 900) == TileLimit::watch);     // 72347 after 900
  CHECK(limit(sums_in("fp16", Saturation::finite), 8, 900) == TileLimit::saturate);
  CHECK(limit(sums_in("fp16", Saturation::propagate), 8, 900) == TileLimit::saturate);
  CHECK(limit(sums_in("fp16", Saturation::finite), 8, 800) == TileLimit::excluded);
}

TEST_CASE("a bound counts what rounding adds to the smallest sums") {
  // Every product is 0.51 units of the subnormal grid and adds one; 1023 units are the maximum.
  Reduction how = sums_in("e1m9", Saturation::finite);
  how.accumulator.format.nan = NanCodes::none;
  how.accumulator.format.infinities = false;
  const float t = 0x1.04p-9f;
  const std::vector<float> a(1024, t), b(1024, 1.0f);
  const TileDecision d =
      plan_tiles(how, {format_of("bf16"), {t, t}}, {format_of("bf16"), {1, 1}}, 1024, false, true);
  REQUIRE(d.plan);
  CHECK(d.plan->inner.limit == TileLimit::saturate);
  const auto y =
      multiply({a.data(), 1, 1024, 1024, 1}, {b.data(), 1024, 1, 1, 1}, *d.plan, 0, false, tile_kernels());
  CHECK(y.value().y.front() == 0x1.ff8p1f);
}

TEST_CASE("formats of subnormals alone are refused") {
  const FactorFacts x{format_of("e4m3fn"), {1, 1}};
  CHECK(plan_tiles(sums_in("e1m9"), x, x, 2, false, true).why == "all its numbers are subnormal");
}

TEST_CASE("a tile in which a watched sum overflows is discarded") {
  const Reduction how = sums_in("fp16");
  const FactorFacts x{format_of("e4m3fn"), {448, 448}};
  const TilePlan plan = *plan_tiles(how, x, x, 2, false, true).plan;
  REQUIRE(plan.inner.limit == TileLimit::watch);
  for (const bool counts : {false, true})
    for (const float last : {-448.0f, 448.0f}) {  // 448^2 overflows; the sum does not come back
      const std::vector<float> a{448, 448}, b{448, last};
      CHECK_FALSE(multiply({a.data(), 1, 2, 2, 1}, {b.data(), 2, 1, 1, 1}, plan, 0, counts, tile_kernels()));
    }
}

TEST_CASE("sums of products below the subnormal grid are clamped to it") {
  const auto clamps = [](float smallest) {
    const FactorFacts x{format_of("e5m2"), {1, smallest}};
    return plan_tiles(sums_in("fp16"), x, x, 8, false, true).plan->inner.clamps;
  };
  CHECK_FALSE(clamps(0x1p-10f));  // products are multiples of 2^(2 (-10 - 2)) = 2^-24, the grid of fp16
  CHECK(clamps(0x1p-11f));
}

TEST_CASE("sums of nothing, and empty products") {
  const Reduction how = sums_in("fp16");
  const FactorFacts none{format_of("e4m3fn"), tile_kernels().magnitudes(nullptr, 0)};
  const TileDecision decision = plan_tiles(how, none, none, 0, true, true);
  REQUIRE(decision.plan);
  const auto sums =
      multiply({nullptr, 2, 0, 0, 1}, {nullptr, 0, 3, 3, 1}, *decision.plan, 0, true, tile_kernels());
  REQUIRE(sums);
  CHECK(sums->y == Elements<float>(6, 0.0f));
  CHECK(sums->accumulator.total == 0);
  CHECK(multiply({nullptr, 0, 5, 5, 1}, {nullptr, 5, 0, 0, 1}, *decision.plan, 0, true, tile_kernels())
            ->y.empty());
}
