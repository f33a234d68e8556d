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
    CHECK(got->y == std::vector<float>(6, 0.0f));
    CHECK(got->accumulator == Counters{});
  }
}
