#include "tests/functions/reference.hpp"

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace exmy::test {
namespace {

using functions::Function;
using functions::Function2;

/// An MPFR number of the precision in force, rounded to nearest.
class Big {
 public:
  static inline mpfr_prec_t precision = 192;

  Big(double x = 0) {
    mpfr_init2(value_, precision);
    mpfr_set_d(value_, x, MPFR_RNDN);
  }
  Big(const Big& other) : Big() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Big& operator=(const Big& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~Big() { mpfr_clear(value_); }
  mpfr_ptr raw() { return value_; }
  mpfr_srcptr raw() const { return value_; }

  friend Big operator+(const Big& a, const Big& b) { return binary(mpfr_add, a, b); }
  friend Big operator-(const Big& a, const Big& b) { return binary(mpfr_sub, a, b); }
  friend Big operator*(const Big& a, const Big& b) { return binary(mpfr_mul, a, b); }
  friend Big operator/(const Big& a, const Big& b) { return binary(mpfr_div, a, b); }

 private:
  template <class F>
  static Big binary(F f, const Big& a, const Big& b) {
    Big result;
    f(result.value_, a.value_, b.value_, MPFR_RNDN);
    return result;
  }
  mpfr_t value_;
};

template <class F>
Big apply(F f, const Big& x) {
  Big result;
  f(result.raw(), x.raw(), MPFR_RNDN);
  return result;
}

Big pi() {
  Big result;
  mpfr_const_pi(result.raw(), MPFR_RNDN);
  return result;
}

Big root(const Big& x) { return apply(mpfr_sqrt, x); }
Big exp_of(const Big& x) { return apply(mpfr_exp, x); }

constexpr double infinity = std::numeric_limits<double>::infinity();

/// x moved by 2^-120 of itself: it stands for what lies next to x, closer than 2^-101 of it.
Big beside(const Big& x, double direction) { return x * (Big(1) + Big(std::copysign(0x1p-120, direction))); }

/// Where x - f(x) is of third order, f lies beside x for these x.
bool is_tiny(double x) { return std::fabs(x) < 0x1p-57; }

/// |x| at least `least`: f(x) lies so close to f(0) that f(least) has the same 100 bits.
double at_least(double x, double least) { return std::copysign(std::max(std::fabs(x), least), x); }

// ---- formulas: a few operations without cancellation, so that the relative error is below 2^-(precision-22)

Big sine_pi(double t) { return apply(mpfr_sin, pi() * Big(t)); }
Big cosine_pi(double t) { return apply(mpfr_cos, pi() * Big(at_least(t, 0x1p-58))); }

/// |x| = n / 2 + t modulo 2, |t| <= 1/4; every step is exact.
struct HalfTurns {
  int n;
  double t;
};
HalfTurns half_turns(double x) {
  const double r = std::fmod(std::fabs(x), 2.0);
  const double n = std::nearbyint(2 * r);
  return {static_cast<int>(n) % 4, r - n / 2};
}

Big sinpi(double x) {
  const auto [n, t] = half_turns(x);
  const double sign = std::copysign(1.0, x);
  if (t == 0) return n % 2 == 0 ? Big(sign * 0.0) : Big(n == 1 ? sign : -sign);
  const Big value = n % 2 == 0 ? sine_pi(t) : cosine_pi(t);
  return value * Big(n < 2 ? sign : -sign);
}

Big cospi(double x) {
  const auto [n, t] = half_turns(x);
  if (t == 0) return n % 2 == 0 ? Big(n == 0 ? 1 : -1) : Big(0.0);
  const Big value = n % 2 == 0 ? cosine_pi(t) : sine_pi(t);
  return value * Big(n == 0 || n == 3 ? 1 : -1);
}

Big asin_of(double x) {
  if (std::fabs(x) == 1) return pi() * Big(x / 2);
  return apply(mpfr_atan, Big(x) / root((Big(1) - Big(x)) * (Big(1) + Big(x))));
}

Big acos_of(double x) {
  if (x == -1) return pi();
  return Big(2) * apply(mpfr_atan, root((Big(1) - Big(x)) / (Big(1) + Big(x))));
}

Big atan_of(double x) {
  const Big inverse = Big(1) / Big(x);
  if (std::fabs(x) <= 1) return apply(mpfr_asin, Big(x) / root(Big(1) + Big(x) * Big(x)));
  return pi() * Big(std::copysign(0.5, x)) - apply(mpfr_asin, inverse / root(Big(1) + inverse * inverse));
}

/// atan(x) / pi: near 0 that is irrational, so that nothing needs to be moved.
Big atanpi(double x) {
  if (std::fabs(x) > 0x1p120) return beside(Big(std::copysign(0.5, x)), -1);
  return atan_of(x) / pi();
}

Big sinh_of(double x) {
  if (is_tiny(x)) return beside(x, 1);
  const Big e = apply(mpfr_expm1, Big(std::min(std::fabs(x), 2500.0)));
  return (e + e / (e + Big(1))) * Big(std::copysign(0.5, x));
}

Big cosh_of(double x) {
  const Big s = sinh_of(at_least(x, 0x1p-55) / 2);
  return Big(1) + Big(2) * s * s;
}

Big tanh_of(double x) {
  if (is_tiny(x)) return beside(x, -1);
  const Big e = apply(mpfr_expm1, Big(2 * std::min(std::fabs(x), 40.0)));
  return e / (e + Big(2)) * Big(std::copysign(1, x));
}

Big asinh_of(double x) {
  if (is_tiny(x)) return beside(x, -1);
  const Big y(std::fabs(x)), square = y * y;
  return apply(mpfr_log1p, y + square / (Big(1) + root(Big(1) + square))) * Big(std::copysign(1, x));
}

Big acosh_of(double x) {
  const Big rest = Big(x) - Big(1);
  return apply(mpfr_log1p, rest + root(rest * (Big(x) + Big(1))));
}

Big atanh_of(double x) {
  if (is_tiny(x)) return beside(x, 1);
  const Big y(std::fabs(x));
  return apply(mpfr_log1p, Big(2) * y / (Big(1) - y)) * Big(std::copysign(0.5, x));
}

Big sigmoid(const Big& w) { return Big(1) / (Big(1) + exp_of(Big(0) - w)); }
/// Above `upper` and below -2500 (e^-2500 < 2^-3600) the value there stands for the others.
double clamped(double x, double upper) { return std::clamp(x, -2500.0, upper); }

Big softplus(double x) {
  if (x > 80) return beside(x, 1);
  return x > 0 ? Big(x) + apply(mpfr_log1p, exp_of(Big(-x))) : apply(mpfr_log1p, exp_of(Big(clamped(x, 80))));
}

Big density(const Big& x) { return exp_of(x * x / Big(-2)) / root(Big(2) * pi()); }

/// Phi(-y), y > 0: the continued fraction phi(y) / (y + 1 / (y + 2 / (y + 3 / ...))) where it converges fast
/// (Abramowitz, Stegun 26.2.14; neighbouring convergents enclose the value), else MPFR.
Big upper_tail(double y) {
  if (y < 4) return apply(mpfr_erfc, Big(y) / root(Big(2))) / Big(2);
  const int terms = static_cast<int>(static_cast<double>(Big::precision * Big::precision) / (6 * y * y)) + 20;
  Big denominator(y);
  for (int n = terms; n > 0; --n) denominator = Big(y) + Big(n) / denominator;
  return density(y) / denominator;
}

Big normal(double x) { return x < 0 ? upper_tail(-x) : Big(1) - upper_tail(x); }

struct GeluTanh {
  Big w, slope;
};
GeluTanh gelu_tanh_argument(double at) {
  const Big x(at), a = Big(44715) / Big(1000000), c = Big(2) * root(Big(2) / pi());
  return {c * x * (Big(1) + a * x * x), c * (Big(1) + Big(3) * a * x * x)};
}

/// f(0) = 1/2, and f lies beside it for these x.
Big near_half(double x) { return beside(Big(0.5), x); }
Big half(double x) { return beside(Big(x) / Big(2), x); }

// The derivatives cancel near their zero, doubles come as close as 2^-55: the error grows to 2^-(precision-80).

Big silu_grad(double x) {
  if (std::fabs(x) < 0x1p-110) return near_half(x);
  const double y = clamped(x, 77);
  return sigmoid(y) * (Big(1) + Big(y) * sigmoid(-y));
}

Big gelu_grad(double x) {
  if (std::fabs(x) < 0x1p-110) return near_half(x);
  const double y = std::clamp(x, -70.0, 12.3);
  return normal(y) + Big(y) * density(y);
}

Big gelu_tanh_grad(double x) {
  if (std::fabs(x) < 0x1p-110) return near_half(x);
  const double y = std::clamp(x, -40.0, 9.5);
  const auto [w, slope] = gelu_tanh_argument(y);
  return sigmoid(w) * (Big(1) + Big(y) * slope * sigmoid(Big(0) - w));
}

Big sigmoid_grad(double x) {
  const Big y(at_least(clamped(std::fabs(x), 2500), 0x1p-55));
  return sigmoid(y) * sigmoid(Big(0) - y);
}

Big expm1_of(double x) {
  if (std::fabs(x) < 0x1p-110) return beside(x, x);
  return apply(mpfr_expm1, Big(std::clamp(x, -80.0, 2500.0)));
}

Big log1p_of(double x) { return std::fabs(x) < 0x1p-110 ? beside(x, -x) : apply(mpfr_log1p, Big(x)); }

/// For finite x, not 0, inside the domain and not a pole.
Big value(Function f, double x) {
  switch (f) {
    case Function::exp: return exp_of(Big(at_least(clamped(x, 2500), 0x1p-110)));
    case Function::exp2: return apply(mpfr_exp2, Big(at_least(std::clamp(x, -4000.0, 4000.0), 0x1p-110)));
    case Function::expm1: return expm1_of(x);
    case Function::log: return apply(mpfr_log, Big(x));
    case Function::log2: return apply(mpfr_log2, Big(x));
    case Function::log10: return apply(mpfr_log10, Big(x));
    case Function::log1p: return log1p_of(x);
    case Function::softplus: return softplus(x);
    case Function::sin: return is_tiny(x) ? beside(x, -1) : apply(mpfr_sin, Big(x));
    case Function::cos: return apply(mpfr_cos, Big(at_least(x, 0x1p-57)));
    case Function::tan: return is_tiny(x) ? beside(x, 1) : apply(mpfr_sin, Big(x)) / apply(mpfr_cos, Big(x));
    case Function::asin: return is_tiny(x) ? beside(x, 1) : asin_of(x);
    case Function::acos: return acos_of(x);
    case Function::atan: return is_tiny(x) ? beside(x, -1) : atan_of(x);
    case Function::sinpi: return sinpi(x);
    case Function::cospi: return cospi(x);
    case Function::tanpi: return sinpi(x) / cospi(x);
    case Function::asinpi: return asin_of(x) / pi();
    case Function::acospi: return acos_of(at_least(x, 0x1p-110)) / pi();
    case Function::atanpi: return atanpi(x);
    case Function::sinh: return sinh_of(x);
    case Function::cosh: return cosh_of(std::clamp(x, -2500.0, 2500.0));
    case Function::tanh: return tanh_of(x);
    case Function::asinh: return asinh_of(x);
    case Function::acosh: return acosh_of(x);
    case Function::atanh: return atanh_of(x);
    case Function::sigmoid: return std::fabs(x) < 0x1p-110 ? near_half(x) : sigmoid(clamped(x, 80));
    case Function::silu: return std::fabs(x) < 0x1p-110 ? half(x) : Big(x) * sigmoid(clamped(x, 80));
    case Function::erf: return apply(mpfr_erf, Big(std::clamp(x, -9.0, 9.0)));
    case Function::gelu:
      return std::fabs(x) < 0x1p-110 ? half(x) : Big(x) * normal(std::clamp(x, -70.0, 13.0));
    case Function::gelu_tanh:
      return std::fabs(x) < 0x1p-110 ? half(x)
                                     : Big(x) * sigmoid(gelu_tanh_argument(std::clamp(x, -40.0, 11.0)).w);
    case Function::sigmoid_grad: return sigmoid_grad(x);
    case Function::tanh_grad: return Big(4) * sigmoid_grad(2 * std::clamp(x, -1e300, 1e300));
    case Function::silu_grad: return silu_grad(x);
    case Function::gelu_grad: return gelu_grad(x);
    case Function::gelu_tanh_grad: return gelu_tanh_grad(x);
    case Function::rsqrt: return Big(1) / root(Big(x));
  }
  throw std::logic_error("function");
}

// ---- what has no formula -------------------------------------------------------------------------

Cut number(double x) {
  const oracle::Real real = oracle::real_of(x);
  if (real.kind == oracle::Real::Kind::nan) return {Cut::Kind::nan};
  if (real.kind == oracle::Real::Kind::infinite) return {Cut::Kind::infinite, real.negative};
  if (x == 0) return {Cut::Kind::number, real.negative};
  int e = 0;
  const double m = std::frexp(std::fabs(x), &e);  // m 2^53 is an integer
  return {Cut::Kind::number, real.negative, Uint128{static_cast<std::uint64_t>(std::ldexp(m, 53))} << 47,
          e - 1};
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::optional<double> at_zero(Function f, double x) {
  switch (f) {
    case Function::exp:
    case Function::exp2:
    case Function::cos:
    case Function::cospi:
    case Function::cosh:
    case Function::tanh_grad: return 1;
    case Function::acospi:
    case Function::sigmoid:
    case Function::silu_grad:
    case Function::gelu_grad:
    case Function::gelu_tanh_grad: return 0.5;
    case Function::sigmoid_grad: return 0.25;
    case Function::log:
    case Function::log2:
    case Function::log10: return -infinity;
    case Function::rsqrt: return 1 / x;
    case Function::acosh: return nan;
    case Function::softplus:
    case Function::acos: return {};
    case Function::expm1:
    case Function::log1p:
    case Function::sin:
    case Function::tan:
    case Function::asin:
    case Function::atan:
    case Function::sinpi:
    case Function::tanpi:
    case Function::asinpi:
    case Function::atanpi:
    case Function::sinh:
    case Function::tanh:
    case Function::asinh:
    case Function::atanh:
    case Function::silu:
    case Function::erf:
    case Function::gelu:
    case Function::gelu_tanh: return x;
  }
  throw std::logic_error("function");
}

std::optional<double> at_infinity(Function f, bool negative) {
  const double sign = negative ? -1 : 1;
  switch (f) {
    case Function::exp:
    case Function::exp2:
    case Function::softplus: return negative ? 0 : infinity;
    case Function::expm1: return negative ? -1 : infinity;
    case Function::log:
    case Function::log2:
    case Function::log10:
    case Function::log1p:
    case Function::acosh: return negative ? nan : infinity;
    case Function::sin:
    case Function::cos:
    case Function::tan:
    case Function::sinpi:
    case Function::cospi:
    case Function::tanpi:
    case Function::asin:
    case Function::acos:
    case Function::asinpi:
    case Function::acospi:
    case Function::atanh: return nan;
    case Function::atan: return {};
    case Function::atanpi: return sign / 2;
    case Function::sinh:
    case Function::asinh: return sign * infinity;
    case Function::cosh: return infinity;
    case Function::tanh:
    case Function::erf: return sign;
    case Function::sigmoid: return negative ? 0 : 1;
    case Function::silu:
    case Function::gelu:
    case Function::gelu_tanh: return negative ? -0.0 : infinity;
    case Function::sigmoid_grad:
    case Function::tanh_grad: return 0;
    case Function::silu_grad:
    case Function::gelu_grad:
    case Function::gelu_tanh_grad: return negative ? -0.0 : 1;
    case Function::rsqrt: return negative ? nan : 0;
  }
  throw std::logic_error("function");
}

bool is_logarithm(Function f) { return f == Function::log || f == Function::log2 || f == Function::log10; }

bool needs_unit_interval(Function f) {
  return f == Function::asin || f == Function::acos || f == Function::asinpi || f == Function::acospi ||
         f == Function::atanh;
}

std::optional<double> special(Function f, double x) {
  if (std::isnan(x)) return nan;
  if (x == 0) return at_zero(f, x);
  if (std::isinf(x)) return at_infinity(f, x < 0);
  if ((is_logarithm(f) || f == Function::rsqrt) && x < 0) return nan;
  if (f == Function::log1p && x <= -1) return x == -1 ? -infinity : nan;
  if (f == Function::acosh && x < 1) return nan;
  if (needs_unit_interval(f) && std::fabs(x) > 1) return nan;
  if (f == Function::atanh && std::fabs(x) == 1) return x * infinity;
  const double turn = std::fmod(std::fabs(x), 2.0);
  if (f == Function::tanpi && (turn == 0.5 || turn == 1.5))
    return (turn == 0.5) == (x > 0) ? infinity : -infinity;
  return {};
}

// ---- from a number and its error to 100 bits -----------------------------------------------------

Uint128 significand_of(mpfr_srcptr x) {  // of 100 bits
  mpz_class all;
  mpfr_get_z_2exp(all.get_mpz_t(), x);
  all = abs(all);
  const mpz_class high = all >> 64, low = all - (high << 64);
  return Uint128{high.get_ui()} << 64 | low.get_ui();
}

/// Nothing if the interval v (1 +- 2^-good) does not decide. The last precision decides always: numbers that
/// agree to more than 12,000 bits are equal.
std::optional<Cut> cut(const Big& v, long good, bool last) {
  const bool negative = mpfr_signbit(v.raw()) != 0;
  if (mpfr_zero_p(v.raw()) != 0) return Cut{Cut::Kind::number, negative};
  const long e = mpfr_get_exp(v.raw()) - 1;
  const Uint128 one = Uint128{1} << 99;
  if (e >= 2048) return Cut{Cut::Kind::number, negative, one, 2048, true};
  if (e < -2048) return Cut{Cut::Kind::number, negative, one + (one >> 1), -2049, true};
  Big delta(1);
  mpfr_mul_2si(delta.raw(), delta.raw(), -good, MPFR_RNDN);
  const Big near = v * (Big(1) - delta), far = v * (Big(1) + delta);
  mpfr_t a, b;
  mpfr_inits2(100, a, b, static_cast<mpfr_ptr>(nullptr));
  mpfr_set(a, last ? v.raw() : near.raw(), last ? MPFR_RNDN : MPFR_RNDZ);
  mpfr_set(b, last ? v.raw() : far.raw(), last ? MPFR_RNDN : MPFR_RNDZ);
  std::optional<Cut> result;
  if (mpfr_equal_p(a, b) != 0)
    result =
        Cut{Cut::Kind::number, negative, significand_of(a), static_cast<int>(mpfr_get_exp(a)) - 1, !last};
  mpfr_clears(a, b, static_cast<mpfr_ptr>(nullptr));
  return result;
}

/// The value at growing precision; `lost` bits of it are not good.
template <class Compute>
Cut decide(long lost, Compute compute) {
  for (mpfr_prec_t p = lost > 60 ? 256 : 192;; p *= 4) {
    Big::precision = p;
    const bool last = p > 12000;
    if (const auto result = cut(compute(), p - lost, last)) return *result;
  }
}

bool may_cancel(Function f) {
  return f == Function::silu_grad || f == Function::gelu_grad || f == Function::gelu_tanh_grad;
}

/// Quarters of a turn between the axis and (x, y) for zeros and infinities, x and y >= 0.
double quarters(double y, double x) {
  if (std::isinf(y)) return std::isinf(x) ? 0.5 : 1;
  return y == 0 || std::isinf(x) ? 0 : 1;
}

Big angle(double y, double x) {
  const double a = std::fabs(y), b = std::fabs(x);
  const bool flat = a == 0 || b == 0 || std::isinf(a) || std::isinf(b);
  Big result = flat ? pi() * Big(quarters(a, b) / 2) : apply(mpfr_atan, Big(a) / Big(b));
  if (std::signbit(x)) result = pi() - result;
  return result * Big(std::copysign(1, y));
}

}  // namespace

oracle::Real Cut::real() const {
  if (kind == Kind::nan) return {oracle::Real::Kind::nan, false, {}};
  if (kind == Kind::infinite) return {oracle::Real::Kind::infinite, negative, {}};
  const mpz_class high(static_cast<std::uint64_t>(significand >> 64)),
      low(static_cast<std::uint64_t>(significand));
  mpq_class size((high << 64) + low);
  if (more) size += mpq_class(1, 2);
  return {oracle::Real::Kind::number, negative, size * oracle::power_of_two(exponent - 99)};
}

long double Cut::odd() const {
  const auto top = static_cast<std::uint64_t>(significand >> 36);
  const bool rest = more || (significand << 92) != 0;
  return std::ldexp(static_cast<long double>(top | (rest ? 1U : 0U)), exponent - 63);
}

Cut reference(Function f, double x) {
  if (const auto known = special(f, x)) return number(*known);
  return decide(may_cancel(f) ? 80 : 22, [&] { return value(f, x); });
}

Cut reference(Function2 f, double y, double x) {
  if (std::isnan(y) || std::isnan(x)) return {Cut::Kind::nan};
  return decide(22, [&] { return f == Function2::atan2 ? angle(y, x) : angle(y, x) / pi(); });
}

}  // namespace exmy::test
