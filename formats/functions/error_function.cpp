#include "formats/functions/exponential.hpp"
#include "formats/functions/polynomial.hpp"
#include "formats/functions/tables/constants.hpp"
#include "formats/functions/tables/mills.hpp"

namespace exmy::functions {

namespace {

/// Index, centre and inverse half width (a power of two) of the piece of the table that holds x.
struct Piece {
  unsigned index;
  double centre;
  double inverse_half_width;
};

Piece piece_at(double x) {
  const int octave = x < 4 ? 1 : split(x).e;  // [2^octave, 2^(octave+1)); [0, 4) has 32 pieces
  const double inverse_half_width = power_of_two(5 - octave);
  const int within = static_cast<int>(x * inverse_half_width / 2);
  return {static_cast<unsigned>(within + 16 * (octave - 1)), (2 * within + 1) / inverse_half_width,
          inverse_half_width};
}

/// M(x) = e^(x^2/2) erfc(x / sqrt 2) / 2, 0 <= x < 42. Relative error below 2^-92: the polynomial 2^-95, what
/// is in double begins at 2^-40. It is evaluated at the double d.hi beside the centre; the rest of x, below
/// 2^-53 x, goes through M' = x M - 1 / sqrt(2 pi) (M'' adds less than 2^-105).
DoubleDouble mills(DoubleDouble x) {
  const Piece piece = piece_at(x.hi);
  const tables::MillsPiece& c = tables::mills_pieces[piece.index];
  const DoubleDouble d = two_sum(x.hi, -piece.centre);  // d.lo = 0 but for x < 1/8
  const double v = d.hi * piece.inverse_half_width;
  const DoubleDouble m = horner(c.wide, v, horner(c.narrow, v));
  return m + (d.lo + x.lo) * (x.hi * m.hi - tables::inverse_sqrt_2pi.hi);
}

/// 2/sqrt(pi) (1 - x^2/3 + x^4/10 - ...), erf(x)/x for |x| <= 1/4. Relative error below 2^-95: what is in
/// double begins at 2^-44 (n = 7); the series ends 2^-115 after n = 15.
DoubleDouble erf_over_x(double x) {
  constexpr auto& c = tables::erf_series;
  static constexpr std::array wide{c[0], c[1], c[2], c[3], c[4], c[5], c[6]};
  static constexpr std::array narrow{c[7].hi,  c[8].hi,  c[9].hi,  c[10].hi, c[11].hi,
                                     c[12].hi, c[13].hi, c[14].hi, c[15].hi};
  const DoubleDouble t = two_prod(x, x);
  return tables::two_over_sqrt_pi * horner(wide, t, horner(narrow, t.hi));
}

}  // namespace

/// Below 1/4 the series; else 1 - erfc, of which at most 3/4 cancels, erfc x = 2 e^(-x^2) M(sqrt 2 x).
Approximation erf(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(x);
  const double sign = x > 0 ? 1 : -1;
  if (!is_finite(x)) return exactly(sign);
  const double y = magnitude(x);
  if (y >= 8) return beside(sign, toward_zero(sign));  // erfc(8) < 2^-96
  const Split s = split(x);
  if (y < 0.25) return about(erf_over_x(y < 0x1p-100 ? 0 : x) * s.m, s.e);
  const DoubleDouble complement = exp_plain(-two_prod(y, y)) * mills(tables::sqrt2 * y);
  return about((complement * (-2.0) + 1.0) * sign);
}

/// x Phi(x): Phi(-y) = e^(-y^2/2) M(y) for y >= 0, Phi(y) = 1 - Phi(-y).
Approximation gelu(double x) {
  if (is_gated_special(x)) return gated_special(x);
  if (x >= 12) return beside(x, Side::below);                // Phi(-12) < 2^-108
  if (x < -41) return x < -54 ? vanishing(-1) : minute(-1);  // e^(-54^2/2) < 2^-2100
  const Split s = split(x);
  const DoubleDouble square = two_prod(x, x);
  const Scaled bell = exp_scaled({square.hi * -0.5, square.lo * -0.5});
  const DoubleDouble tail = bell.value * mills({magnitude(x), 0});
  if (x < 0) return about(tail * s.m, bell.exponent + s.e);
  const double scale = power_of_two(bell.exponent);
  return about((DoubleDouble{-tail.hi * scale, -tail.lo * scale} + 1.0) * s.m, s.e);
}

/// Phi(x) + x phi(x). With bell = e^(-y^2/2), y = |x|, and b = M(y) - y / sqrt(2 pi), in which the terms may
/// cancel: bell b for x < 0, 1 - bell b for x > 0, which lies in [1/2, 1.13].
Approximation gelu_grad(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(0.5);
  if (!is_finite(x)) return exactly(x > 0 ? 1 : -0.0);
  if (magnitude(x) < relative_error / 2) return beside(0.5, x > 0 ? Side::above : Side::below);
  if (x >= 12) return beside(1, Side::above);  // 12 phi(12) < 2^-101
  if (x < -41) return x < -54 ? vanishing(-1) : minute(-1);
  const DoubleDouble square = two_prod(x, x);
  const Scaled bell = exp_scaled({square.hi * -0.5, square.lo * -0.5});
  const DoubleDouble m = mills({magnitude(x), 0}), rise = tables::inverse_sqrt_2pi * magnitude(x);
  const DoubleDouble value = bell.value * (m - rise);
  if (x < 0) {
    const double spread = bell.value.hi * (m.hi + rise.hi);
    return {value, bell.exponent, false, relative_error / 2 * (magnitude(value.hi) + spread)};
  }
  const double scale = power_of_two(bell.exponent);
  return about(DoubleDouble{-value.hi * scale, -value.lo * scale} + 1.0);
}

}  // namespace exmy::functions
