#pragma once
// Operations that choose one of their operands, or change its sign: IEEE 754-2019 5.5.1 and 9.6, P3109.
// Each gives a value, which is then projected like any other (formats/operations).

#include "formats/format.hpp"

namespace exmy {

enum class Extremum : std::uint8_t {
  minimum,  ///< the smaller, -0 < +0; NaN if an operand is
  maximum,
  minimum_number,  ///< the same of the operands that are not NaN
  maximum_number,
  minimum_magnitude,  ///< the one of smaller |x|; of equal ones `minimum`; NaN if an operand is
  maximum_magnitude,
  minimum_magnitude_number,
  maximum_magnitude_number,
  minimum_finite,  ///< the finite one, if only one is; otherwise `minimum_number`
  maximum_finite
};
inline constexpr int extrema_count = 10;

/// x or y. Of x and y that are both NaN: NaN.
double extremum(Extremum which, double x, double y);

/// lo for x below it, hi for x above it, else x (the minimum of hi and the maximum of x and lo). NaN if an
/// operand is NaN or lo > hi.
double clamp(double x, double lo, double hi);

/// |x| with the sign of y. NaN stays NaN. The sign of NaN is +; under p3109 a NaN as y gives NaN and -0
/// counts as positive.
double copy_sign(double x, double y, Semantics semantics);

}  // namespace exmy
