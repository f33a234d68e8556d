#pragma once
// Elementwise operations on binary32 numbers, each result projected in the same pass: no second walk, no wider carrier.
// One build per instruction-set level, chosen at run time. Equality with the reference (arithmetic.hpp) is their test.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/counters.hpp"
#include "formats/kernels/kernels.hpp"
#include "formats/project.hpp"

namespace exmy {

/// How binary32 carries out a projection. A block that none of it can decide goes through binary64, and what that
/// cannot decide (whose NaN it was, x/0) through the reference.
enum class FloatForm : std::uint8_t {
  adder,  ///< M <= 22: C = 2^(e + 23 - M) makes the adder round |x| at the last bit of the format, as in FastProjection
  native,  ///< binary32's own values: convert is the identity; to nearest even, operations are the machine's
  wide     ///< in binary64 only
};

/// A projection in a form that binary32 carries out.
///
/// The adder is right where C is finite: for |x| <= `largest`. Elsewhere, and where 2^-24 of a unit is no number, |x| is
/// scaled first, exactly: by 2^-32 from 1 on, where nothing is subnormal as e_min < 0, and by 2^64 below.
///
/// A format with binary32's exponents needs no adder to nearest even: the bits of |x| plus half a unit less one, plus the
/// unit's own bit, without what is below the unit, are those of the result.
///
/// Results of add, sub, mul, div, sqrt reach the adder rounded to odd at 24 bits, which every decision and counter
/// takes for the exact number if 24 >= P + 2, stochastic 24 >= P + N + 2; the error term (TwoSum, a residual) that
/// says which way is exact where sum, product, quotient or radicand is 0 or within 2^-100..2^127.
struct FloatProjection {
  Projection how{};
  Semantics operands = Semantics::ieee754;
  FastProjection wide{};  ///< the same in binary64
  FloatForm form = FloatForm::wide;
  bool takes_odd = false;     ///< results of operations can be decided at 24 bits (native: to nearest even)
  bool fast = false;          ///< the adder needs no scaling up to `largest`
  bool by_words = false;      ///< to nearest even by integers, for every finite |x|
  std::uint32_t largest = 0;  ///< bits of |x|
  std::uint32_t e_min_bits = 0;  ///< bits of 2^e_min; below 2^-126 only with 64 added to e_min
  std::uint32_t to_unit = 0;     ///< added to the bits of 2^e: gives C
  int dropped = 0;               ///< 23 - M
  float max_finite = 0;
  float beyond_positive = 0, beyond_negative = 0;       ///< |z| > maximum gives: maximum, infinity or NaN
  float infinite = 0;                                   ///< what an infinite x gives
  float nan = 0;                                        ///< what NaN gives
  float min_normal = 0, tiny_below = 0, last_tiny = 0;  ///< as in FastProjection
  float tiny_unit = 0;                                  ///< 2^64 times that of FastProjection
  float zero = 0;                    ///< added to every result: -0, or +0 where no zero is negative
  std::uint32_t cancelled_zero = 0;  ///< the sign bit if x - x is -0, else 0
  float from_positive = 0, from_negative = 0, from_odd = 0, random_top = 0;  ///< as in FastProjection
  int random_shift = 0;                                                      ///< 23 - N
  std::uint32_t random_parity = 0;
  std::uint32_t drawn_bits = 0;           ///< n of drawn_loop, or 0: not by integers
  float drawn_scale = 0, drawn_unit = 0;  ///< 2^n / (unit of the subnormal numbers), and that unit
};

/// The form of a projection, if it has one: all that have a FastProjection, and binary32 values.
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
  done,       ///< and all results are finite
  non_finite  ///< done, but a result is infinite or NaN
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
