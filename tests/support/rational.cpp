#include "tests/support/rational.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace exmy::oracle {
namespace {

using Kind = Real::Kind;

Real nan() { return {Kind::nan, false, {}}; }
Real infinity(bool negative) { return {Kind::infinite, negative, {}}; }

}  // namespace

mpq_class power_of_two(long exponent) {
  mpq_class result(1);
  const auto n = static_cast<unsigned long>(std::labs(exponent));
  if (exponent >= 0)
    mpq_mul_2exp(result.get_mpq_t(), result.get_mpq_t(), n);
  else
    mpq_div_2exp(result.get_mpq_t(), result.get_mpq_t(), n);
  return result;
}

long floor_log2(const mpq_class& x) {
  const long guess = static_cast<long>(mpz_sizeinbase(x.get_num_mpz_t(), 2)) -
                     static_cast<long>(mpz_sizeinbase(x.get_den_mpz_t(), 2));
  return power_of_two(guess) > x ? guess - 1 : guess;
}

mpz_class whole_part(const mpq_class& x) {
  mpz_class result;
  mpz_fdiv_q(result.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
  return result;
}

Real real_of(double x) {
  if (std::isnan(x)) return nan();
  if (std::isinf(x)) return infinity(std::signbit(x));
  return {Kind::number, std::signbit(x), abs(mpq_class(x))};
}

double double_of(const Real& x) {
  const double sign = x.negative ? -1.0 : 1.0;
  if (x.kind == Kind::nan) return std::numeric_limits<double>::quiet_NaN();
  if (x.kind == Kind::infinite) return sign * std::numeric_limits<double>::infinity();
  if (x.size == 0) return sign * 0.0;
  const long e = floor_log2(x.size);
  const mpq_class significand = x.size * power_of_two(52 - e);
  const double result = std::ldexp(significand.get_d(), static_cast<int>(e - 52));
  if (significand.get_den() != 1 || std::isinf(result) || mpq_class(result) != x.size)
    throw std::range_error("no double: " + x.size.get_str());
  return sign * result;
}

Exact exact_of(const Real& x) {
  Exact result;
  result.negative = x.negative;
  if (x.kind == Kind::nan) result.kind = Exact::Kind::nan;
  if (x.kind == Kind::infinite) result.kind = Exact::Kind::infinite;
  if (!x.is_number() || x.size == 0) return result;
  result.kind = Exact::Kind::finite;
  result.exponent = static_cast<int>(floor_log2(x.size));
  const mpq_class scaled = x.size * power_of_two(127 - result.exponent);
  const mpz_class n = whole_part(scaled);
  const mpz_class high = n >> 64, low = n - (high << 64);
  result.significand = (Uint128{high.get_ui()} << 64) | low.get_ui();
  result.sticky = scaled != mpq_class(n);
  return result;
}

std::string text(const Real& x) {
  if (!x.is_number()) return text(double_of(x));
  if (x.size == 0) return x.negative ? "-0" : "0";
  const unsigned long k = mpz_scan1(x.size.get_den_mpz_t(), 0);
  const mpz_class odd = x.size.get_den() >> k;
  const std::string divisor = odd == 1 ? "" : " / " + odd.get_str(16);
  return (x.negative ? "-" : "") + x.size.get_num().get_str(16) + divisor + " p-" + std::to_string(k);
}

}  // namespace exmy::oracle
