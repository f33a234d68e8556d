// sigmoid and what is made of it: tanh, softplus, silu, gelu_tanh.
#include "formats/functions/exponential.hpp"
#include "formats/functions/logarithm.hpp"
#include "formats/functions/tables/constants.hpp"

namespace exmy::functions {

namespace {

/// From here on e^-x < 2^-92: sigmoid is 1 - e^-x, or e^x on the other side, within the error.
constexpr double tail = 64;

/// 1 / (1 + e^-w) for -exp_limit <= w < tail. Relative error below 2^-91 + |error of w|.
Scaled sigmoid_scaled(DoubleDouble w) {
  if (w.hi <= -tail) return exp_scaled(w);
  const DoubleDouble e = exp_plain(w.hi > 0 ? -w : w);
  return {(w.hi > 0 ? DoubleDouble{1, 0} : e) / (e + 1.0), 0};
}

/// x s.
Approximation times(double x, Scaled s) {
  const Split split_x = split(x);
  return about(s.value * split_x.m, s.exponent + split_x.e);
}

}  // namespace

Approximation sigmoid(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(0.5);
  if (!is_finite(x)) return exactly(x > 0 ? 1.0 : 0.0);
  if (x < -exp_limit) return vanishing(1);
  if (x >= tail) return beside(1, Side::below);
  if (magnitude(x) < relative_error / 2) return beside(0.5, x > 0 ? Side::above : Side::below);
  return about(sigmoid_scaled({x, 0}));
}

/// With E = e^(2|x|) - 1: tanh |x| = E / (E + 2). No cancellation.
Approximation tanh(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(x);
  const double sign = x > 0 ? 1 : -1;
  if (!is_finite(x)) return exactly(sign);
  if (magnitude(x) >= tail / 2) return beside(sign, toward_zero(sign));
  if (magnitude(x) < 0x1p-46) return beside(x, toward_zero(x));  // x - x^3/3 + ...
  const DoubleDouble e = expm1_plain(2 * magnitude(x));
  return about((e / (e + 2.0)) * sign);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
Approximation softplus(double x) {
  if (x != x) return not_a_number();
  if (!is_finite(x)) return exactly(x > 0 ? x : 0.0);
  if (x < -exp_limit) return vanishing(1);
  if (x <= -tail) return about(exp_scaled({x, 0}));  // e^x - e^2x / 2
  if (x >= tail) return beside(x, Side::above);
  const DoubleDouble rest = log1p_plain(exp_plain({-magnitude(x), 0}));
  return about(x > 0 ? rest + x : rest);
}

Approximation silu(double x) {
  if (is_gated_special(x)) return gated_special(x);
  if (x < -exp_limit) return vanishing(-1);
  if (x >= tail) return beside(x, Side::below);
  return times(x, sigmoid_scaled({x, 0}));
}

/// x sigmoid(w), w = 2 sqrt(2/pi) (x + 0.044715 x^3) with a relative error below 2^-102: 2^-92 in e^w as
/// long as |w| < 2^10; beyond that the result is below 2^-1200.
Approximation gelu_tanh(double x) {
  if (is_gated_special(x)) return gated_special(x);
  if (x < -30) return vanishing(-1);           // w < -1973
  if (x >= 10) return beside(x, Side::below);  // w > 87
  const DoubleDouble w = (tables::gelu_linear + tables::gelu_cubic * two_prod(x, x)) * x;
  return times(x, sigmoid_scaled(w));
}

}  // namespace exmy::functions
