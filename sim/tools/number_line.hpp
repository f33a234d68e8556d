#pragma once
// A picture of formats: their positive values on a logarithmic number line.

#include <string>
#include <vector>

#include "sim/tools/format_comparison.hpp"

namespace exmy {

/// An SVG with a line for each format over one common axis of powers of two. Every positive finite value is a
/// tick, tall and blue where it is normal, short and orange where it is subnormal; where ticks would touch they
/// are one bar. The same formats give the same bytes.
std::string number_line_svg(const std::vector<ComparedFormat>& formats);

}  // namespace exmy
