// sigmoid, tanh, softplus, silu, gelu_tanh, erf, gelu: a relative error below 2^-90 against MPFR.
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

// Around the places where the code branches.
const auto knees = test::around_all({1e-300, 0x1p-100, 0x1p-91, 0x1p-90, 0x1p-46, 0x1p-8, 0.0625, 0.125,
                                     0.25,   1.0,      2.0,     4.0,     8.0,     10.0,   12.0,   16.0,
                                     30.0,   32.0,     38.0,    41.0,    64.0,    709.0,  2048.0});

Real sigmoid(const Real& x) { return Real(1) / (Real(1) + apply(mpfr_exp, Real(0) - x)); }

Real softplus(const Real& x) {
  const Real positive = x < Real(0) ? Real(0) : x;
  return positive + apply(mpfr_log1p, apply(mpfr_exp, Real(0) - x.magnitude()));
}

Real exact_pi() {
  Real pi;
  mpfr_const_pi(pi.raw(), MPFR_RNDN);
  return pi;
}

/// Phi(-y) for y >= 14 by the asymptotic series e^(-y^2/2) / (y sqrt(2 pi)) (1 - 1/y^2 + 1 3/y^4 - ...),
/// whose error is below the first term left out, at best e^(-y^2/2) < 2^-141. (MPFR's erfc is slow there.)
Real far_tail(const Real& y) {
  Real sum(1), term(1);
  for (int n = 1; n < 98; ++n) sum = sum + (term = term * Real(1 - 2 * n) / (y * y));
  return sum * apply(mpfr_exp, y * y / Real(-2)) / (y * apply(mpfr_sqrt, Real(2) * exact_pi()));
}

/// Phi(-20) < 2^-256 cannot be seen in 256 bits.
Real gelu(const Real& x) {
  if (Real(20) < x) return x;
  if (x <= Real(-14)) return x * far_tail(x.magnitude());
  return x * apply(mpfr_erfc, Real(0) - x / apply(mpfr_sqrt, Real(2))) / Real(2);
}

Real gelu_tanh(const Real& x) {
  const Real cubic = Real(44715) / Real(1000000) * x * x * x;
  return x * sigmoid(Real(2) * apply(mpfr_sqrt, Real(2) / exact_pi()) * (x + cubic));
}

}  // namespace

TEST_CASE("sigmoid against MPFR", "[functions]") {
  test::check(functions::sigmoid, sigmoid, joined({common_arguments(11, 120000), knees}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::sigmoid(zero), 0.5));
  CHECK(is_exactly(functions::sigmoid(-infinity), 0.0));
  CHECK(is_exactly(functions::sigmoid(infinity), 1));
  CHECK(is_exactly(functions::sigmoid(not_a_number), not_a_number));
}

TEST_CASE("tanh against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_tanh, x); };
  test::check(functions::tanh, reference, joined({common_arguments(12, 120000), knees}));
  for (const double x : {0.0, -0.0, not_a_number}) CHECK(is_exactly(functions::tanh(x), x));
  CHECK(is_exactly(functions::tanh(-infinity), -1));
  CHECK(is_exactly(functions::tanh(infinity), 1));
}

TEST_CASE("softplus against MPFR", "[functions]") {
  test::check(functions::softplus, softplus, joined({common_arguments(13, 120000), knees, {0.0, -0.0}}));
  CHECK(is_exactly(functions::softplus(-infinity), 0.0));
  for (const double x : {infinity, not_a_number}) CHECK(is_exactly(functions::softplus(x), x));
}

TEST_CASE("silu against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return x * sigmoid(x); };
  test::check(functions::silu, reference, joined({common_arguments(14, 120000), knees}));
  for (const double x : {0.0, -0.0, infinity, not_a_number}) CHECK(is_exactly(functions::silu(x), x));
  CHECK(is_exactly(functions::silu(-infinity), -0.0));
}

TEST_CASE("gelu_tanh against MPFR", "[functions]") {
  test::check(functions::gelu_tanh, gelu_tanh, joined({common_arguments(15, 120000), knees}));
  for (const double x : {0.0, -0.0, infinity, not_a_number}) CHECK(is_exactly(functions::gelu_tanh(x), x));
  CHECK(is_exactly(functions::gelu_tanh(-infinity), -0.0));
}

TEST_CASE("erf against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_erf, x); };
  test::check(functions::erf, reference, joined({common_arguments(16, 60000), knees}));
  for (const double x : {0.0, -0.0, not_a_number}) CHECK(is_exactly(functions::erf(x), x));
  CHECK(is_exactly(functions::erf(-infinity), -1));
  CHECK(is_exactly(functions::erf(infinity), 1));
}

TEST_CASE("gelu against MPFR", "[functions]") {
  test::check(functions::gelu, gelu, joined({common_arguments(17, 60000), knees}));
  for (const double x : {0.0, -0.0, infinity, not_a_number}) CHECK(is_exactly(functions::gelu(x), x));
  CHECK(is_exactly(functions::gelu(-infinity), -0.0));
}
