#pragma once
// Elementwise operations on binary32 numbers, each result projected in the same pass: no second walk, no wider carrier.
// One build per instruction-set level, chosen at run time. Equality with the reference (arithmetic.hpp) is their test.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/counters.hpp"
#include "formats/project.hpp"

namespace exmy {

/// A projection in a form that binary32 carries out.
struct FloatProjection {
  Projection how{};
};

/// The form of a projection, if it has one.
std::optional<FloatProjection> float_projection_of(const Projection& how,
                                                   Semantics operands = Semantics::ieee754);

enum class SpanOp : std::uint8_t { convert, add, sub, mul, div, sqrt };

/// Operands: elements (step 1), or one number for all of them (step 0).
struct FloatSpan {
  const float* data = nullptr;
  std::size_t step = 1;
};

struct SpanTask {
  SpanOp op = SpanOp::convert;
  FloatSpan x, y;      ///< y: of add, sub, mul, div
  float* q = nullptr;  ///< may be x's or y's array
  std::size_t n = 0;
  const std::uint32_t* random = nullptr;  ///< R of each element; of the stochastic modes only
  Counters* counters = nullptr;           ///< null: nothing is counted
};

enum class SpanResult : std::uint8_t {
  done,        ///< and all results are finite
  non_finite,  ///< done, but a result is infinite or NaN
  undecided  ///< binary32 cannot tell some result (its range, or whose NaN it is): nothing was written or counted
};

struct FloatSpanKernels {
  const char* isa;
  /// q[i] = P(x[i] op y[i])
  SpanResult (*run)(const FloatProjection&, const SpanTask&);
};

/// The best level of this machine, or that of EXMY_ISA.
const FloatSpanKernels& float_span_kernels();
/// Every level that this machine can run, from the baseline up.
std::vector<const FloatSpanKernels*> available_float_span_kernels();

}  // namespace exmy
