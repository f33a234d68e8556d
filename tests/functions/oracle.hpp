#pragma once
// Real numbers by MPFR, and the check of exmy::functions against them.

#include <mpfr.h>

#include <cmath>
#include <functional>
#include <vector>

#include "formats/functions/elementary.hpp"
#include "tests/support/catch.hpp"

namespace exmy::test {

/// An MPFR number of 256 bits, rounded to nearest.
class Real {
 public:
  Real(double x = 0) {
    mpfr_init2(value_, 256);
    mpfr_set_d(value_, x, MPFR_RNDN);
  }
  Real(const Real& other) : Real() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Real& operator=(const Real& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  ~Real() { mpfr_clear(value_); }

  mpfr_ptr raw() { return value_; }
  mpfr_srcptr raw() const { return value_; }

  friend Real operator+(const Real& a, const Real& b) { return binary(mpfr_add, a, b); }
  friend Real operator-(const Real& a, const Real& b) { return binary(mpfr_sub, a, b); }
  friend Real operator*(const Real& a, const Real& b) { return binary(mpfr_mul, a, b); }
  friend Real operator/(const Real& a, const Real& b) { return binary(mpfr_div, a, b); }
  friend bool operator<(const Real& a, const Real& b) { return mpfr_less_p(a.value_, b.value_) != 0; }
  friend bool operator<=(const Real& a, const Real& b) { return mpfr_lessequal_p(a.value_, b.value_) != 0; }

  Real times_power_of_two(long e) const {
    Real result;
    mpfr_mul_2si(result.value_, value_, e, MPFR_RNDN);
    return result;
  }
  Real magnitude() const {
    Real result;
    mpfr_abs(result.value_, value_, MPFR_RNDN);
    return result;
  }
  bool is_nan() const { return mpfr_nan_p(value_) != 0; }
  bool equals(const Real& other) const {
    return mpfr_equal_p(value_, other.value_) != 0 && mpfr_signbit(value_) == mpfr_signbit(other.value_);
  }

 private:
  template <class Function>
  static Real binary(Function f, const Real& a, const Real& b) {
    Real result;
    f(result.value_, a.value_, b.value_, MPFR_RNDN);
    return result;
  }
  mpfr_t value_;
};

template <class Function>
Real apply(Function f, const Real& x) {
  Real result;
  f(result.raw(), x.raw(), MPFR_RNDN);
  return result;
}

/// Whether `a` keeps the promises of Approximation about the value f.
inline bool holds(const functions::Approximation& a, const Real& f) {
  if (a.exact) {
    const Real value = Real(a.value.hi).times_power_of_two(a.exponent);
    return a.value.lo == 0 && a.error == 0 && (f.is_nan() ? value.is_nan() : value.equals(f));
  }
  const Real one(1);
  if (a.exponent == 4096) return one.times_power_of_two(2047) < f.magnitude();
  if (!std::isfinite(a.value.hi) || a.value.hi == 0 || a.value.hi + a.value.lo != a.value.hi) return false;
  const bool tiny = f.magnitude() < one.times_power_of_two(-1200);
  if (!tiny && a.error > 0x1p-90 * std::fabs(a.value.hi)) return false;
  const Real distance = (f.times_power_of_two(-a.exponent) - Real(a.value.hi) - Real(a.value.lo)).magnitude();
  return distance <= Real(a.error);  // not <: f beyond 256 bits may have been rounded to the interval's end
}

using Function = functions::Approximation (*)(double);
using Reference = std::function<Real(const Real&)>;

inline void check(Function function, const Reference& reference, const std::vector<double>& arguments) {
  std::size_t failures = 0;
  double first = 0;
  for (const double x : arguments)
    if (!holds(function(x), reference(Real(x))) && failures++ == 0) first = x;
  INFO("first failing argument " << std::hexfloat << first);
  CHECK(failures == 0);
}

inline bool is_exactly(const functions::Approximation& a, double value) {
  const double hi = std::ldexp(a.value.hi, a.exponent);
  const bool same =
      std::isnan(value) ? std::isnan(hi) : hi == value && std::signbit(hi) == std::signbit(value);
  return same && a.exact && a.value.lo == 0 && a.error == 0;
}

}  // namespace exmy::test
