#pragma once
// Function values from MPFR: inside exmy::functions only, and for its tests.

#include "formats/functions/function.hpp"

namespace exmy::functions {

/// As exact_value in function.hpp, which it must equal bit for bit, but never from an approximation.
Exact mpfr_value(Function f, double x, int bits);
Exact mpfr_value(Function2 f, double y, double x, int bits);

}  // namespace exmy::functions
