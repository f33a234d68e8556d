// Every refusal of the analyser of the orders pairwise, exact and block has data on which the refused kernel is wrong, or a
// reason why there is none.

#include "formats/catalog.hpp"
#include "tests/ops/refusals_support.hpp"
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

constexpr DataOf data{Family::orders};
constexpr PlainDataOf plain{Family::orders};

WrongData by(const OrderPlan& plan, WrongData d) {
  d.plan = plan;
  return d;
}

/// A unit of `terms` products that keeps `bits`.
Reduction unit(std::size_t terms, int bits, const Format& output, Rounding rounding = Rounding::toward_zero) {
  Reduction how;
  how.order = Order::block;
  how.accumulator = {output, rounding};
  how.block.terms = terms, how.block.fraction_bits = bits;
  return how;
}

// 1 + 2^-11 + 4095 2^-46 is above a middle of fp16, the binary32 number next to it is one.
constexpr float above = 1 + 0x1p-23f, middle = 1 + 4095 * 0x1p-23f;

std::vector<WrongData> of_trees() {
  const char* wild = "an operand is not finite";
  const Reduction propagating = in_order(Order::pairwise, "fp16", Saturation::propagate);
  const std::vector<std::string> waived{wild, "a product of ", "leaf: products are no binary32 numbers",
                                        "sums may be too large for the constant C"};
  return {
      // An infinity, which the kernel would make the maximum
      data(wild, waived, propagating, "fp16", "fp16", {infinity}, {1}),
      at(Levels::with_fma, plain("leaf: products are no binary32 numbers", in_order(Order::pairwise, "fp16"),
                                 "fp32", "fp32", {above, 1}, {middle, 0})),
      // The largest number, taken from the sum, makes it overflow: so does a part of its error.
      counted(plain("the error of a sum may overflow binary32", in_order(Order::pairwise, "fp32"), "fp32",
                    "e2m1fn", {0x1.a43be6p126f, -0x1.fffffep127f}, {1, 1})),
      plain("sums may be too large for the constant C", in_order(Order::pairwise, "bf16"), "e8m1", "e8m1",
            std::vector<float>(32, 0x1p54f), std::vector<float>(32, 0x1p54f))};
}

ExactSum in_two_parts(double unit) {
  ExactSum sum;
  sum.splits = true;
  sum.cut = 0x1.8p52 * unit;
  return sum;
}

/// 2^-90 between many that are 2^-44 and cancel, of which two parts that are cut at 2^-43 leave one.
WrongData rests_that_cancel() {
  std::vector<float> a{1, -1}, b{1, 1};
  const auto add = [&](std::size_t count, float x, float y) {
    a.insert(a.end(), count, x), b.insert(b.end(), count, y);
  };
  add(500, 0x1p-22f, 0x1p-22f), add(1, 0x1p-45f, 0x1p-45f), add(500, -0x1p-22f, 0x1p-22f);
  return by(in_two_parts(0x1p-43), plain("the sum may need more than two binary64 numbers",
                                         in_order(Order::exact, "fp32"), "e8m1", "e8m1", a, b));
}

std::vector<WrongData> of_exact_sums() {
  const float big = 0x1p60f, tiny = 0x1p-60f;
  const Reduction how = in_order(Order::exact, "fp32");
  return {rests_that_cancel(),
          by(in_two_parts(1), plain("an operand is not finite", how, "bf16", "bf16", {infinity}, {1})),
          by(in_two_parts(0x1p70),
             plain("the sum may need more than two binary64 numbers", how, "bf16", "bf16",
                   {tiny, 0x1p20f, big, -big, -0x1p20f}, {tiny, 0x1p20f, big, big, 0x1p20f}))};
}

std::vector<WrongData> of_unit_outputs() {
  const char* output = "the unit's output is none of binary32";
  Format precise = format_of("fp32");
  precise.mantissa_bits = 25;
  const Format powers{
      .exponent_bits = 5, .mantissa_bits = 0, .bias = 15, .infinities = false, .nan = NanCodes::none};
  const Rounding even = Rounding::nearest_even;
  return {plain("the unit rounds in another way", unit(2, 13, format_of("fp16"), Rounding::toward_positive),
                "e5m2", "e2m1fn", {1, 0x1p-11f}, {1, 1}),
          plain(output, unit(2, 13, unsigned_fp16()), "e5m2", "e2m1fn", {1, 2}, {1, -1}),
          plain(output, unit(2, 23, fp16_with(Subnormals::flush)), "e5m2", "e5m2", {0x1p-8f}, {0x1p-8f}),
          // 3 is in the middle of 2, whose code is even, and 4.
          plain(output, unit(2, 13, powers, even), "e5m2", "e2m1fn", {3}, {1}),
          plain("the unit rounds to nearest in more than 22 bits", unit(1, 21, format_of("e8m22"), even),
                "fp16", "e5m11", {1.5f + 0x1p-10f}, {1.5f + 0x1p-11f}),
          // 1.5 2^-24, between two subnormal numbers; 2^-140, below what its scale holds
          plain("products may lie below the grid of the output", unit(2, 13, format_of("fp16"), even), "e5m2",
                "e5m2", {0x1.8p-12f}, {0x1p-12f}),
          plain("products may lie below the grid of the output", unit(2, 25, format_of("fp32")), "e8m1",
                "e8m1", {0x1p-70f}, {0x1p-70f}),
          plain("a sum may overflow", unit(2, 13, format_of("fp16")), "fp16", "fp16", {256, 256}, {255, 255}),
          // Sums in more than binary32 holds: 2^128 - 2^127, and 1 + 2^-25 - 1
          plain("a sum may overflow", unit(1, 13, with_bias("e8m5", 0)), "e8m1", "e8m1",
                {0x1p64f, 0x1p64f, -0x1p64f}, {0x1p63f, 0x1p63f, 0x1p63f}),
          plain(output, unit(2, 28, precise), "bf16", "e2m1fn", {1, 0x1p-25f, -1}, {1, 1, 1})};
}

/// 29 bits: products and the sum do not fit into 32 bits beside each other.
WrongData too_many_bits() {
  BlockPlan plan;
  plan.unit.fraction_bits = 29;
  plan.unit.lowest = -5;  // products of e5m2 are multiples of 2^-34
  plan.unit.min_normal = 0x1p-126f;
  return by(plan, plain("more than 28 bits are kept", unit(1, 29, format_of("fp32")), "e5m2", "e5m2",
                        {1.75f, 1.75f}, {1, 1.75f}));
}

/// Powers of two alone, the least of which is 2^127: there is no scale for sums of nothing.
WrongData too_large_a_grid() {
  WrongData d =
      plain("exponents are too large", unit(2, 1, format_of("fp32")), "e8m1", "e8m1", {0x1p63f}, {0x1p64f});
  d.fa.mantissa_bits = d.fb.mantissa_bits = 0;
  d.fa.infinities = d.fb.infinities = false;
  d.fa.nan = d.fb.nan = NanCodes::none;
  return d;
}

std::vector<WrongData> of_units() {
  const char* product = "a product may be no binary32 number";
  const std::vector<std::string> of_infinities{"an operand is not finite", product, "a sum may overflow",
                                               "exponents are too large"};
  return {
      data("an operand is not finite", of_infinities, unit(2, 13, format_of("fp32")), "e5m2", "e5m2",
           {infinity}, {1}),
      // (1 + 2^-23)(1 - 2^-24) is more than 1, which is the binary32 number next to it.
      plain(product, unit(2, 25, format_of("fp32")), "fp32", "fp32", {above, 1}, {1 - 0x1p-24f, -1}),
      too_many_bits(), too_large_a_grid(),
      plain("exponents are too large", unit(2, 0, format_of("fp32")), "e8m1", "e8m1", {0x1p64f}, {0x1p63f}),
      // The exact sum of the group is 2^-20, of which nothing is seen; in one binary64 number it is 0.
      counted(plain("whether a group leaves a trace may need more than two binary64 numbers",
                    unit(3, 13, format_of("fp32")), "bf16", "bf16", {0x1p-10f, 0x1p50f, 0x1p50f},
                    {0x1p-10f, 0x1p50f, -0x1p50f}))};
}

}  // namespace

TEST_CASE("orders: every refusal is needed, or has no kernel") {
  for (const WrongData& d : of_trees()) check(d);
  for (const WrongData& d : of_exact_sums()) check(d);
  for (const WrongData& d : of_unit_outputs()) check(d);
  for (const WrongData& d : of_units()) check(d);
  CHECK(refusals_without_data(Family::orders, {{"too many terms", "2^40 terms: nobody can wait for them"},
                                               {"products are rounded", "no policy can ask for it"},
                                               {"the order is sequential or chunked",
                                                "no kernel: those of tiles and strips"}}) == "");
}
