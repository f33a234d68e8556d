// The derivatives of the activations: the stated bounds against MPFR.
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

// Around the places where the code branches, and the zeros.
const auto knees = test::around_all({1e-300,
                                     0x1p-91,
                                     0x1p-46,
                                     0x1p-45,
                                     0x1p-44,
                                     0.25,
                                     0.7517915246935645,
                                     0.7524614220710162,
                                     1.2784645427610738,
                                     1.0,
                                     4.0,
                                     9.9,
                                     10.0,
                                     12.0,
                                     16.0,
                                     30.0,
                                     41.0,
                                     54.0,
                                     64.0,
                                     70.0,
                                     709.0,
                                     1024.0,
                                     2048.0});

Real sigmoid(const Real& x) { return Real(1) / (Real(1) + apply(mpfr_exp, Real(0) - x)); }

Real both(const Real& x) { return sigmoid(x) * sigmoid(Real(0) - x); }

Real tanh_grad(const Real& x) { return Real(4) * both(Real(2) * x); }

Real silu_grad(const Real& x) { return sigmoid(x) + x * both(x); }

Real root_two_over_pi() {
  Real pi;
  mpfr_const_pi(pi.raw(), MPFR_RNDN);
  return apply(mpfr_sqrt, Real(2) / pi);
}

Real gelu_grad(const Real& x) {
  const Real density = apply(mpfr_exp, x * x / Real(-2)) * root_two_over_pi() / Real(2);
  return apply(mpfr_erfc, Real(0) - x / apply(mpfr_sqrt, Real(2))) / Real(2) + x * density;
}

Real gelu_tanh_grad(const Real& x) {
  const Real c = Real(2) * root_two_over_pi(), square = Real(44715) / Real(1000000) * x * x;
  const Real w = c * x * (Real(1) + square);
  return sigmoid(w) + x * c * (Real(1) + Real(3) * square) * both(w);
}

/// An interval of at most 2^-89 in absolute terms that holds f; beyond 2^-1200 only the sign of f is known.
bool encloses(const functions::Approximation& a, const Real& f) {
  const Real value = Real(a.value.hi) + Real(a.value.lo), one(1);
  if (a.exact || a.value.hi + a.value.lo != a.value.hi) return false;
  const Real distance = (f.times_power_of_two(-a.exponent) - value).magnitude();
  return distance <= Real(a.error) &&
         Real(a.error).times_power_of_two(a.exponent) <= one.times_power_of_two(-89);
}

void check_absolutely(test::Function function, const test::Reference& reference,
                      std::vector<double> arguments, double lowest) {
  std::size_t failures = 0;
  double first = 0;
  for (const double x : arguments) {
    if (x < lowest || std::fabs(x) < 0x1p-200) continue;  // as above; and MPFR's erfc is slow
    if (!encloses(function(x), reference(Real(x))) && failures++ == 0) first = x;
  }
  INFO("first failing argument " << std::hexfloat << first);
  CHECK(failures == 0);
}

}  // namespace

TEST_CASE("sigmoid_grad and tanh_grad against MPFR", "[functions]") {
  std::vector<double> arguments;  // beyond these, 256 bits do not tell the value from 0 or from f(0)
  for (const double x : joined({common_arguments(51, 20000), knees}))
    if (std::fabs(x) < 1e8 && std::fabs(x) > 0x1p-100) arguments.push_back(x);
  test::check(functions::sigmoid_grad, both, arguments);
  test::check(functions::tanh_grad, tanh_grad, arguments);
  for (const double zero : {0.0, -0.0}) {
    CHECK(is_exactly(functions::sigmoid_grad(zero), 0.25));
    CHECK(is_exactly(functions::tanh_grad(zero), 1));
  }
  for (const double x : {infinity, -infinity}) {
    CHECK(is_exactly(functions::sigmoid_grad(x), 0.0));
    CHECK(is_exactly(functions::tanh_grad(x), 0.0));
  }
}

TEST_CASE("silu_grad, gelu_grad, gelu_tanh_grad against MPFR", "[functions]") {
  const auto arguments = joined({common_arguments(52, 20000), knees});
  check_absolutely(functions::silu_grad, silu_grad, arguments, -1e8);
  check_absolutely(functions::gelu_tanh_grad, gelu_tanh_grad, arguments, -100);
  check_absolutely(functions::gelu_grad, gelu_grad, joined({common_arguments(53, 3000), knees}), -14);
  for (const auto f : {functions::silu_grad, functions::gelu_grad, functions::gelu_tanh_grad}) {
    for (const double zero : {0.0, -0.0}) CHECK(is_exactly(f(zero), 0.5));
    CHECK(is_exactly(f(infinity), 1));
    CHECK(is_exactly(f(-infinity), -0.0));
    CHECK(is_exactly(f(not_a_number), not_a_number));
  }
}
