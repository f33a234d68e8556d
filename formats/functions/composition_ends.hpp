#pragma once
// sigmoid, softplus, silu, gelu, gelu_tanh and derivatives where no precision would do: inside
// exmy::functions only.

#include <optional>

#include "formats/functions/function.hpp"

namespace exmy::functions {

/// f(x) for NaN, zeros, infinities, and where it lies so close to a limit (0, 1, x, x/2 ...) that numbers of 128
/// bits do not tell them apart: then the 128 bits and the sticky bit. Nothing elsewhere.
/// REQUIRES f is one of those functions.
std::optional<Exact> at_the_ends(Function f, double x);

}  // namespace exmy::functions
