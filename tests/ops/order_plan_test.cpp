// What the analyser of the orders pairwise, exact and block decides, and that its refusals are needed: with the plan that
// it refused some sums come out wrong.

#include <cmath>
#include <limits>

#include "sim/quant/matrix_unit.hpp"
#include "tests/ops/orders_support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

Reduction in_order(Order order, const char* sum, Saturation saturation = Saturation::none) {
  Reduction how;
  how.order = order;
  how.accumulator = {format_of(sum), Rounding::nearest_even, saturation};
  return how;
}

/// The operands are all that the format has.
FactorFacts all_of(const char* name) {
  const Format f = format_of(name);
  return {f, {static_cast<float>(f.max_finite()), static_cast<float>(f.min_positive())}};
}

FactorFacts range(const char* name, float largest, float smallest) {
  return {format_of(name), {largest, smallest}};
}

template <class Plan>
Plan plan_of(const OrderDecision& decision) {
  INFO(decision.why);
  REQUIRE(decision.plan);
  return std::get<Plan>(*decision.plan);
}

OrderCase case_of(const Reduction& how, const char* a, const char* b, std::vector<float> x,
                  std::vector<float> y) {
  const std::size_t k = x.size();
  return {how, format_of(a), format_of(b), 1, 1, k, std::move(x), std::move(y), Semantics::ieee754};
}

float sum_by(const OrderCase& c, const OrderPlan& plan) {
  const auto got = by_kernels(c, plan, false, order_kernels());
  REQUIRE(got);
  return got->y.front();
}

bool has_vectors() { return order_kernels().one.exact != nullptr; }

}  // namespace

TEST_CASE(
    "exact order: binary64 holds 171,196 terms of e4m3fn x e4m3fn, 10 of e4m3fn x e5m2, none of e5m2 x "
    "e5m2") {
  const auto splits = [](const char* a, const char* b, std::size_t k) {
    return plan_of<ExactSum>(plan_order(in_order(Order::exact, "fp32"), all_of(a), all_of(b), k, false, true))
        .splits;
  };
  CHECK_FALSE(splits("e4m3fn", "e4m3fn", 171196));
  CHECK(splits("e4m3fn", "e4m3fn", 171197));
  CHECK_FALSE(splits("e4m3fn", "e5m2", 10));
  CHECK(splits("e4m3fn", "e5m2", 11));
  CHECK_FALSE(splits("e5m2", "e5m2", 0));
  CHECK(splits("e5m2", "e5m2", 1));
  // What the operands are may say more than their format.
  const FactorFacts most =
      range("fp32", std::numeric_limits<float>::max(), std::numeric_limits<float>::max());
  CHECK_FALSE(
      plan_of<ExactSum>(plan_order(in_order(Order::exact, "fp32"), most, most, 1, false, true)).splits);
  const FactorFacts some = range("e5m2", 1, 0x1p-10f);
  CHECK_FALSE(
      plan_of<ExactSum>(plan_order(in_order(Order::exact, "fp32"), some, some, 100, false, true)).splits);
}

TEST_CASE("exact order, e5m2 x e5m2: the sum in one binary64 number is wrong") {
  if (!has_vectors()) return;
  const float big = 57344, small = 0x1p-16f;
  const OrderCase c =
      case_of(in_order(Order::exact, "fp32"), "e5m2", "e5m2", {small, big, -big}, {small, big, big});
  ExactSum sum = plan_of<ExactSum>(decide(c, false, true));
  CHECK(sum.splits);
  CHECK(sum_by(c, sum) == 0x1p-32f);
  sum.splits = false;
  CHECK(sum_by(c, sum) == 0);
}

TEST_CASE("exact order: what two binary64 numbers do not hold is refused, and would be wrong") {
  if (!has_vectors()) return;
  const float big = 0x1p60f, small = 0x1p-60f;
  OrderCase c =
      case_of(in_order(Order::exact, "fp32"), "bf16", "bf16", {small, big, -big}, {small, big, big});
  CHECK(decide(c, false, true).why == "the sum may need more than two binary64 numbers");
  ExactSum sum;
  sum.splits = true;
  sum.cut = 1.5 * 0x1p52 * 0x1p70;
  CHECK(sum_by(c, sum) == 0x1p-120f);  // by luck
  c = case_of(c.how, "bf16", "bf16", {small, 0x1p20f, big, -big, -0x1p20f},
              {small, 0x1p20f, big, big, 0x1p20f});
  CHECK_FALSE(decide(c, false, true).plan);
  CHECK(by_definition(c).y.front() == 0x1p-120f);
  CHECK(sum_by(c, sum) != 0x1p-120f);
}

TEST_CASE("exact order: where products are cut, and how far apart the parts may reach") {
  const Reduction how = in_order(Order::exact, "fp32");
  const auto cut = [&](std::size_t k) {
    return plan_of<ExactSum>(plan_order(how, all_of("e5m2"), all_of("e5m2"), k, false, true)).cut;
  };
  // A product is below 2^32, and below 2^51 2^-19; 1024 are below 2^42 = 2^53 2^-11.
  CHECK(cut(1) == 0x1.8p52 * 0x1p-19);
  CHECK(cut(1024) == 0x1.8p52 * 0x1p-11);
  // 1024 products up to 1: H is 2^-42, and 1024 H / 2 must not be more than 2^53 units of 2^(r - 7 + s - 7).
  const auto fits = [&](int r, int s) {
    const FactorFacts a = range("bf16", 1, static_cast<float>(pow2(r))),
                      b = range("bf16", 1, static_cast<float>(pow2(s)));
    return plan_order(how, a, b, 1024, false, true).plan.has_value();
  };
  CHECK(fits(-36, -36));
  CHECK_FALSE(fits(-36, -37));
}

TEST_CASE("a sum of zero in a unit has the smallest exponent of the output") {
  if (!has_vectors()) return;
  const auto sum = [](int bits) {
    Reduction how = in_order(Order::block, "fp16");
    how.block = {2, bits, -14, -14};
    const OrderCase c = case_of(how, "e5m2", "e5m2", {0x1p-9f}, {0x1p-8f});
    return sum_by(c, *decide(c, false, true).plan);
  };
  CHECK(sum(2) == 0);
  CHECK(sum(3) == 0x1p-17f);
  // That of binary32, 2^-126, would make 2^(F - e) infinite: the grid of the products is taken.
  Reduction how = in_order(Order::block, "fp32");
  how.accumulator.rounding = Rounding::toward_zero;
  how.block = {1, 2, -60, -60};
  const OrderCase c = case_of(how, "bf16", "bf16", {0, 0x1p-56f}, {0x1p-56f, 0x1p-56f});
  CHECK(sum_by(c, *decide(c, false, true).plan) == 0x1p-112f);
}

TEST_CASE("trees: nodes of 11 bits are rounded twice, of 12 bits they are not, and would be wrong") {
  const FactorFacts a = range("e6m7", 0x1p20f, 1), b = range("e6m3", 0x1p20f, 1);
  const auto step = [&](const char* sum) {
    return plan_of<PairwiseRounding>(plan_order(in_order(Order::pairwise, sum), a, b, 2, false, true))
        .each.step;
  };
  CHECK(step("fp16") == TileStep::fused);
  CHECK(step("e6m10") == TileStep::fused);
  CHECK(step("e6m11") == TileStep::odd);
  CHECK(step("fp32") == TileStep::native);
  // 3315 2^13 + 4095 is nearer to 3315 2^13; 2^12 and it are rounded to the even 3316 2^13 after binary32.
  const OrderCase c =
      case_of(in_order(Order::pairwise, "e6m11"), "e8m11", "e2m1fn", {3315.0f * 8192, 4095}, {1, 1});
  PairwiseRounding tree = plan_of<PairwiseRounding>(decide(c, false, true));
  CHECK(tree.each.step == TileStep::odd);
  CHECK(sum_by(c, tree) == 3315.0f * 8192);
  tree.each.step = TileStep::fused;
  CHECK(sum_by(c, tree) == 3316.0f * 8192);
}

TEST_CASE("trees: a leaf is rounded unless it is a value of the sums, and would be wrong") {
  const Reduction how = in_order(Order::pairwise, "fp16");
  const auto rounds = [&](const char* a, const char* b) {
    return plan_of<PairwiseRounding>(
               plan_order(how, range(a, 1, 0x1p-6f), range(b, 1, 0x1p-6f), 8, false, true))
        .rounds_leaf;
  };
  CHECK_FALSE(rounds("e4m3fn", "e4m3fn"));
  CHECK_FALSE(rounds("e4m3fn", "e5m2"));
  CHECK_FALSE(rounds("e6m5", "e6m4"));
  CHECK(rounds("e6m5", "e6m5"));
  CHECK(rounds("fp16", "fp16"));
  const FactorFacts tiny = range("e5m2", 1, 0x1p-16f);
  CHECK(plan_of<PairwiseRounding>(plan_order(how, tiny, tiny, 8, false, true)).rounds_leaf);  // below 2^-24
  const OrderCase c = case_of(how, "fp16", "fp16", {1 + 0x1p-10f, -1 - 0x1p-9f}, {1 + 0x1p-10f, 1});
  PairwiseRounding tree = plan_of<PairwiseRounding>(decide(c, false, true));
  CHECK(sum_by(c, tree) == 0);
  tree.rounds_leaf = false;
  CHECK(sum_by(c, tree) == 0x1p-20f);
}

TEST_CASE("trees: overflow is excluded by a bound, saturated or watched") {
  const auto limit = [](std::size_t k, Saturation saturation, float largest) {
    const FactorFacts x = range("e4m3fn", largest, 1);
    return plan_of<PairwiseRounding>(
               plan_order(in_order(Order::pairwise, "fp16", saturation), x, x, k, false, true))
        .each.limit;
  };
  // 64 k (1 + 2^-11)^ceil(log2 k) and a little
  CHECK(limit(1018, Saturation::none, 8) == TileLimit::excluded);
  CHECK(limit(1019, Saturation::none, 8) == TileLimit::watch);
  CHECK(limit(1019, Saturation::finite, 8) == TileLimit::saturate);
  CHECK(limit(1, Saturation::none, 448) == TileLimit::watch);
  const auto of_two = [](float largest) {  // 64 times that, grown by the leaves and by one node
    return plan_of<PairwiseRounding>(plan_order(in_order(Order::pairwise, "fp16"), range("fp16", largest, 1),
                                                range("fp16", 32, 1), 2, false, true))
        .each.limit;
  };
  CHECK(of_two(1022) == TileLimit::excluded);
  CHECK(of_two(1023) == TileLimit::watch);
  const OrderCase c = case_of(in_order(Order::pairwise, "fp16"), "e4m3fn", "e4m3fn", {448, 448}, {448, -448});
  for (const bool counts : {false, true})
    CHECK_FALSE(by_kernels(c, *decide(c, counts, true).plan, counts, order_kernels()));  // 448^2 overflows
}

TEST_CASE("trees in binary32 take any operands unless they are counted") {
  const FactorFacts wild = range("fp32", std::numeric_limits<float>::infinity(), 0x1p-149f);
  const Reduction how = in_order(Order::pairwise, "fp32");
  CHECK(plan_order(how, wild, wild, 8, false, false).plan);
  CHECK(plan_order(how, wild, wild, 8, true, true).why == "an operand is not finite");
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const auto sum = [&](std::vector<float> x, std::vector<float> y) {
    const OrderCase c = case_of(how, "fp32", "fp32", std::move(x), std::move(y));
    const OrderDecision decision = decide(c, false, false);
    REQUIRE(decision.plan);
    CHECK(difference(*by_kernels(c, *decision.plan, false, order_kernels()), by_definition(c), false) == "");
    return sum_by(c, *decision.plan);
  };
  CHECK(sum({inf, 1, 2}, {1, 1, 1}) == inf);
  CHECK(std::isnan(sum({inf, 1, -inf}, {1, 1, 1})));
  CHECK(std::isnan(sum({0, 1, nan}, {1, 1, 1})));
  CHECK(std::isnan(sum({inf, 1}, {0, 1})));
  CHECK(sum({0x1p127f, 0x1p127f, -0x1p127f}, {1, 1, 1}) == inf);
  CHECK(sum({0x1.8p-100f, 0x1p-149f}, {0x1p-50f, 1}) == 0x1p-148f);  // the first leaf is rounded to 2^-149
}

TEST_CASE("units that 32 bits do not hold are refused; others add as many products at once as fit") {
  const auto planned = [](const Reduction& how, const char* a, const char* b, std::size_t k = 64) {
    const FactorFacts x = range(a, 1, 0x1p-6f), y = range(b, 1, 0x1p-6f);
    return plan_order(how, x, y, k, false, true);
  };
  const auto unit = [](std::size_t terms, int bits, const char* output = "fp32") {
    Reduction how = in_order(Order::block, output);
    how.accumulator.rounding = Rounding::toward_zero;
    how.block = {terms, bits, -14, -14};
    return how;
  };
  const auto at_once = [&](std::size_t terms, int bits) {
    return plan_of<BlockPlan>(planned(unit(terms, bits), "fp16", "fp16")).unit.at_once;
  };
  CHECK(at_once(16, 25) == 8);  // 16 4 2^25 + 2^26 is more than 2^31
  CHECK(at_once(15, 25) == 15);
  CHECK(at_once(32, 25) == 11);
  CHECK(at_once(3, 28) == 1);
  CHECK(plan_of<BlockPlan>(planned(unit(32, 13), "fp16", "fp16")).unit.narrow);
  CHECK(plan_of<BlockPlan>(planned(unit(511, 13), "fp16", "fp16", 511)).unit.narrow);
  CHECK_FALSE(plan_of<BlockPlan>(planned(unit(512, 13), "fp16", "fp16", 512)).unit.narrow);
  const auto why = [&](const Reduction& how, const char* a) {
    const OrderDecision decision = planned(how, a, a);
    CHECK_FALSE(decision.plan);
    return decision.why;
  };
  CHECK(why(unit(4, 29), "fp16") == "more than 28 bits are kept");
  CHECK(why(unit(4, 25), "fp32") == "a product may be no binary32 number");
  CHECK(why(unit(4, 10, "e4m3"), "bf16") == "products may lie below the grid of the output");
  CHECK(plan_order(unit(4, 25), range("bf16", 1, 0x1p-62f), range("bf16", 1, 0x1p-60f), 8, false, true).why ==
        "products may lie below the grid of the output");
  CHECK(plan_order(unit(4, 25), range("bf16", 0x1p63f, 1), range("bf16", 0x1p63f, 1), 8, false, true).why ==
        "a sum may overflow");
}

TEST_CASE("units at the ends of what 32 bits hold") {
  const auto decided = [](Rounding rounding, int bits, const char* output, const FactorFacts& a,
                          const FactorFacts& b, std::size_t k = 4) {
    Reduction how = in_order(Order::block, output);
    how.accumulator.rounding = rounding;
    how.block = {4, bits, -14, -14};
    return plan_order(how, a, b, k, false, true);
  };
  const Rounding zero = Rounding::toward_zero, even = Rounding::nearest_even;
  const FactorFacts small = range("e4m3fn", 1, 0x1p-6f);
  CHECK(decided(zero, 10, "e8m1", small, small).plan);
  CHECK(decided(even, 10, "e8m1", small, small).plan);
  CHECK(decided(even, 10, "e8m21", small, small).plan);
  CHECK(decided(even, 10, "e8m22", small, small).why == "the unit rounds to nearest in more than 22 bits");
  CHECK(decided(even, 10, "e8m0", small, small).why == "the unit's output is none of binary32");
  CHECK(decided(Rounding::to_odd, 10, "fp16", small, small).why == "the unit rounds in another way");
  const auto into = [&](const Format& f, Rounding rounding = Rounding::nearest_even) {
    Reduction how = in_order(Order::block, "fp16");
    how.accumulator = {f, rounding, Saturation::none};
    how.block = {4, 10, -14, -14};
    return plan_order(how, small, small, 4, false, true).plan.has_value();
  };
  Format f = format_of("fp16");
  CHECK(into(f));
  f.is_signed = f.negative_zero = false;
  CHECK_FALSE(into(f));
  f = format_of("fp16");
  f.subnormals = Subnormals::none;
  CHECK_FALSE(into(f));
  f = format_of("bf16");
  f.bias = 128;
  CHECK_FALSE(into(f));
  f = format_of("fp32");
  f.mantissa_bits = 24;
  CHECK_FALSE(into(f, zero));
  f.mantissa_bits = 23;
  CHECK(into(f, zero));
  CHECK(decided(zero, 10, "fp32", range("e6m12", 1, 1), range("e6m10", 1, 1)).plan);  // 24 bits
  CHECK(decided(zero, 10, "fp32", range("e6m12", 1, 1), range("e6m11", 1, 1)).why ==
        "a product may be no binary32 number");
  CHECK(decided(zero, 28, "fp32", small, small).plan);
  CHECK(decided(zero, 0, "fp32", small, small).plan);
  // Products are multiples of 2^(2 s - 14).
  const auto from = [](int s) { return range("bf16", 1, static_cast<float>(pow2(s))); };
  CHECK(decided(zero, 25, "fp32", from(-56), from(-56)).plan);
  CHECK(decided(zero, 25, "fp32", from(-56), from(-57)).why ==
        "products may lie below the grid of the output");
  CHECK(decided(zero, 25, "fp32", from(-67), from(-68)).why ==
        "products may lie below the grid of the output");
  CHECK(decided(zero, 25, "fp32", from(-68), from(-68)).why == "a product may be no binary32 number");
  CHECK(decided(zero, 25, "fp16", from(-5), from(-5)).plan);  // 2^-24
  CHECK_FALSE(decided(zero, 25, "fp16", from(-5), from(-6)).plan);
  const auto to = [](int s) { return range("bf16", static_cast<float>(pow2(s)), 1); };
  CHECK(decided(zero, 0, "fp32", to(63), to(63), 1).plan);
  CHECK(decided(zero, 0, "fp32", to(63), to(64), 1).why == "exponents are too large");
  CHECK(decided(zero, 1, "fp32", to(63), to(64), 1).plan);
  CHECK(decided(zero, 1, "fp32", to(63), to(64), 2).why == "a sum may overflow");
  const Format powers{.exponent_bits = 8, .mantissa_bits = 0, .bias = 127};
  const FactorFacts large{powers, {0x1p63f, 0x1p63f}}, larger{powers, {0x1p64f, 0x1p64f}};
  CHECK(decided(zero, 1, "fp32", large, large, 1).plan);  // multiples of 2^126
  CHECK(decided(zero, 1, "fp32", large, larger, 1).why == "exponents are too large");
  CHECK(decided(zero, 25, "fp16", to(7), to(7), 3).plan);  // 3 2^14
  CHECK(decided(zero, 25, "fp16", to(7), to(7), 4).why == "a sum may overflow");
  // One group: 4 1023 16, grown by 2^-11 once, is below 65504; twice it would not be. Two groups are.
  const auto sums = [&](float largest, std::size_t k) {
    return decided(zero, 10, "fp16", range("fp16", largest, 1), range("fp16", 16, 1), k).plan.has_value();
  };
  CHECK(sums(1023, 4));
  CHECK_FALSE(sums(1023.5f, 4));
  CHECK(sums(511, 8));
  CHECK_FALSE(sums(511.5f, 8));
}

TEST_CASE("one factor that is not finite is enough to refuse, in every order") {
  const FactorFacts finite = range("e5m2", 1, 1),
                    wild = range("e5m2", std::numeric_limits<float>::infinity(), 1);
  for (const Order order : {Order::pairwise, Order::exact, Order::block}) {
    Reduction how = in_order(order, "fp16");
    how.block = {4, 13, -14, -14};
    CHECK(plan_order(how, finite, finite, 8, false, true).plan);
    CHECK(plan_order(how, finite, wild, 8, false, true).why == "an operand is not finite");
    CHECK(plan_order(how, wild, finite, 8, false, true).why == "an operand is not finite");
  }
}

TEST_CASE("units with chunks: the sums of chunks are planned as steps of tiles") {
  Reduction how = in_order(Order::block, "fp32");
  how.accumulator.rounding = Rounding::toward_zero;
  how.block = {4, 13, -14, -14};
  how.chunk = 8;
  how.outer = {format_of("fp16"), Rounding::nearest_even, Saturation::none};
  const FactorFacts x = range("e4m3fn", 88, 1);
  const auto outer = [&](std::size_t k) {
    return plan_of<BlockPlan>(plan_order(how, x, x, k, false, true)).outer.value();
  };
  how.chunk = 4;  // up to 4 88^2, less than half the maximum
  CHECK(outer(5).limit == TileLimit::excluded);
  CHECK(outer(8).limit == TileLimit::excluded);
  CHECK(outer(9).limit == TileLimit::watch);
  // Sums are multiples of the output's grid, 2^-24.
  how.accumulator.format = format_of("fp16");
  const auto clamps = [&](const char* name) {
    how.outer.format = format_of(name);
    const FactorFacts fine = range("bf16", 1, 0x1p-5f);
    return plan_of<BlockPlan>(plan_order(how, fine, fine, 8, false, true)).outer.value().clamps;
  };
  CHECK(clamps("e5m9"));
  CHECK_FALSE(clamps("fp16"));
  how.outer.rounding = Rounding::toward_zero;
  CHECK(plan_order(how, x, x, 8, false, true).why == "outer: the rounding is not nearest_even");
}

TEST_CASE("trees in binary32: how large sums may be where their errors are counted") {
  const auto why = [](float a, float b) {
    return plan_order(in_order(Order::pairwise, "fp32"), range("e8m1", a, a), range("e8m1", b, b), 1, true,
                      true)
        .why;
  };
  CHECK(why(0x1p63f, 0x1p62f).empty());
  CHECK(why(0x1p63f, 0x1p63f) ==
        "the error of a sum may overflow binary32");  // 2^126, and what rounding adds
}

TEST_CASE("trees: how many terms, and how large, before the constant C overflows") {
  const auto why = [](float a, float b, std::size_t k, const char* sum = "bf16") {
    return plan_order(in_order(Order::pairwise, sum), range("e8m1", a, a), range("e8m1", b, b), k, false,
                      true)
        .why;
  };
  const std::size_t most = PairwiseRounding::most_terms;
  CHECK(why(1, 1, most, "fp32").empty());
  CHECK(why(1, 1, most + 1, "fp32") == "too many terms");
  CHECK(why(0x1p54f, 0x1p54f, 1).empty());  // twice 2^108 is below 2^(103 + 7)
  CHECK(why(0x1p54f, 0x1p54f, 2) == "sums may be too large for the constant C");
  CHECK(why(0x1p54f, 0x1p53f, 3).empty());
  CHECK(why(0x1p54f, 0x1p53f, 4) == "sums may be too large for the constant C");
}

TEST_CASE("a unit that adds too many products at once, or rounds too many bits in binary32, is wrong") {
  if (!has_vectors()) return;
  Reduction how = in_order(Order::block, "fp32");
  how.accumulator.rounding = Rounding::toward_zero;
  how.block = {16, 25, -14, -14};
  const float most = 2 - 0x1p-10f;
  std::vector<float> x(32, most), y(32, most);
  std::fill(x.begin() + 1, x.begin() + 16, 0.0f);  // the sum is below 2 before the second group
  y[0] = 1;
  x[1] = 0x1p-14f, y[1] = 0;  // products of such numbers would not lie on a coarse grid
  const OrderCase c = case_of(how, "fp16", "fp16", x, y);
  const float right = by_definition(c).y.front();
  BlockPlan plan = plan_of<BlockPlan>(decide(c, false, true));
  CHECK(sum_by(c, plan) == right);
  plan.unit.at_once = 16;
  CHECK(sum_by(c, plan) != right);
  plan.unit.at_once = 8;
  plan.unit.narrow = true;
  CHECK(sum_by(c, plan) != right);
}

TEST_CASE("counts of a unit: a group whose products cancel leaves no trace of its own") {
  if (!has_vectors()) return;
  Reduction how = in_order(Order::block, "fp32");
  how.accumulator.rounding = Rounding::toward_zero;
  how.block = {2, 13, -14, -14};
  // 1; then nothing, something too small to see, and two that cancel
  const OrderCase c =
      case_of(how, "fp16", "fp16", {1, 0, 0, 0, 0x1p-14f, 0, 2, -2}, {1, 1, 1, 1, 1, 1, 1, 1});
  const auto got = by_kernels(c, *decide(c, true, true).plan, true, order_kernels());
  REQUIRE(got);
  CHECK(got->accumulator[Counter::swamped] == 1);
  CHECK(got->accumulator[Counter::total] == 4);
  CHECK(difference(*got, by_definition(c), true) == "");
}

TEST_CASE("counts of a unit: two binary64 numbers just hold the sum of a group") {
  if (!has_vectors()) return;
  Reduction how = in_order(Order::block, "fp32");
  how.accumulator.rounding = Rounding::toward_zero;
  how.block = {16, 13, -62, -126};
  // Units of 2^-115: one, 2^53 in eight parts, and -2^53 in four; then a group that makes the bound 2^102 of them.
  std::vector<float> x(16, 0.0f), y(16, 0x1p-50f);
  x[0] = 0x1p-65f;
  std::fill_n(&x[1], 8, 0x1p-15f);
  std::fill_n(&x[9], 4, -0x1p-14f);
  for (const float large : {0x1p-10f, 0.0f}) x.push_back(large);
  for (const float large : {0.0f, 0x1p-7f}) y.push_back(large);
  OrderCase c = case_of(how, "e7m3", "e8m1", x, y);
  c.fb.mantissa_bits = 0;
  BlockPlan plan = plan_of<BlockPlan>(decide(c, true, true));
  CHECK(plan.unit.cut == 0x1.8p52 * 0x1p-65);
  const auto trouble = [&] {
    return difference(*by_kernels(c, plan, true, order_kernels()), by_definition(c), true);
  };
  CHECK(trouble() == "");
  plan.unit.cut *= 2;  // the sum of rests does not hold the one then
  CHECK(trouble() != "");
}

TEST_CASE("sums of nothing in any order are +0") {
  for (const Order order : {Order::pairwise, Order::exact, Order::block}) {
    Reduction how = in_order(order, "fp32");
    if (order == Order::block) how.accumulator.rounding = Rounding::toward_zero;
    how.block = {4, 13, -6, -6};
    OrderCase c = case_of(how, "e4m3fn", "e4m3fn", {}, {});
    c.m = 2, c.n = 3;
    const OrderDecision decision = decide(c, true, true);
    REQUIRE(decision.plan);
    const auto got = by_kernels(c, *decision.plan, true, order_kernels());
    REQUIRE(got);
    CHECK(got->y == Elements<float>(6, 0.0f));
    CHECK(got->accumulator == Counters{});
  }
}
