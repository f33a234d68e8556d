#pragma once
// Formats and numbers for the checks of kernels.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/verify/subjects.hpp"

namespace exmy::verify {

/// Formats that have a fast form: named ones, and drawn ones with every admissible combination of specials.
const std::vector<Subject>& kernel_subjects();

/// A projection that has a fast form: every second time nearest-even, else any mode.
Projection fast_mode(const Format& format, Draw& draw);

/// R for n projections.
std::vector<std::uint32_t> randoms_of(const Projection& how, std::size_t n, Draw& draw);

/// n numbers around codes of the format, ties and their neighbours, specials; any sign.
std::vector<double> hard_values(const Format& format, std::size_t n, Draw& draw);

/// A float: near one, short, subnormal, zero, or anything; infinite and NaN if `specials`.
double any_float(Draw& draw, bool specials);

}  // namespace exmy::verify
