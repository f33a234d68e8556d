#pragma once
// What the self-check compares with what. One function for each kind of part.

#include <vector>

#include "sim/verify/check.hpp"

namespace exmy::verify {

/// The reference projection with the second implementation: every code of every format of up to 16 bits, its
/// gap to the next, in all roundings and saturations; wide formats by sampling.
Part projection_part();
/// add, sub, mul, div, fma, sqrt with the second implementation, formats mixed.
Part operations_part();
/// decode and encode with the second implementation.
Part codes_part();
/// The value tables with constants that were computed by another program (scripts/make_digests.py).
Part digests_part();
/// The span kernels of every instruction-set level of this machine with the reference.
std::vector<Part> kernel_parts();
/// Whole matrix products with their definition.
Part matmul_part();
Part tiles_part();
Part strips_part();
Part orders_part();
/// The reference and the second implementation with the processor.
std::vector<Part> hardware_parts();
/// Every float into a format: reference and fastest kernel with the second implementation.
std::vector<Part> sweep_parts();
/// Every fp16 and bf16 argument of each function: one mode with another, and with digests of MPFR's results.
std::vector<Part> function_parts();
/// Function values over spans and from tables with the scalar exact value.
std::vector<Part> span_parts();

/// All of them, in the order in which they run.
std::vector<Part> all_parts();

}  // namespace exmy::verify
