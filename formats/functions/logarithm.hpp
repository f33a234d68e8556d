#pragma once
// The kernel of everything that contains log x: inside exmy::functions only.

#include "formats/functions/double_double.hpp"

namespace exmy::functions {

/// log(1 + y), relative error below 2^-91 for exact y. REQUIRES 2^-300 <= y.hi <= 2^300.
DoubleDouble log1p_plain(DoubleDouble y);

}  // namespace exmy::functions
