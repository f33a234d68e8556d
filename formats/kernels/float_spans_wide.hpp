#pragma once
// What the levels of float_spans.inc share: a block that binary32 cannot decide.

#include <cstddef>

#include "formats/kernels/float_spans.hpp"

namespace exmy {

inline constexpr std::size_t float_block = 1024;

/// One block of a task, n <= float_block, every operand with step 1, in binary64 or by the reference. Always done or
/// non_finite.
SpanResult run_wide(const FloatProjection& k, const SpanTask& block);

}  // namespace exmy
