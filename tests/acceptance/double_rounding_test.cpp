// Acceptance item 8: how often a carrier of too few bits makes a sum wrong. Exact counts.

#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

struct Counts {
  int sums = 0, both = 0;
};

/// All ordered pairs of positive finite e4m3fn values: a + b, and a + b with a - b, rounded to nearest even
/// through a carrier of `precision` bits without exponent limits, into e4m3's grid without an upper limit.
Counts wrong_results(int precision) {
  const Format e4m3fn = format_of("e4m3fn");
  const Projection carrier{Format{10, precision - 1, 511}};
  Format unlimited = e4m3fn;
  unlimited.exponent_bits = 6;  // the bias stays: the same subnormals, a much larger maximum
  const Projection once{unlimited};
  Counts wrong;
  for (std::uint64_t i = 1; i <= e4m3fn.max_finite_code(); ++i)
    for (std::uint64_t k = 1; k <= e4m3fn.max_finite_code(); ++k)
      for (const double sign : {1.0, -1.0}) {
        const double a = decode(e4m3fn, i), b = sign * decode(e4m3fn, k);
        const double twice = project(once, add(carrier, a, b).value).value;
        if (twice == add(once, a, b).value) continue;
        ++wrong.both;
        wrong.sums += sign > 0 ? 1 : 0;
      }
  return wrong;
}

TEST_CASE("acceptance 8: double rounding of e4m3fn sums through carriers of 5 to 9 bits") {
  struct Row {
    int precision, both, sums;
  };
  for (const Row& row :
       {Row{5, 2100, 1092}, Row{6, 1442, 762}, Row{7, 502, 252}, Row{8, 156, 78}, Row{9, 0, 0}}) {
    INFO(row.precision << " bits");
    const Counts wrong = wrong_results(row.precision);
    CHECK(wrong.both == row.both);
    CHECK(wrong.sums == row.sums);
  }
}

}  // namespace
