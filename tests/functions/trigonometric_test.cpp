// sin, cos, cospi: a relative error below 2^-90 against MPFR.
#include "tests/functions/arguments.hpp"
#include "tests/functions/oracle.hpp"

namespace {

using namespace exmy;
using test::apply;
using test::common_arguments;
using test::infinity;
using test::is_exactly;
using test::joined;
using test::not_a_number;
using test::Real;

/// The doubles nearest to the first multiples of pi/4, and around them; and the one that is closer to a
/// multiple of pi/2 than any other double (Muller et al., Handbook of Floating-Point Arithmetic, 11.2).
std::vector<double> hard() {
  std::vector<double> arguments{6381956970095103 * 0x1p797};
  Real pi;
  mpfr_const_pi(pi.raw(), MPFR_RNDN);
  for (int n = 1; n <= 4000; ++n) {
    const Real multiple = pi * Real(n) / Real(4);
    const double x = mpfr_get_d(multiple.raw(), MPFR_RNDN);
    for (const double y : {x, std::nextafter(x, 0), -std::nextafter(x, infinity)}) arguments.push_back(y);
  }
  return joined(
      {arguments, test::around_all({1e-300, 0x1p-48, 0x1p-47, 0x1p-46, 0.0078125, 0.75, 0x1p52, 0x1p53})});
}

}  // namespace

TEST_CASE("sin against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_sin, x); };
  test::check(functions::sin, reference, joined({common_arguments(21, 120000), hard()}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::sin(zero), zero));
  for (const double x : {infinity, -infinity, not_a_number})
    CHECK(is_exactly(functions::sin(x), not_a_number));
}

TEST_CASE("cos against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_cos, x); };
  test::check(functions::cos, reference, joined({common_arguments(22, 120000), hard()}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::cos(zero), 1));
  for (const double x : {infinity, -infinity, not_a_number})
    CHECK(is_exactly(functions::cos(x), not_a_number));
}

TEST_CASE("cospi against MPFR", "[functions]") {
  Real pi;
  mpfr_const_pi(pi.raw(), MPFR_RNDN);
  std::vector<double> inside;
  for (const double x : joined({test::log_uniform(100000, -60, 0, 23),
                                test::around_all({0x1p-1022, 0x1p-47, 0.25, 0.5, 0.75, 1.0})}))
    for (const double y : {std::fabs(x), 1 - std::fabs(x)})
      if (y > 0 && y < 1 && y != 0.5) inside.push_back(y);
  test::check(
      functions::cospi, [&](const Real& x) { return apply(mpfr_cos, x * pi); }, inside);
  CHECK(inside.size() > 100000);
  CHECK(is_exactly(functions::cospi(0), 1));
  CHECK(is_exactly(functions::cospi(0.5), 0.0));
  CHECK(is_exactly(functions::cospi(1), -1));
  for (const double x : {-0.25, 1.5, infinity, not_a_number})
    CHECK(is_exactly(functions::cospi(x), not_a_number));
}
