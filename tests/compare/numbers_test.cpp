// The uncertainty decides the digits.
#include "sim/compare/numbers.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

std::string shown(double x, std::optional<double> half_width) {
  const NumberText text = text_of(x, half_width);
  return text.half_width.empty() ? text.number : text.number + " ± " + text.half_width;
}

}  // namespace

TEST_CASE("two digits of the half width, and as many decimals of the number") {
  CHECK(shown(0.64687698, 0.0535) == "0.647 ± 0.053");  // 0.0535 is below the tie in binary
  CHECK(shown(0.64687698, 0.0005349) == "0.64688 ± 0.00053");
  CHECK(shown(0.64687698, 0.0996) == "0.65 ± 0.10");
  CHECK(shown(-0.000123, 0.0344) == "-0.000 ± 0.034");
  CHECK(shown(1234.5678, 12.34) == "1235 ± 12");
  CHECK(shown(12345.678, 1234) == "12300 ± 1200");
  CHECK(shown(9969, 1234) == "10000 ± 1200");
  CHECK(shown(1.23456789e-7, 1.23e-9) == "1.235e-07 ± 1.2e-09");
  CHECK(shown(99693312, 123456) == "9.969e+07 ± 1.2e+05");
}

TEST_CASE("without noise, or without knowledge of it") {
  CHECK(shown(0.64687698, std::nullopt) == "0.6469");
  CHECK(shown(0.64687698, 0) == "0.646877 ± 0");
  CHECK(shown(0, 0) == "0 ± 0");
  CHECK(shown(0, 0.5) == "0.00 ± 0.50");
  CHECK(shown(std::numeric_limits<double>::infinity(), 1) == "Infinity");
}
