#include "formats/functions/composition_ends.hpp"

#include "formats/binary64.hpp"

namespace exmy::functions {
namespace {

/// What is known of a composition at its ends. Every comparison with 2^-128 is of relative distances.
struct Shape {
  double at_zero;      ///< f(0); 0: f(x) = x/2 (1 + c x), 0 < c < 1, near 0; NaN: nothing special there
  double left, right;  ///< f(-inf), f(inf)
  double vanishes;     ///< below this argument f has the sign of `left` and is smaller than 2^-2048
  double settles;      ///< above this one f is closer than 2^-128 to 1 or x, whichever is the limit ...
  bool from_above;     ///< ... and lies above it
  bool even = false;
};

constexpr Shape shape_of(Function f) {
  using enum Function;
  if (f == sigmoid) return {0.5, 0, 1, -1500, 100, false};
  if (f == softplus) return {nan64, 0, infinity64, -1500, 100, true};
  if (f == silu) return {0, -0.0, infinity64, -1500, 100, false};
  if (f == gelu) return {0, -0.0, infinity64, -54, 16, false};
  if (f == gelu_tanh) return {0, -0.0, infinity64, -30, 12, false};
  if (f == sigmoid_grad) return {0.25, 0, 0, -1500, infinity64, false, true};
  if (f == tanh_grad) return {1, 0, 0, -750, infinity64, false, true};
  if (f == silu_grad) return {0.5, -0.0, 1, -1500, 110, true};
  if (f == gelu_grad) return {0.5, -0.0, 1, -54, 16, true};
  return {0.5, -0.0, 1, -30, 12, true};  // gelu_tanh_grad
}

/// The number that lies between |x| and its neighbour of 128 bits. REQUIRES x finite and not zero.
Exact beside(Exact x, bool above) {
  if (!above) x = Exact::scaled(x.negative, x.significand - 1, x.exponent - 127);
  if (!above && x.significand == ~Uint128{1}) x.significand |= 1;  // a power of two: one bit more
  x.sticky = true;
  return x;
}

}  // namespace

std::optional<Exact> at_the_ends(Function f, double x) {
  const Shape shape = shape_of(f);
  if (is_nan(x)) return Exact::nan();
  if (is_infinite(x)) return Exact::of(x < 0 ? shape.left : shape.right);
  if (shape.even) x = -magnitude(x);
  if (x < shape.vanishes) return Exact::scaled(is_negative(shape.left), 1, -4096, true);
  if (x > shape.settles)
    return beside(Exact::of(is_infinite(shape.right) ? x : shape.right), shape.from_above);
  if (magnitude(x) >= 0x1p-140 || is_nan(shape.at_zero)) return {};
  if (x == 0) return Exact::of(shape.at_zero == 0 ? x : shape.at_zero);
  if (shape.at_zero != 0) return beside(Exact::of(shape.at_zero), x > 0);
  Exact half = Exact::of(x);
  half.exponent -= 1;
  return beside(half, x > 0);
}

}  // namespace exmy::functions
