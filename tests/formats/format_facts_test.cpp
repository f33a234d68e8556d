// What is derived from a format's parameters, at the values of the standards; names for suggestions; and
// enumerations with values that do not exist.

#include <algorithm>
#include <limits>
#include <string>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("derived facts of fp16, of an unsigned format and of one without zero", "[format]") {
  const Format half = format_of("fp16");
  CHECK(half.bits() == 16);
  CHECK(half.precision() == 11);
  CHECK(half.e_min() == -14);
  CHECK(half.e_max() == 15);
  CHECK(half.min_finite() == -65504);
  CHECK(half.min_normal() == 0x1p-14);
  CHECK(half.has_subnormals());
  const Format unsigned8 = format_of("Binary8p4ue");
  CHECK(unsigned8.min_finite() == 0);
  const Format scale = format_of("e8m0fnu");
  CHECK(scale.min_finite() == 0x1p-127);
  CHECK(scale.min_normal() == 0x1p-127);
  CHECK_FALSE(scale.has_subnormals());
  Format flushed = format_of("e4m3");
  flushed.subnormals = Subnormals::flush_nearest;
  CHECK(flushed.min_positive() == 0x1p-6);
}

TEST_CASE("every known name is a format's", "[format]") {
  const auto names = known_format_names();
  for (const std::string& name : names) CHECK(problem_of(format_of(name)).empty());
  for (const char* name : {"e4m3fn", "fp4", "ocp_e2m1", "half", "dlfloat", "double"})
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  CHECK(names.size() > 40);
}

TEST_CASE("widths and kinds beyond every format are refused", "[format]") {
  Format f{4, 3, 7};
  f.exponent_bits = 12;
  CHECK(problem_of(f) == "exponent_bits is 12, must be 1 to 11");
  f = Format{4, 53, 7};
  CHECK(problem_of(f) == "mantissa_bits is 53, must be 0 to 52");
  f = Format{4, 3, 7};
  f.bias = 5000;
  CHECK(problem_of(f) == "bias 5000 puts values outside of binary64");
}

TEST_CASE("codes of NaN that do not exist decode to numbers", "[format]") {
  Format f{4, 3, 7};
  f.nan = static_cast<NanCodes>(99);
  f.infinities = false;
  CHECK(decode(f, 0) == 0);
  CHECK_FALSE(encode(f, std::numeric_limits<double>::quiet_NaN()).has_value());
  f = Format{4, 3, 7};
  f.subnormals = static_cast<Subnormals>(99);
  CHECK(f.min_positive() == 0);
}

TEST_CASE("an invalid operation without a NaN to show for it is flagged", "[format]") {
  const double inf = std::numeric_limits<double>::infinity();
  const Outcome lost = sub({format_of("e2m1fn")}, inf, inf);
  CHECK(lost.value == 0);
  CHECK(ieee_flags(lost) == flag_invalid);
}
