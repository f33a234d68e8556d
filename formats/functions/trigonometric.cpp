#include "formats/functions/approximation.hpp"
#include "formats/functions/argument_reduction.hpp"
#include "formats/functions/polynomial.hpp"
#include "formats/functions/tables/constants.hpp"
#include "formats/functions/tables/sine.hpp"

namespace exmy::functions {

namespace {

using tables::inverse_factorial;

/// |x| below which x - x^3/6, 1 - x^2/2, 1 - (pi x)^2/2 are within 2^-91 of x, 1, 1.
constexpr double tiny = 0x1p-47;

/// sin b = b + b t (-1/3! + t/5! - ...), t = b^2, |b| <= 2^-7. Relative error below 2^-101: what is in double
/// begins at t^3/7!, 2^-54 of the result; the series ends 2^-116 of the result after t^5/11!.
DoubleDouble sine_series(DoubleDouble b, DoubleDouble t) {
  static constexpr std::array wide{-inverse_factorial[3], inverse_factorial[5]};
  static constexpr std::array narrow{-inverse_factorial[7].hi, inverse_factorial[9].hi,
                                     -inverse_factorial[11].hi};
  return add_smaller(b, b * (t * horner(wide, t, horner(narrow, t.hi))));
}

/// cos b - 1 = t (-1/2! + t/4! - ...), t = b^2, |b| <= 2^-7. Absolute error below 2^-103: what is in double
/// begins at t^3/6!, 2^-51; the series ends at 2^-105 after t^5/10!.
DoubleDouble cosine_series(DoubleDouble t) {
  static constexpr std::array wide{-inverse_factorial[2], inverse_factorial[4]};
  static constexpr std::array narrow{-inverse_factorial[6].hi, inverse_factorial[8].hi,
                                     -inverse_factorial[10].hi, inverse_factorial[12].hi};
  return t * horner(wide, t, horner(narrow, t.hi));
}

/// r = i/64 + b, |b| <= 2^-7, and what both functions need of it. REQUIRES 0 <= r.hi < 0.8.
struct Step {
  const tables::SineStep& at;
  DoubleDouble sine_b;
  DoubleDouble cosine_b_minus_1;
};

Step step_to(DoubleDouble r) {
  const int i = nearest_integer(r.hi * 64);
  const DoubleDouble b = two_sum(r.hi - i * 0x1p-6, r.lo);  // the difference is exact
  const DoubleDouble t = b * b;
  return {tables::sine_steps[static_cast<unsigned>(i)], sine_series(b, t), cosine_series(t)};
}

/// sin r, relative error below 2^-98: for i = 0 that of the series, else at most half cancels.
DoubleDouble sine(DoubleDouble r) {
  if (r.hi < 0) return -sine(-r);
  const auto [at, sine_b, cosine_b_minus_1] = step_to(r);
  if (at.sine.hi == 0) return sine_b;
  return at.sine + (at.cosine * sine_b + at.sine * cosine_b_minus_1);
}

/// cos r, relative error below 2^-98.
DoubleDouble cosine(DoubleDouble r) {
  const auto [at, sine_b, cosine_b_minus_1] = step_to(r.hi < 0 ? -r : r);
  return at.cosine + (at.cosine * cosine_b_minus_1 - at.sine * sine_b);
}

/// sin(q.r + q.quadrant pi/2).
DoubleDouble rotated(Quadrant q) {
  const DoubleDouble value = q.quadrant % 2 == 0 ? sine(q.r) : cosine(q.r);
  return q.quadrant < 2 ? value : -value;
}

Quadrant reduce(double x) { return x < 0.75 ? Quadrant{{x, 0}, 0} : reduce_quadrant(x); }

}  // namespace

Approximation sin(double x) {
  if (x == 0) return exactly(x);
  if (!is_finite(x)) return not_a_number();
  if (magnitude(x) < tiny) return beside(x, toward_zero(x));
  const DoubleDouble value = rotated(reduce(magnitude(x)));
  return about(x > 0 ? value : -value);
}

Approximation cos(double x) {
  if (x == 0) return exactly(1);
  if (!is_finite(x)) return not_a_number();
  if (magnitude(x) < tiny) return beside(1, Side::below);
  Quadrant q = reduce(magnitude(x));
  q.quadrant = (q.quadrant + 1) % 4;
  return about(rotated(q));
}

/// Every difference below is exact, so that only pi is rounded.
Approximation cospi(double x) {
  if (!(x >= 0 && x <= 1)) return not_a_number();
  if (x == 0.5) return exactly(0);
  if (x == 0 || x == 1) return exactly(1 - 2 * x);
  if (x < tiny) return beside(1, Side::below);
  if (1 - x < tiny) return beside(-1, Side::above);
  if (x <= 0.25) return about(cosine(tables::pi * x));
  if (x < 0.75) return about(sine(tables::pi * (0.5 - x)));
  return about(-cosine(tables::pi * (1 - x)));
}

}  // namespace exmy::functions
