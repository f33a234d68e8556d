#include "formats/classify.hpp"

#include "formats/binary64.hpp"
#include "formats/codec.hpp"

namespace exmy {
namespace {

bool is_p3109(const Format& f) { return f.semantics == Semantics::p3109; }

/// The neighbour of what has none on that side.
double at_the_end(const Format& f, double x) { return is_p3109(f) && f.has_nan() ? nan64 : x; }

/// The value `steps` codes away from a magnitude that has a code.
double moved(const Format& f, double magnitude, int steps) {
  return f.finite_value(*encode(f, magnitude) + static_cast<std::uint64_t>(steps));
}

double above_magnitude(const Format& f, double magnitude) {
  if (magnitude == 0) return f.min_positive();
  if (is_infinite(magnitude)) return at_the_end(f, magnitude);
  if (magnitude < f.max_finite()) return moved(f, magnitude, 1);
  return f.infinities ? infinity64 : at_the_end(f, magnitude);
}

/// Below a positive one that is not the smallest.
double below_magnitude(const Format& f, double magnitude) {
  return is_infinite(magnitude) ? f.max_finite() : moved(f, magnitude, -1);
}

double zero_of(const Format& f, bool negative) {
  return with_sign(0.0, negative && f.negative_zero && !is_p3109(f));
}

}  // namespace

bool is_subnormal(const Format& f, double x) { return x != 0 && magnitude(x) < pow2(f.e_min()); }

bool is_normal(const Format& f, double x) { return is_finite(x) && x != 0 && !is_subnormal(f, x); }

bool is_sign_minus(double x, Semantics semantics) {
  return x < 0 || (x == 0 && semantics == Semantics::ieee754 && is_negative(x));
}

NumberClass classify(const Format& f, double x) {
  using enum NumberClass;
  const bool negative = is_sign_minus(x, f.semantics);
  if (is_nan(x)) return quiet_nan;
  if (is_infinite(x)) return negative ? negative_infinity : positive_infinity;
  if (x == 0) return negative ? negative_zero : positive_zero;
  if (is_subnormal(f, x)) return negative ? negative_subnormal : positive_subnormal;
  return negative ? negative_normal : positive_normal;
}

bool total_order(double x, double y, Semantics semantics) {
  const bool p3109 = semantics == Semantics::p3109;
  if (is_nan(x)) return p3109 || is_nan(y);
  if (is_nan(y)) return !p3109;
  if (x != y || x != 0 || p3109) return x <= y;
  return is_negative(x) || !is_negative(y);
}

double next_greater_than(const Format& f, double x) {
  if (is_nan(x)) return x;
  if (!(x < 0)) return above_magnitude(f, magnitude(x));
  if (-x == f.min_positive()) return zero_of(f, true);
  return -below_magnitude(f, -x);
}

double next_less_than(const Format& f, double x) {
  if (is_nan(x)) return x;
  const double lowest = f.zero ? 0.0 : f.min_positive();
  if (!f.is_signed && x == lowest) return at_the_end(f, x);
  if (x > 0) return below_magnitude(f, x);
  const double above = above_magnitude(f, magnitude(x));
  return is_nan(above) ? above : -above;
}

}  // namespace exmy
