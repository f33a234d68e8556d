#pragma once
// Formats and numbers for the checks of kernels.

#include <cstddef>
#include <vector>

#include "sim/verify/subjects.hpp"

namespace exmy::verify {

/// Formats that have a fast form: named ones, and drawn ones with every admissible combination of specials.
const std::vector<Subject>& kernel_subjects();

/// n numbers around codes of the format, ties and their neighbours, specials; any sign.
std::vector<double> hard_values(const Format& format, std::size_t n, Draw& draw);

/// A float: near one, short, subnormal, zero, or anything; infinite and NaN if `specials`.
double any_float(Draw& draw, bool specials);

}  // namespace exmy::verify
