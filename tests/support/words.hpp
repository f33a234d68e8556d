#pragma once
// Numbers and projections in words, for reports. (Without GMP: the tests of the kernels are cross-compiled.)

#include <string>

#include "formats/project.hpp"

namespace exmy::oracle {

/// A double with every bit.
std::string text(double x);
/// All parameters of a projection in a line.
std::string text(const Projection& how);

}  // namespace exmy::oracle
