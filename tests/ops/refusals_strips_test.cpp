// Every refusal of the analyser of strips has data on which the refused kernel is wrong, or a reason why there is none.

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "tests/ops/refusals_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

Reduction sums_in(const Format& f, Rounding rounding, int random_bits = 16,
                  Saturation saturation = Saturation::none) {
  Reduction how;
  how.accumulator = {f, rounding, saturation, random_bits};
  return how;
}

/// The code of 2 is odd, while the exponent of 2 in binary32 is even.
Format powers_of_two() {
  return {.exponent_bits = 5, .mantissa_bits = 0, .bias = 16, .infinities = false, .nan = NanCodes::none};
}

constexpr DataOf data{Family::strips};
constexpr PlainDataOf plain{Family::strips};

std::vector<WrongData> of_other_formats() {
  const Rounding odd = Rounding::to_odd;
  std::vector<WrongData> all{
      plain("the format has no sign or no zero", sums_in(unsigned_fp16(), odd), "bf16", "bf16", {1, 2},
            {1, -1}),
      // 3 stays at 2, whose code is odd.
      data("precision 1 is not 2 to 22", {"precision "}, sums_in(powers_of_two(), odd), "bf16", "bf16", {3},
           {1}),
      plain("its numbers leave the range of binary32", sums_in(with_bias("e8m5", 130), odd), "bf16", "bf16",
            {0x1p-128f + 0x1p-133f}, {1})};
  for (const Subnormals kind : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none})
    all.push_back(plain("subnormals are not gradual", sums_in(fp16_with(kind), odd), "bf16", "bf16",
                        {0x1.8p-16f}, {1}));
  return all;
}

std::vector<WrongData> of_random_numbers() {
  const Rounding a = Rounding::stochastic_a;
  const char* too_many = " random bits do not fit into 30 bits beside a precision of ";
  // 64 sums with 1 below their last place; numbers of 17 bits are drawn elsewhere.
  const std::vector<float> thirds(64, 0x1.54p-2f), ones(64, 1);
  return {
      plain("random numbers have more than 16 bits", sums_in(format_of("e5m4"), a, 17), "bf16", "bf16",
            thirds, ones),
      // An integer of 32 bits has no place for a sign; with 31 bits its double, of which numbers near 2^e_min are
      // compared, has none.
      data("16 random bits do not fit into 30 bits beside a precision of 16", {too_many},
           sums_in(format_of("e6m15"), a, 16), "fp32", "e2m1fn", {0x1.fffffep-1f}, {1}),
      counted(data("15 random bits do not fit into 30 bits beside a precision of 16", {too_many},
                   sums_in(format_of("e6m15"), a, 15), "fp32", "e2m1fn", {0x1.0001p-31f}, {1}))};
}

std::vector<WrongData> of_ranges() {
  const char *wild = "an operand is not finite", *product = "a product of ",
             *range = "sums may leave the range of binary32",
             *wide = "the range is too large for that many random bits";
  const Reduction bf16_odd = sums_in(format_of("bf16"), Rounding::to_odd, 1, Saturation::propagate);
  const Reduction bf16_cut = sums_in(format_of("bf16"), Rounding::toward_zero);
  const Rounding a = Rounding::stochastic_a;
  return {// Infinities, which the kernel would make the maximum
          data(wild, {wild, product, range}, bf16_odd, "bf16", "bf16", {infinity}, {1}),
          data(wild, {wild, product, range}, bf16_odd, "bf16", "bf16", {1}, {infinity}),
          // 2^128 - 2^103 is rounded to the maximum and not beyond it; in binary32 it is infinite.
          counted(plain(range, bf16_cut, "e8m1", "e8m16", {0x1p64f, 0x1p60f}, {0x1.fep63f, 0x1.ffffp59f})),
          plain("its subnormals are too small for binary32",
                sums_in(with_bias("e7m5", 110), Rounding::to_odd), "bf16", "bf16", {0x1p-60f}, {0x1p-55f}),
          // Errors of 2^-146 and 2^-70, which vanish when they are scaled with sums of 2^58 and 2^120
          counted(plain(wide, sums_in(format_of("e7m9"), a), "e8m1", "e8m1", {0x1p29f, 0x1p-73f},
                        {0x1p29f, 0x1p-73f})),
          counted(plain(wide, sums_in(with_bias("e7m9", 2), a), "e8m1", "e8m1", {0x1p60f, 0x1p-35f},
                        {0x1p60f, 0x1p-35f}))};
}

std::vector<WrongData> of_products() {
  // 1 + 2^-10 + 8191 2^-46 is more than the binary32 number next to it.
  const float x = 1 + 0x1p-23f, y = 1 + 8191 * 0x1p-23f;
  Reduction overflowing = sums_in(format_of("bf16"), Rounding::to_odd);
  overflowing.product = Projection{format_of("e4m3fn"), Rounding::nearest_away};
  return {data("a product of 48 bits may be no binary32 number", {"a product of "},
               sums_in(format_of("fp16"), Rounding::toward_positive), "fp32", "fp32", {x, 1}, {y, 0}),
          plain("product: it may overflow", overflowing, "e4m3fn", "e4m3fn", {448}, {448})};
}

/// Sums of some products near 2^e_min, under any mode.
WrongData near_the_smallest(SplitMix64& random, const Format& f) {
  WrongData d =
      plain("",
            sums_in(f, static_cast<Rounding>(random.below(9)), 1 + static_cast<int>(random.below(16)),
                    static_cast<Saturation>(random.below(3))),
            "bf16", "bf16", {}, {});
  d.counts = random.below(2) == 0;
  if (random.below(3) == 0) d.how.product = d.how.accumulator;
  const std::uint64_t below = static_cast<std::uint64_t>(f.mantissa_bits) + 7;
  for (std::size_t k = 1 + random.below(8); k > 0; --k) {
    const double x = (1 + static_cast<double>(random.below(128)) / 128) *
                     pow2(f.e_min() + 3 - static_cast<int>(random.below(below)));
    d.a.push_back(static_cast<float>(random.below(2) == 0 ? x : -x));
    d.b.push_back(random.below(3) == 0 ? 0.75f : 1.0f);
  }
  return d;
}

}  // namespace

TEST_CASE("strips: nothing is known to be wrong with formats of subnormals alone or of large numbers alone") {
  SplitMix64 random(3);
  std::size_t equal = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    Format f{.exponent_bits = 1, .mantissa_bits = 1 + static_cast<int>(random.below(21))};
    f.bias = static_cast<int>(random.below(60)) - 5;
    if (trial % 2 == 0) f.exponent_bits = 3, f.bias = -static_cast<int>(random.below(20));
    const Verdict verdict =
        verdict_without({"all its numbers are subnormal", "its numbers leave the range of binary32"},
                        near_the_smallest(random, f));
    CHECK(verdict != Verdict::different);
    equal += verdict == Verdict::equal ? 1u : 0u;
  }
  CHECK(equal > 500);
}

TEST_CASE("strips: every refusal is needed, or has no kernel") {
  for (const WrongData& d : of_other_formats()) check(d);
  for (const WrongData& d : of_random_numbers()) check(d);
  for (const WrongData& d : of_ranges()) check(d);
  for (const WrongData& d : of_products()) check(d);
  CHECK(refusals_without_data(
            Family::strips, {{"the order is neither sequential nor chunked", "no kernel: those of orders"},
                             {"all its numbers are subnormal", "nothing wrong is known: the case above"}}) ==
        "");
}
