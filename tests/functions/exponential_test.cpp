// exp, exp2, expm1, log, log2, log10, log1p, rsqrt: a relative error below 2^-90 against MPFR.
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

// Around the places where exp overflows and underflows in binary64, binary32, binary16, or the code branches.
const auto exponents =
    test::around_all({1e-300, 0x1p-91, 0x1p-90, 0x1p-53, 0.0027, 1.0, 0.6931471805599453, 11.09, 17.33, 64.0,
                      88.72, 103.97, 128.0, 709.78, 745.13, 1074.0, 1024.0, 2048.0});
const auto positives = test::around_all({1e-300, 0x1p-1022, 0x1p-91, 0x1p-90, 0x1p-8, 0.5, 0.709, 0.71, 1.0,
                                         1.41421, 2.0, 10.0, 100.0, 1e10, 1e22, 1e23, 0x1p1023});

}  // namespace

TEST_CASE("exp against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_exp, x); };
  test::check(functions::exp, reference, joined({common_arguments(1, 120000), exponents}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::exp(zero), 1));
  CHECK(is_exactly(functions::exp(-infinity), 0.0));
  CHECK(is_exactly(functions::exp(infinity), infinity));
  CHECK(is_exactly(functions::exp(not_a_number), not_a_number));
}

TEST_CASE("exp2 against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_exp2, x); };
  test::check(functions::exp2, reference, joined({common_arguments(2, 120000), exponents}));
  for (int e = -1074; e < 1024; ++e) REQUIRE(is_exactly(functions::exp2(e), std::ldexp(1, e)));
  CHECK(is_exactly(functions::exp2(-0.0), 1));
  CHECK(is_exactly(functions::exp2(-infinity), 0.0));
  CHECK(is_exactly(functions::exp2(infinity), infinity));
  CHECK(is_exactly(functions::exp2(not_a_number), not_a_number));
}

TEST_CASE("expm1 against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_expm1, x); };
  test::check(functions::expm1, reference, joined({common_arguments(3, 120000), exponents}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::expm1(zero), zero));
  CHECK(is_exactly(functions::expm1(-infinity), -1));
  CHECK(is_exactly(functions::expm1(infinity), infinity));
  CHECK(is_exactly(functions::expm1(not_a_number), not_a_number));
}

TEST_CASE("log against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_log, x); };
  test::check(functions::log, reference, joined({common_arguments(4, 120000), positives}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::log(zero), -infinity));
  CHECK(is_exactly(functions::log(1), 0.0));
  CHECK(is_exactly(functions::log(infinity), infinity));
  for (const double x : {-1.0, -0x1p-1074, -infinity, not_a_number})
    CHECK(is_exactly(functions::log(x), not_a_number));
}

TEST_CASE("log2 against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_log2, x); };
  test::check(functions::log2, reference, joined({common_arguments(5, 120000), positives}));
  for (int e = -1074; e < 1024; ++e) REQUIRE(is_exactly(functions::log2(std::ldexp(1, e)), e));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::log2(zero), -infinity));
  CHECK(is_exactly(functions::log2(infinity), infinity));
  for (const double x : {-1.0, -infinity, not_a_number}) CHECK(is_exactly(functions::log2(x), not_a_number));
}

TEST_CASE("log10 against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_log10, x); };
  test::check(functions::log10, reference, joined({common_arguments(6, 120000), positives}));
  double power = 1;
  for (int n = 0; n <= 22; ++n, power *= 10) REQUIRE(is_exactly(functions::log10(power), n));
  for (const double x : {1e23, 0.1, 0.001}) CHECK_FALSE(functions::log10(x).exact);  // no powers of ten
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::log10(zero), -infinity));
  CHECK(is_exactly(functions::log10(infinity), infinity));
  for (const double x : {-1.0, -infinity, not_a_number}) CHECK(is_exactly(functions::log10(x), not_a_number));
}

TEST_CASE("log1p against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_log1p, x); };
  test::check(functions::log1p, reference, joined({common_arguments(7, 120000), positives}));
  for (const double zero : {0.0, -0.0}) CHECK(is_exactly(functions::log1p(zero), zero));
  CHECK(is_exactly(functions::log1p(-1), -infinity));
  CHECK(is_exactly(functions::log1p(infinity), infinity));
  for (const double x : {-1.5, -infinity, not_a_number}) CHECK(is_exactly(functions::log1p(x), not_a_number));
}

TEST_CASE("rsqrt against MPFR", "[functions]") {
  const auto reference = [](const Real& x) { return apply(mpfr_rec_sqrt, x); };
  test::check(functions::rsqrt, reference, joined({common_arguments(8, 120000), positives}));
  for (int e = -537; e < 512; ++e)
    REQUIRE(is_exactly(functions::rsqrt(std::ldexp(1, 2 * e)), std::ldexp(1, -e)));
  for (const double x : {2.0, 0.5, 9.0}) CHECK_FALSE(functions::rsqrt(x).exact);
  CHECK(is_exactly(functions::rsqrt(0.0), infinity));
  CHECK(is_exactly(functions::rsqrt(-0.0), -infinity));
  CHECK(is_exactly(functions::rsqrt(infinity), 0.0));
  for (const double x : {-1.0, -infinity, not_a_number}) CHECK(is_exactly(functions::rsqrt(x), not_a_number));
}
