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
