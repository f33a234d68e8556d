// The operations of DoubleDouble keep the error bounds that their comments state.
#include "formats/functions/double_double.hpp"

#include "tests/functions/arguments.hpp"
#include "tests/functions/oracle.hpp"

namespace {

using namespace exmy;
using functions::DoubleDouble;
using test::Real;

Real real(DoubleDouble x) { return Real(x.hi) + Real(x.lo); }

/// Pairs of random signs and magnitudes, hi = RN(hi + lo).
std::vector<DoubleDouble> pairs(std::uint64_t seed) {
  const auto hi = test::log_uniform(20000, -20, 20, seed);
  const auto lo = test::log_uniform(20000, -90, -54, seed + 1);
  std::vector<DoubleDouble> all(hi.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = functions::fast_two_sum(hi[i], hi[i] * lo[i]);
  return all;
}

/// Whether |z - exact| <= bound 2^-106 |exact|, and z is normalised.
bool within(DoubleDouble z, const Real& exact, double bound) {
  return z.hi + z.lo == z.hi && (real(z) - exact).magnitude() <= exact.magnitude() * Real(bound * 0x1p-106);
}

}  // namespace

TEST_CASE("sums and products of doubles are exact", "[functions]") {
  const auto x = test::log_uniform(20000, -40, 40, 41), y = test::log_uniform(20000, -40, 40, 42);
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(within(functions::two_sum(x[i], y[i]), Real(x[i]) + Real(y[i]), 0));
    REQUIRE(within(functions::two_prod(x[i], y[i]), Real(x[i]) * Real(y[i]), 0));
  }
}

TEST_CASE("the operations of DoubleDouble keep their bounds", "[functions]") {
  const auto x = pairs(43), y = pairs(45);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = y[i].hi;
    REQUIRE(within(x[i] + y[i], real(x[i]) + real(y[i]), 3.001));
    REQUIRE(within(x[i] - y[i], real(x[i]) - real(y[i]), 3.001));
    REQUIRE(within(x[i] + d, real(x[i]) + Real(d), 2));
    REQUIRE(within(x[i] * d, real(x[i]) * Real(d), 1.501));
    REQUIRE(within(x[i] * y[i], real(x[i]) * real(y[i]), 5));
    REQUIRE(within(x[i] / y[i], real(x[i]) / real(y[i]), 15.001));
    const DoubleDouble small = y[i] * (x[i].hi / y[i].hi * 0.4);
    REQUIRE(within(functions::add_smaller(x[i], small), real(x[i]) + real(small), 9));
    REQUIRE(within(functions::add_smaller(x[i], -small), real(x[i]) - real(small), 9));
  }
}

TEST_CASE("a sum of DoubleDoubles is accurate under cancellation", "[functions]") {
  for (const DoubleDouble x : pairs(47)) {
    const DoubleDouble y{-x.hi * (1 - 0x1p-50), x.lo * 0.75};
    REQUIRE(within(x + y, real(x) + real(y), 3.001));
  }
}
