// Every refusal of the analyser of tiles has data on which the refused kernel is wrong, or a reason why there is none.

#include "formats/catalog.hpp"
#include "tests/ops/refusals_support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

Reduction sums_in(const Format& f, Rounding rounding = Rounding::nearest_even,
                  Saturation saturation = Saturation::none) {
  Reduction how;
  how.accumulator = {f, rounding, saturation};
  return how;
}
Reduction sums_in(const char* name) { return sums_in(format_of(name)); }

Reduction rounded_products(const Projection& product, const char* sum = "fp32") {
  Reduction how = sums_in(sum);
  how.product = product;
  return how;
}

Reduction in_chunks(std::size_t chunk, const Projection& outer) {
  Reduction how;
  how.order = Order::chunked;
  how.chunk = chunk;
  how.outer = outer;
  return how;
}

Format powers_of_two() {
  return {.exponent_bits = 5, .mantissa_bits = 0, .bias = 15, .infinities = false, .nan = NanCodes::none};
}

constexpr DataOf data{Family::tiles};
constexpr PlainDataOf plain{Family::tiles};

/// 511 times 2^119, and 2^119 - 2^104, make the largest number; then 2^103 - 2^57, whose sum with it is rounded to it, while
/// the upper part of the product alone would make it infinite.
WrongData errors_that_overflow() {
  std::vector<float> a(511, 0x1p60f), b(511, 0x1p59f);
  a.push_back(0x1p60f), b.push_back(0x1p59f - 0x1p44f);
  a.push_back(0x1p52f * (1 - 0x1p-23f)), b.push_back(0x1p51f * (1 + 0x1p-23f));
  return plain("the error of a sum may overflow binary32", sums_in("fp32"), "fp32", "fp32", a, b);
}

/// What `project` does otherwise than a kernel for nearest-even, gradual subnormals, signs and zeros.
std::vector<WrongData> of_other_formats() {
  const char *rounding = "the rounding is not nearest_even", *sign = "the format has no sign or no zero",
             *subnormal = "subnormals are not gradual";
  const Projection toward_zero{format_of("e4m3fn"), Rounding::toward_zero};
  std::vector<WrongData> all{
      plain(rounding, sums_in(format_of("fp16"), Rounding::toward_zero), "bf16", "bf16", {1, 0x1.8p-11f},
            {1, 1}),
      plain(rounding, sums_in(format_of("fp16"), Rounding::to_odd), "bf16", "bf16", {1, 0x1p-12f}, {1, 1}),
      plain(rounding, sums_in(format_of("fp16"), Rounding::nearest_away), "bf16", "bf16", {1, 0x1p-11f},
            {1, 1}),
      data("product: the rounding is not nearest_even", {rounding}, rounded_products(toward_zero), "e4m3fn",
           "e4m3fn", {1.125f}, {1.625f}),
      data("outer: the rounding is not nearest_even", {rounding}, in_chunks(2, toward_zero), "e4m3fn",
           "e4m3fn", {1.125f}, {1.625f}),
      plain(sign, sums_in(unsigned_fp16()), "bf16", "bf16", {1, 2}, {1, -1})};
  for (const Subnormals kind : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none})
    all.push_back(plain(subnormal, sums_in(fp16_with(kind)), "bf16", "bf16", {0x1.8p-16f}, {1}));
  return all;
}

/// Where C does not round to M + 1 bits, or binary32 holds no C or no subnormal number.
std::vector<WrongData> of_constants() {
  const Reduction saturated = sums_in(format_of("fp32"), Rounding::nearest_even, Saturation::finite);
  return {
      data("precision 23 is not 2 to 22", {"precision "}, sums_in("e8m22"), "fp32", "bf16", {1 + 0x1p-22f},
           {1}),
      data("precision 24 is not 2 to 22", {"precision "}, saturated, "fp32", "bf16", {1 + 0x1p-23f}, {1}),
      // 3 is in the middle of 2, whose code is even, and 4.
      data("precision 1 is not 2 to 22", {"precision "}, sums_in(powers_of_two()), "bf16", "bf16", {3}, {1}),
      // The maximum, which the kernel takes for a normal number.
      counted(plain("all its numbers are subnormal",
                    sums_in(format_of("e1m9"), Rounding::nearest_even, Saturation::finite), "bf16", "bf16",
                    {4}, {1})),
      plain("its numbers leave the range of binary32", sums_in(with_bias("e8m5", 130)), "bf16", "bf16",
            {0x1p-128f + 0x1p-133f}, {1}),
      plain("product: too large for the constant C", rounded_products({format_of("e8m1")}), "bf16", "bf16",
            {0x1.4p60f}, {0x1p60f}),
      plain("sums may be too large for the constant C", sums_in("bf16"), "e8m1", "e8m1", {0x1p56f},
            {0x1p56f})};
}

std::vector<WrongData> of_products() {
  const char *why = "a product of 48 bits may be no binary32 number", *text = "a product of ";
  // 1 + 2^-11 + 4095 2^-46 is above a middle of fp16, the binary32 number next to it is one.
  const float x = 1 + 0x1p-23f, y = 1 + 4095 * 0x1p-23f;
  const std::vector<float> one_and_tiny{1, 0x1p-100f};
  return {at(Levels::without_fma, data(why, {text}, sums_in("fp32"), "fp32", "fp32",
                                       {-1 - 0x1p-11f, 1 + 0x1p-12f}, {1, 1 + 0x1p-12f})),
          data(why, {text}, rounded_products({format_of("fp16")}), "fp32", "fp32", {x, 1}, {y, 0}),
          // Errors of 2^-200
          counted(data(why, {text}, sums_in("fp32"), "fp32", "fp32", one_and_tiny, one_and_tiny)),
          counted(data(why, {text}, sums_in("fp16"), "fp32", "fp32", one_and_tiny, one_and_tiny)),
          // 2^-134 + 2^-151 is above the middle of 0 and the smallest number of bf16.
          data("a product of 18 bits may be no binary32 number", {text}, sums_in("bf16"), "fp32", "fp32",
               {0x1p-67f + 0x1p-84f}, {0x1p-67f})};
}

std::vector<WrongData> of_ranges() {
  const char *wild = "an operand is not finite", *product = "a product of ",
             *large = "sums may be too large for the constant C", *chunk = "a chunk may overflow binary32";
  // Infinities, which the kernel would make the maximum
  const Reduction propagating = sums_in(format_of("fp16"), Rounding::nearest_even, Saturation::propagate);
  return {plain("product: it may overflow", rounded_products({format_of("e4m3fn")}), "e4m3fn", "e4m3fn",
                {448}, {448}),
          at(Levels::with_fma, counted(errors_that_overflow())),
          data(wild, {wild, product, large}, propagating, "fp16", "fp16", {infinity}, {1}),
          data(wild, {wild, product, large}, propagating, "fp16", "fp16", {1}, {infinity}),
          data(chunk, {chunk, product, large},
               in_chunks(2, {format_of("bf16"), Rounding::nearest_even, Saturation::propagate}), "bf16",
               "bf16", {0x1p64f, 0x1p64f}, {0x1p63f, 0x1p63f})};
}

}  // namespace

TEST_CASE("tiles: every refusal is needed, or has no kernel") {
  for (const WrongData& d : of_other_formats()) check(d);
  for (const WrongData& d : of_constants()) check(d);
  for (const WrongData& d : of_products()) check(d);
  for (const WrongData& d : of_ranges()) check(d);
  CHECK(refusals_without_data(Family::tiles, {{"the order is neither sequential nor chunked",
                                               "no kernel: those of orders"}}) == "");
}
