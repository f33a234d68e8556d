#pragma once
// Function and option names of Berkeley TestFloat 3.

#include <string>

#include "sim/arith/job.hpp"

namespace exmy::arith {

/// Sets operation, formats, and what NaN signals, from a name such as `f16_mulAdd`, `f32_to_f16`, `f64_lt_quiet`.
/// Types f16, bf16, f32, f64; functions add sub mul div sqrt mulAdd, eq lt le (as there: eq is quiet, lt and
/// le signal; with the suffix _quiet or _signaling the other way), and conversions between the types.
/// Throws UsageError for others, with the reason where TestFloat has them.
void read_testfloat_function(const std::string& name, Job& job);

/// One of TestFloat's options: `-rNAME` sets the rounding, `-tininessafter`, `-exact` and `-notexact` change
/// nothing, others are refused (`-tininessbefore`: the program detects tininess after rounding only).
void read_testfloat_option(const std::string& option, Job& job);

}  // namespace exmy::arith
