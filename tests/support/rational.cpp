#include "tests/support/rational.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

namespace exmy::oracle {
namespace {

using Kind = Real::Kind;

Real nan() { return {Kind::nan, false, {}}; }
Real infinity(bool negative) { return {Kind::infinite, negative, {}}; }
Real zero(bool negative) { return {Kind::number, negative, {}}; }

mpq_class signed_value(const Real& x) { return x.negative ? mpq_class(-x.size) : x.size; }

Real negated(Real x) {
  x.negative = !x.negative;
  return x;
}

Real sum(const Real& x, const Real& y, bool toward_negative) {
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  if (x.kind == Kind::infinite && y.kind == Kind::infinite) return x.negative == y.negative ? x : nan();
  if (x.kind == Kind::infinite) return x;
  if (y.kind == Kind::infinite) return y;
  const mpq_class total = signed_value(x) + signed_value(y);
  if (total != 0) return {Kind::number, total < 0, abs(total)};
  return zero(x.negative == y.negative ? x.negative : toward_negative);
}

Real product(const Real& x, const Real& y) {
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  const bool negative = x.negative != y.negative;
  if (x.kind == Kind::infinite || y.kind == Kind::infinite)
    return x.is_zero() || y.is_zero() ? nan() : infinity(negative);
  return {Kind::number, negative, x.size * y.size};
}

Real quotient(const Real& x, const Real& y, bool p3109) {
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  const bool negative = x.negative != y.negative;
  if (y.is_zero()) return p3109 || x.is_zero() ? nan() : infinity(negative);
  if (x.kind == Kind::infinite) return y.kind == Kind::infinite ? nan() : infinity(negative);
  if (y.kind == Kind::infinite) return zero(negative);
  return {Kind::number, negative, x.size / y.size};
}

/// sqrt(size) 2^k lies between two neighbouring integers r and r + 1, k large: r + 1/2 stands for it.
Real root(const Real& x) {
  if (x.kind == Kind::nan || x.is_zero()) return x;
  if (x.negative) return nan();
  if (x.kind == Kind::infinite) return x;
  const long k = 200 - floor_log2(x.size) / 2;
  const mpq_class scaled = x.size * power_of_two(2 * k);
  const mpz_class r = sqrt(whole_part(scaled));
  mpq_class value(r);
  if (mpq_class(r * r) != scaled) value += mpq_class(1, 2);
  return {Kind::number, false, value * power_of_two(-k)};
}

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

Real exact_result(Operation operation, bool toward_negative, bool p3109, const Real& x, const Real& y,
                  const Real& z) {
  switch (operation) {
    case Operation::add: return sum(x, y, toward_negative);
    case Operation::sub: return sum(x, negated(y), toward_negative);
    case Operation::mul: return product(x, y);
    case Operation::div: return quotient(x, y, p3109);
    case Operation::fma: return sum(product(x, y), z, toward_negative);
    case Operation::sqrt: return root(x);
  }
  throw std::logic_error("operation");
}

std::string text(double x) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%a (%.17g)", x, x);
  return buffer;
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
