#pragma once
// `range` and `log_range` of a parameter.

#include "sim/base/reader.hpp"
#include "sim/sweep/axis.hpp"

namespace exmy {

/// {"start", "stop", "step"}: start + i step up to and including stop, each the double nearest to the decimal
/// number; integers where all three are. Without a step the continuum from start to stop, of which values are
/// drawn uniformly, to 6 significant digits: only if `random`.
AxisValues read_range(ObjectReader r, bool random);

/// {"start", "stop", "factor"}: start factor^i up to (or down to) and including stop, likewise (in decimal
/// numbers of 18 digits), at most 10,000. Without a factor the continuum, of which values are drawn with
/// uniform logarithm, to 6 significant digits: only if `random`.
AxisValues read_log_range(ObjectReader r, bool random);

/// These values, in this order.
AxisValues listed(std::vector<Json> values);

}  // namespace exmy
