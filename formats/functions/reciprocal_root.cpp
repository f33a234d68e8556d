#include "formats/functions/approximation.hpp"

namespace exmy::functions {

namespace {

/// 1 / sqrt(x) for 1 <= x < 4. From y = RN(1 / RN(sqrt x)) and d = 1 - x y^2, |d| < 2^-51:
/// 1/sqrt(x) = y (1 - d)^(-1/2) = y + y (d/2 + 3 d^2/8 + ...). Relative error below 2^-101.
DoubleDouble inverse_root(double x) {
  const double y = 1 / std::sqrt(x);
  const DoubleDouble square = two_prod(y, y);
  const double d = std::fma(-x, square.lo, std::fma(-x, square.hi, 1.0));
  return fast_two_sum(y, y * (d * (0.5 + 0.375 * d)));
}

}  // namespace

Approximation rsqrt(double x) {
  if (x == 0) return exactly(1 / x);
  if (!(x > 0)) return not_a_number();
  if (!is_finite(x)) return exactly(0);
  const Split s = split(x);
  const bool odd = s.e % 2 != 0;
  const int half = (s.e - (odd ? 1 : 0)) / 2;
  if (s.m == 1 && !odd) return exactly(1, -half);
  return about(inverse_root(odd ? 2 * s.m : s.m), -half);
}

}  // namespace exmy::functions
