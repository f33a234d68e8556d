#pragma once
// The kernel of everything that contains e^x: inside exmy::functions only.

#include "formats/functions/approximation.hpp"

namespace exmy::functions {

/// e^x and 2^x are at most 2^-2048 or at least 2^2048 from this magnitude on.
inline constexpr double exp_limit = 2048;

/// e^x, relative error below 2^-101 for exact x. REQUIRES |x| <= exp_limit.
Scaled exp_scaled(DoubleDouble x);

/// The same without a separate exponent. REQUIRES |x| <= 128.
DoubleDouble exp_plain(DoubleDouble x);

/// e^x - 1, relative error below 2^-92. REQUIRES |x| <= 128, and |x| >= 2^-300 or x = 0.
DoubleDouble expm1_plain(double x);

}  // namespace exmy::functions
