#pragma once
// The rows of the table of operations, a file for each family.

#include <span>

#include "formats/operations/operation.hpp"

namespace exmy {

std::span<const Operation> arithmetic_operations();  ///< conversion, + - * / ..., scaled ones
std::span<const Operation> extrema_operations();     ///< minimum ... clamp, and the changes of sign
std::span<const Operation> questions();              ///< classification, comparison, neighbours

}  // namespace exmy
