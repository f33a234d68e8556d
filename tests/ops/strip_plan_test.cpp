// What the analyser decides about binary32 strips, and why.

#include <limits>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/strip_plan.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

/// Sums of 64 products of numbers of `factor`, magnitudes from `smallest` to `largest`.
StripDecision decision(const Format& sum, Rounding rounding, int bits, const char* factor,
                       float smallest = 0.5f, float largest = 1) {
  Reduction how;
  how.accumulator = {sum, rounding, Saturation::none, bits};
  const FactorFacts x{format_of(factor), {largest, smallest}};
  return plan_strips(how, x, x, 64);
}

}  // namespace

TEST_CASE("what strips are chosen for") {
  const auto grid = [](const char* sum, Rounding rounding, int bits, const char* factor,
                       float smallest = 0.5f) {
    return decision(format_of(sum), rounding, bits, factor, smallest).plan.value().sum.grid;
  };
  const Rounding a = Rounding::stochastic_a, b = Rounding::stochastic_b, c = Rounding::stochastic_c;
  CHECK(grid("fp16", a, 13, "e4m3fn") == StripGrid::plain);
  CHECK(grid("fp16", b, 12, "e4m3fn") == StripGrid::plain);
  CHECK(grid("fp16", c, 11, "e4m3fn") == StripGrid::plain);
  CHECK(grid("fp16", a, 14, "e4m3fn") == StripGrid::wide);
  CHECK(grid("fp16", b, 13, "e4m3fn") == StripGrid::wide);
  CHECK(grid("fp16", c, 12, "e4m3fn") == StripGrid::wide);
  CHECK(grid("fp16", Rounding::to_odd, 1, "e4m3fn") == StripGrid::plain);
  CHECK(grid("fp16", Rounding::to_odd, 1, "fp16", 0x1p-9f) == StripGrid::clamped);
  CHECK(grid("bf16", Rounding::to_odd, 1, "bf16", 0x1p-60f) == StripGrid::plain);  // binary32's subnormals
  const StripPlan plan = decision(format_of("fp16"), a, 13, "e4m3fn").plan.value();
  CHECK(!plan.guards);
  const std::string text =
      "exact products, sums cut to binary32 and rounded (stochastic, 13 random bits), no overflow by bound";
  CHECK(describe(plan) == text);
}

TEST_CASE("why strips are not chosen") {
  struct Refusal {
    StripDecision got;
    std::string why;
  };
  Format small = format_of("e8m5"), large = small;
  small.bias = 130, large.bias = 0;
  Format nearly = format_of("e7m5");
  nearly.bias = 110;
  const Rounding a = Rounding::stochastic_a, odd = Rounding::to_odd;
  const std::vector<Refusal> all{
      {decision(format_of("fp32"), a, 8, "e4m3fn"), "precision 24 is not 2 to 22"},
      {decision(format_of("fp16"), a, 17, "e4m3fn"), "random numbers have more than 16 bits"},
      {decision(format_of("e6m15"), a, 15, "e4m3fn"),
       "15 random bits do not fit into 30 bits beside a precision of 16"},
      {decision(format_of("fp16"), odd, 1, "fp32"), "a product of 48 bits may be no binary32 number"},
      {decision(format_of("e1m13"), odd, 1, "e4m3fn"), "all its numbers are subnormal"},
      {decision(small, odd, 1, "e4m3fn"), "its numbers leave the range of binary32"},
      {decision(large, odd, 1, "e4m3fn"), "its numbers leave the range of binary32"},
      {decision(nearly, odd, 1, "e8m5", 0x1p-60f), "its subnormals are too small for binary32"},
      {decision(format_of("e6m9"), a, 16, "e7m5", 0x1p-50f),
       "the range is too large for that many random bits"},
      {decision(format_of("e7m9"), a, 16, "e7m5", 0.5f, 0x1p35f),
       "the range is too large for that many random bits"},
      {decision(format_of("bf16"), a, 8, "bf16", 0.5f, 0x1p63f), "sums may leave the range of binary32"},
      {decision(format_of("fp16"), odd, 1, "fp16", 0.5f, std::numeric_limits<float>::infinity()),
       "an operand is not finite"}};
  for (const Refusal& r : all) {
    CHECK(!r.got.plan);
    CHECK(r.got.why == r.why);
  }
}

TEST_CASE("strips at the ends of what 32 bits hold") {
  const auto decided = [](const Format& sum, Rounding rounding, int bits, const FactorFacts& a,
                          const FactorFacts& b, std::size_t k = 1) {
    Reduction how;
    how.accumulator = {sum, rounding, Saturation::none, bits};
    return plan_strips(how, a, b, k);
  };
  const auto range = [](const char* name, float largest, float smallest) {
    return FactorFacts{format_of(name), {largest, smallest}};
  };
  const Rounding a = Rounding::stochastic_a, b = Rounding::stochastic_b, c = Rounding::stochastic_c;
  const Rounding odd = Rounding::to_odd;
  const FactorFacts ones = range("e4m3fn", 1, 0.5f);
  const auto takes = [&](const char* sum, Rounding rounding, int bits) {
    return decided(format_of(sum), rounding, bits, ones, ones).plan.has_value();
  };
  CHECK((takes("e8m1", odd, 1) && takes("e8m21", odd, 1)));
  CHECK_FALSE((takes("e8m22", odd, 1) || takes("e5m22", odd, 1)));
  CHECK((takes("e5m2", a, 16) && !takes("e5m2", a, 17)));
  Format low = format_of("e8m5");
  CHECK(decided(low, odd, 1, ones, ones).plan);
  low.bias = 128;  // e_min = -127
  CHECK(decided(low, odd, 1, ones, ones).why == "its numbers leave the range of binary32");
  // M + N + what a tie needs: 29
  CHECK((takes("e6m21", a, 8) && !takes("e6m21", a, 9)));
  CHECK((takes("e6m21", b, 7) && !takes("e6m21", b, 8)));
  CHECK((takes("e6m21", c, 6) && !takes("e6m21", c, 7)));
  // Sums and products stay below 2^126: 2^125 1.5 does, and the sum of it and another does not.
  const FactorFacts large = range("e8m1", 0x1p63f, 1), more = range("e8m1", 0x1.8p62f, 1);
  CHECK(decided(format_of("bf16"), odd, 1, large, range("e8m1", 0x1p61f, 1)).plan);
  CHECK(decided(format_of("bf16"), odd, 1, large, more).why == "sums may leave the range of binary32");
  // wide: errors are multiples of 2^-80 at least, sums up to 2^60
  const auto wide = [&](float smallest, float other) {
    const FactorFacts x = range("e8m1", 1, smallest), y = range("e8m1", 1, other);
    return decided(format_of("e6m9"), a, 16, x, y).plan.has_value();
  };
  CHECK(wide(0x1p-39f, 0x1p-39f));
  CHECK_FALSE(wide(0x1p-39f, 0x1p-40f));
  const auto up_to = [&](float largest) {
    const FactorFacts x = range("e8m1", largest, 1);
    return decided(format_of("e7m9"), a, 16, x, range("e8m1", 0x1p30f, 1)).plan.has_value();
  };
  CHECK(up_to(0x1p29f));
  CHECK_FALSE(up_to(0x1p30f));  // 2^60, and what rounding adds
  Format f = format_of("e7m5");
  f.bias = 98;  // e_min = -97
  CHECK(decided(f, odd, 1, range("e8m1", 1, 0x1p-60f), range("e8m1", 1, 0x1p-60f)).plan);
  f.bias = 99;
  CHECK_FALSE(decided(f, odd, 1, range("e8m1", 1, 0x1p-60f), range("e8m1", 1, 0x1p-60f)).plan);
}

TEST_CASE("strips with rounded products and with chunks") {
  Reduction how;
  how.accumulator = {format_of("fp16"), Rounding::to_odd, Saturation::none, 1};
  how.product = Projection{format_of("fp16"), Rounding::nearest_away, Saturation::none, 1};
  const FactorFacts x{format_of("e4m3fn"), {88, 1}}, large{format_of("e4m3fn"), {448, 1}};
  const StripPlan rounded = plan_strips(how, x, x, 4).plan.value();
  CHECK(rounded.product);
  CHECK(rounded.guards == false);
  CHECK(describe(rounded) ==
        "products rounded (deterministic), sums cut to binary32 and rounded (deterministic), no overflow by "
        "bound");
  CHECK(plan_strips(how, large, large, 4).why == "product: it may overflow");
  how.product->saturation = Saturation::finite;
  const StripPlan clamped = plan_strips(how, large, large, 4).plan.value();
  CHECK(clamped.product->highest == 65504);
  CHECK(clamped.product->lowest == -65504);
  CHECK(clamped.guards);
  how.product.reset();
  how.order = Order::chunked;
  how.chunk = 4;
  how.outer = {format_of("fp16"), Rounding::stochastic_a, Saturation::none, 8};
  const StripPlan chunks = plan_strips(how, x, x, 8).plan.value();
  CHECK_FALSE(chunks.guards);
  CHECK_FALSE(plan_strips(how, x, x, 16).plan.value().guards);  // of a chunk
  CHECK(describe(chunks) ==
        "exact products, sums cut to binary32 and rounded (deterministic), no overflow by bound; chunks: "
        "stochastic, 8 random bits");
  how.outer.rounding = Rounding::stochastic_a, how.outer.random_bits = 17;
  CHECK(plan_strips(how, x, x, 8).why == "outer: random numbers have more than 16 bits");
}
