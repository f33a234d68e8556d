// The only file that includes MPFR. Functions that MPFR has are its own results, rounded toward zero with its
// statement whether they are exact; the others are enclosed in intervals of growing precision until both ends
// have the same leading bits.
#include "formats/functions/mpfr_value.hpp"

#include <mpfr.h>

#include <optional>

#include "formats/functions/composition_ends.hpp"
#include "formats/functions/exact_value.hpp"

namespace exmy::functions {
namespace {

static_assert(GMP_NUMB_BITS == 64 && MPFR_VERSION >= MPFR_VERSION_NUM(4, 2, 0));

/// MPFR's state in this thread is the caller's: its flags and exponent range come back as they were.
/// The caches of constants that MPFR keeps for a thread go with the thread.
class Visit {
 public:
  Visit() {
    mpfr_set_emin(MPFR_EMIN_DEFAULT);
    mpfr_set_emax(MPFR_EMAX_DEFAULT);
    static thread_local const Caches caches;
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    mpfr_set_emin(e_min_);
    mpfr_set_emax(e_max_);
    mpfr_flags_restore(flags_, MPFR_FLAGS_ALL);
  }

 private:
  struct Caches {
    ~Caches() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }
  };
  mpfr_flags_t flags_ = mpfr_flags_save();
  mpfr_exp_t e_min_ = mpfr_get_emin(), e_max_ = mpfr_get_emax();
};

class Number {
 public:
  explicit Number(mpfr_prec_t precision) { mpfr_init2(value_, precision); }
  Number(double x, mpfr_prec_t precision, mpfr_rnd_t rounding = MPFR_RNDN) : Number(precision) {
    mpfr_set_d(value_, x, rounding);
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }
  operator mpfr_srcptr() const { return value_; }

 private:
  mpfr_t value_;
};

/// y = |f| rounded toward zero at `bits` bits, with the sign of f. A zero that is not exact is an underflow.
Exact exact_of(mpfr_srcptr y, bool is_exact, int bits) {
  const bool negative = mpfr_signbit(y) != 0;
  if (mpfr_nan_p(y) != 0) return Exact::nan();
  if (mpfr_inf_p(y) != 0) return Exact::infinity(negative);
  if (mpfr_zero_p(y) != 0)
    return is_exact ? Exact::zero(negative) : truncated(Exact::scaled(negative, 1, -4096, true), bits);
  const auto* limbs = static_cast<const mp_limb_t*>(mpfr_custom_get_significand(y));
  const Uint128 significand = bits > 64 ? Uint128{limbs[1]} << 64 | limbs[0] : Uint128{limbs[0]} << 64;
  const mpfr_exp_t e = mpfr_get_exp(y);  // |y| in [2^(e - 1), 2^e)
  const int exponent = e > 4096 ? 4096 : e < -4096 ? -4096 : static_cast<int>(e);
  return truncated(Exact::scaled(negative, significand, exponent - 128, !is_exact), bits);
}

// ---- intervals -----------------------------------------------------------------------------------

using Unary = int(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

/// A closed interval that holds a real number; results hold f of every number in the operands.
struct Interval {
  explicit Interval(mpfr_prec_t precision) : low(precision), high(precision) {}
  Interval(double x, mpfr_prec_t precision) : low(x, precision, MPFR_RNDD), high(x, precision, MPFR_RNDU) {}
  Interval(const Interval& x) : Interval(x.precision()) {
    mpfr_set(low, x.low, MPFR_RNDN);
    mpfr_set(high, x.high, MPFR_RNDN);
  }
  Interval& operator=(const Interval&) = delete;
  mpfr_prec_t precision() const { return mpfr_get_prec(low); }

  Number low, high;
};

Interval rising(Unary* f, const Interval& x) {
  Interval y(x.precision());
  f(y.low, x.low, MPFR_RNDD);
  f(y.high, x.high, MPFR_RNDU);
  return y;
}

Interval falling(Unary* f, const Interval& x) {
  Interval y(x.precision());
  f(y.low, x.high, MPFR_RNDD);
  f(y.high, x.low, MPFR_RNDU);
  return y;
}

int reciprocal(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) { return mpfr_ui_div(y, 1, x, r); }

Interval operator-(const Interval& x) { return falling(mpfr_neg, x); }

Interval operator+(const Interval& x, const Interval& y) {
  Interval sum(x.precision());
  mpfr_add(sum.low, x.low, y.low, MPFR_RNDD);
  mpfr_add(sum.high, x.high, y.high, MPFR_RNDU);
  return sum;
}

Interval operator+(const Interval& x, double y) { return x + Interval(y, x.precision()); }

Interval operator*(const Interval& x, const Interval& y) {
  Interval product(x.precision());
  Number p(x.precision());
  mpfr_mul(product.low, x.low, y.low, MPFR_RNDD);
  mpfr_mul(product.high, x.low, y.low, MPFR_RNDU);
  const auto take = [&](const Number& a, const Number& b) {
    mpfr_mul(p, a, b, MPFR_RNDD);
    mpfr_min(product.low, product.low, p, MPFR_RNDD);
    mpfr_mul(p, a, b, MPFR_RNDU);
    mpfr_max(product.high, product.high, p, MPFR_RNDU);
  };
  take(x.low, y.high);
  take(x.high, y.low);
  take(x.high, y.high);
  return product;
}

Interval operator*(const Interval& x, double y) { return x * Interval(y, x.precision()); }

/// REQUIRES y > 0.
Interval operator/(const Interval& x, const Interval& y) { return x * falling(reciprocal, y); }
Interval operator/(const Interval& x, double y) { return x / Interval(y, x.precision()); }

/// sqrt(2 / pi)
Interval root_two_over_pi(mpfr_prec_t precision) {
  Interval pi(precision);
  mpfr_const_pi(pi.low, MPFR_RNDD);
  mpfr_const_pi(pi.high, MPFR_RNDU);
  return rising(mpfr_sqrt, Interval(2, precision) / pi);
}

// ---- compositions --------------------------------------------------------------------------------

Interval sigmoid_of(const Interval& w) { return falling(reciprocal, rising(mpfr_exp, -w) + 1); }

/// (1 + erf(x / sqrt 2)) / 2
Interval normal_distribution(const Interval& x) {
  const Interval root_half = rising(mpfr_sqrt, Interval(0.5, x.precision()));
  return falling(mpfr_erfc, -(x * root_half)) * 0.5;
}

/// e^(-x^2/2) / sqrt(2 pi)
Interval normal_density(const Interval& x) {
  return rising(mpfr_exp, x * x * -0.5) * root_two_over_pi(x.precision()) * 0.5;
}

/// a x^2, a = 0.044715
Interval cubic_part(const Interval& x) { return x * x * 44715 / 1e6; }

/// w = 2 sqrt(2/pi) (x + a x^3), so that gelu_tanh = x sigmoid(w).
Interval gelu_argument(const Interval& x) {
  return root_two_over_pi(x.precision()) * 2 * x * (cubic_part(x) + 1);
}

Interval gelu_tanh_slope(const Interval& x) {
  const Interval w = gelu_argument(x), s = sigmoid_of(w);
  const Interval w_slope = root_two_over_pi(x.precision()) * 2 * (cubic_part(x) * 3 + 1);
  return s * (x * sigmoid_of(-w) * w_slope + 1);
}

/// f of a composition; the others are direct.
Interval composed(Function f, const Interval& x) {
  using enum Function;
  if (f == sigmoid) return sigmoid_of(x);
  if (f == softplus) return rising(mpfr_log1p, rising(mpfr_exp, x));
  if (f == silu) return x * sigmoid_of(x);
  if (f == gelu) return x * normal_distribution(x);
  if (f == gelu_tanh) return x * sigmoid_of(gelu_argument(x));
  if (f == sigmoid_grad) return sigmoid_of(x) * sigmoid_of(-x);
  if (f == tanh_grad) return sigmoid_of(x * 2) * sigmoid_of(x * -2) * 4;
  if (f == silu_grad) return sigmoid_of(x) * (x * sigmoid_of(-x) + 1);
  if (f == gelu_grad) return normal_distribution(x) + x * normal_density(x);
  return gelu_tanh_slope(x);
}

/// The common leading bits of both ends.
std::optional<Exact> decided(const Interval& x, int bits) {
  Number low(bits), high(bits);
  mpfr_set(low, x.low, MPFR_RNDZ);
  mpfr_set(high, x.high, MPFR_RNDZ);
  const bool same = mpfr_zero_p(low) == 0 && mpfr_equal_p(low, high) != 0;
  return same ? std::optional(exact_of(low, false, bits)) : std::nullopt;
}

/// The loop ends because no value is a number of `bits` bits. For rational expressions of x and e^x, x not 0,
/// and for softplus that is the theorem of Lindemann-Weierstrass. For gelu, gelu_tanh and their derivatives
/// no theorem is known; each further bit halves the odds, and a value that agrees with such a number to a
/// thousand times the bits of a double would be taken for it.
Exact composed_value(Function f, double x, int bits) {
  if (const auto known = at_the_ends(f, x)) return truncated(*known, bits);
  constexpr mpfr_prec_t limit = 1 << 16;
  for (mpfr_prec_t precision = bits + 12;; precision *= 2) {
    const Interval y = composed(f, Interval(x, precision));
    if (const auto value = decided(y, bits)) return *value;
    if (precision < limit) continue;
    Number nearest(bits);
    mpfr_set(nearest, y.low, MPFR_RNDN);
    return exact_of(nearest, true, bits);
  }
}

// ---- MPFR's own functions ------------------------------------------------------------------------

/// Null for a composition.
Unary* direct(Function f) {
  using enum Function;
  switch (f) {
    case exp: return mpfr_exp;
    case exp2: return mpfr_exp2;
    case expm1: return mpfr_expm1;
    case log: return mpfr_log;
    case log2: return mpfr_log2;
    case log10: return mpfr_log10;
    case log1p: return mpfr_log1p;
    case sin: return mpfr_sin;
    case cos: return mpfr_cos;
    case tan: return mpfr_tan;
    case asin: return mpfr_asin;
    case acos: return mpfr_acos;
    case atan: return mpfr_atan;
    case sinpi: return mpfr_sinpi;
    case cospi: return mpfr_cospi;
    case tanpi: return mpfr_tanpi;
    case asinpi: return mpfr_asinpi;
    case acospi: return mpfr_acospi;
    case atanpi: return mpfr_atanpi;
    case sinh: return mpfr_sinh;
    case cosh: return mpfr_cosh;
    case tanh: return mpfr_tanh;
    case asinh: return mpfr_asinh;
    case acosh: return mpfr_acosh;
    case atanh: return mpfr_atanh;
    case erf: return mpfr_erf;
    case rsqrt: return mpfr_rec_sqrt;
    case softplus:
    case sigmoid:
    case silu:
    case gelu:
    case gelu_tanh:
    case sigmoid_grad:
    case tanh_grad:
    case silu_grad:
    case gelu_grad:
    case gelu_tanh_grad: return nullptr;
  }
  return nullptr;
}

}  // namespace

Exact mpfr_value(Function f, double x, int bits) {
  const Visit visit;
  if (f == Function::rsqrt && x == 0) return Exact::infinity(Exact::of(x).negative);  // MPFR: never negative
  Unary* const function = direct(f);
  if (function == nullptr) return composed_value(f, x, bits);
  Number y(bits);
  const bool is_exact = function(y, Number(x, 53), MPFR_RNDZ) == 0;
  return exact_of(y, is_exact, bits);
}

Exact mpfr_value(Function2 f, double y, double x, int bits) {
  const Visit visit;
  Number angle(bits);
  const auto function = f == Function2::atan2 ? mpfr_atan2 : mpfr_atan2pi;
  const bool is_exact = function(angle, Number(y, 53), Number(x, 53), MPFR_RNDZ) == 0;
  return exact_of(angle, is_exact, bits);
}

}  // namespace exmy::functions
