#pragma once
// Multiples of pi/2 taken away: inside exmy::functions only.

#include "formats/functions/double_double.hpp"

namespace exmy::functions {

/// x = (4 n + quadrant) pi / 2 + r for some integer n, |r| <= pi / 4 (1 + 2^-100).
struct Quadrant {
  DoubleDouble r;
  unsigned quadrant;
};

/// Relative error of r below 2^-102. REQUIRES 1/2 <= x < infinity.
Quadrant reduce_quadrant(double x);

}  // namespace exmy::functions
