#pragma once

#include <array>
#include <cstddef>

#include "formats/functions/double_double.hpp"

namespace exmy::functions {

/// c[0] + c[1] x + ... + c[N-1] x^(N-1) in double, by Horner's rule.
template <std::size_t N>
constexpr double horner(const std::array<double, N>& c, double x) {
  double sum = c[N - 1];
  for (std::size_t n = N - 1; n-- > 0;) sum = c[n] + x * sum;
  return sum;
}

/// c[0] + c[1] x + ... + c[N-1] x^(N-1) + tail x^N in double-double; X is double or DoubleDouble.
/// REQUIRES that each partial sum, times x, is at most half of the next coefficient. With rho the largest
/// such ratio the error is at most (9 + 8 rho) u^2, plus that of `tail` times x^N.
template <std::size_t N, class X>
DoubleDouble horner(const std::array<DoubleDouble, N>& c, X x, double tail) {
  DoubleDouble sum{tail, 0};
  for (std::size_t n = N; n-- > 0;) sum = add_smaller(c[n], sum * x);
  return sum;
}

}  // namespace exmy::functions
