#pragma once
// One step over all elements: operation, operands, projection. Walked in blocks that stay in the cache; each block
// takes the cheapest path that gives the bits of the reference: in binary32, in binary64, or the reference itself.

#include <cstdint>
#include <optional>

#include "formats/functions/function.hpp"
#include "formats/kernels/float_spans.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/base/philox.hpp"
#include "sim/ops/function_source.hpp"
#include "sim/ops/operand.hpp"
#include "sim/quant/histogram.hpp"

namespace exmy {

enum class ElementOp : std::uint8_t { convert, add, sub, mul, div, sqrt, function };

/// What projections did, but for their histograms.
struct ElementEvents {
  Counters counters;  ///< empty where nothing is counted
  bool non_finite = false;
  bool nan_lost = false;
};

/// Whether an exact result has an exponent to be counted.
inline bool has_exponent(Events e) {
  return !e.has(Event::zero_in) && !e.has(Event::inf_in) && !e.has(Event::nan_in) && !e.has(Event::invalid);
}

template <class T>
struct ElementStep {
  ElementOp op;
  Operand<T> x, y;
  Projection how;
  Semantics semantics;
  functions::Function f;
  const FloatProjection* spans = nullptr;  ///< where binary32 may serve: float carrier
  std::optional<FastProjection> fast{};    ///< where binary64 is proven
  std::optional<FunctionSource> function{};
  RandomStream random;
  bool counts;
  bool is_update;                       ///< x is a weight, y its step: counts update_lost
  ExponentHistogram* before = nullptr;  ///< null where none is wanted
  ExponentHistogram* after = nullptr;

  std::uint32_t random_of(std::uint64_t index) const {
    return is_stochastic(how.rounding) ? random.bits(index, how.random_bits) : 0;
  }
  /// The definition, for one element.
  Outcome reference(double a, double b, std::uint64_t index) const;
};

/// The exact results of a step's operation, rounded to odd in binary64. REQUIRES float values as operands (a
/// divisor may be any number of binary64's middle range); for a function, a source.
template <class T>
void rounded_to_odd(const ElementStep<T>& step, const double* a, const double* b, double* odd, std::size_t n);

/// Writes rows x columns results, of which the first one has the number `first`. `out` may be the data of a whole tensor
/// among the operands.
template <class T>
ElementEvents run(const ElementStep<T>& step, std::size_t rows, std::size_t columns, T* out,
                  std::uint64_t first = 0);

/// A block of at most `float_block_size` elements in binary32. REQUIRES step.spans.
inline constexpr std::size_t float_block_size = 2048;
void run_in_binary32(const ElementStep<float>& step, std::size_t row, std::size_t column, std::size_t n,
                     std::uint64_t index, float* out, ElementEvents& events);

}  // namespace exmy
