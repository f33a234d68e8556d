// Derivatives of sigmoid, tanh, silu, gelu_tanh. (That of gelu is beside gelu.)
#include "formats/functions/exponential.hpp"
#include "formats/functions/tables/constants.hpp"

namespace exmy::functions {

namespace {

/// e^-64 < 2^-92.
constexpr double tail = 64;

/// sigmoid(w) and sigmoid(-w).
struct Pair {
  Scaled value;
  DoubleDouble other;
};

/// Relative errors below 2^-92 + |error of w|. REQUIRES -exp_limit <= w < 128.
Pair sigmoid_pair(DoubleDouble w) {
  if (w.hi <= -tail) return {exp_scaled(w), {1, 0}};
  const DoubleDouble e = exp_plain(w.hi > 0 ? -w : w);
  const DoubleDouble d = e + 1.0;
  const DoubleDouble large = DoubleDouble{1, 0} / d, small = e / d;
  return w.hi > 0 ? Pair{{large, 0}, small} : Pair{{small, 0}, large};
}

/// s(w) (1 + factor s(-w)). REQUIRES: the relative error of factor is below 2^-98, the absolute one of w below
/// 2^-91.04. The error of s(w) is that of w and little else, or far from it e^-64 < 2^-92.3, which is that of
/// s(-w). The second term may cancel the first, so that the error is not relative to the result.
Approximation slope(DoubleDouble w, DoubleDouble factor) {
  const Pair s = sigmoid_pair(w);
  const DoubleDouble term = factor * s.other;
  const DoubleDouble value = s.value.value * (term + 1.0);
  const double error =
      relative_error / 2 * magnitude(value.hi) + relative_error / 4 * magnitude(s.value.value.hi * term.hi);
  return {value, s.value.exponent, false, error};
}

bool is_special(double x) { return !is_finite(x) || magnitude(x) < relative_error / 2; }

/// 1/2 + c x near 0, 0 < c < 1.
Approximation special(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(0.5);
  if (!is_finite(x)) return exactly(x > 0 ? 1 : -0.0);
  return beside(0.5, x > 0 ? Side::above : Side::below);
}

}  // namespace

/// e^-y / (1 + e^-y)^2, y = |x|; 1/4 - x^2/16 + ... near 0.
Approximation sigmoid_grad(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(0.25);
  if (!is_finite(x)) return exactly(0);
  const double y = magnitude(x);
  if (y > exp_limit) return vanishing(1);
  if (y < 0x1p-45) return beside(0.25, Side::below);
  if (y >= tail) return about(exp_scaled({-y, 0}));
  const DoubleDouble e = exp_plain({-y, 0}), d = e + 1.0;
  return about(e / (d * d));
}

/// 1 - tanh(x)^2 = 4 sigmoid_grad(2 x).
Approximation tanh_grad(double x) {
  if (is_finite(x) && magnitude(x) > exp_limit / 2) return vanishing(1);
  Approximation quarter = sigmoid_grad(2 * x);
  if (quarter.value.hi != 0) quarter.exponent += 2;
  return quarter;
}

/// s (1 + x s(-x)), s = sigmoid(x). Above 1 by less than x e^-x for large x.
Approximation silu_grad(double x) {
  if (is_special(x)) return special(x);
  if (x < -exp_limit) return vanishing(-1);
  if (x >= 70) return beside(1, Side::above);
  return slope({x, 0}, {x, 0});
}

/// s (1 + x w' s(-w)), s = sigmoid(w) with the w of gelu_tanh; w' = 2 sqrt(2/pi) (1 + 3 0.044715 x^2).
Approximation gelu_tanh_grad(double x) {
  if (is_special(x)) return special(x);
  if (x < -30) return vanishing(-1);           // w < -1973; above, its error is below 2^-102 2^10.95
  if (x >= 10) return beside(1, Side::above);  // w > 87
  const DoubleDouble cubic = tables::gelu_cubic * two_prod(x, x);
  return slope((tables::gelu_linear + cubic) * x, (tables::gelu_linear + cubic * 3.0) * x);
}

}  // namespace exmy::functions
