// Fractions of counts and of times, and of nothing.
#include "sim/base/fraction.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

TEST_CASE("a fraction of nothing is 0") {
  CHECK(fraction_of(0.0, 0.0) == 0);
  CHECK(fraction_of(1.5, -2.0) == 0);
  CHECK(fraction_of(1.5, std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(fraction_of(std::uint64_t{3}, std::uint64_t{0}) == 0);
  CHECK(fraction_of(1.5, 2.0) == 0.75);
  CHECK(fraction_of(std::uint64_t{1}, std::uint64_t{8}) == 0.125);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(fraction_of(most / 2 + 1, most) == 0.5);  // 2^63 of 2^64 - 1, which is nearest to 2^64
}
