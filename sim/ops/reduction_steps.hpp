#pragma once
// The steps that reductions of all orders are made of. For reduction*.cpp and order_pairwise.hpp only.

#include <algorithm>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/ops/reduction.hpp"

namespace exmy {

/// One running reduction: what all its steps share. n, o: number of terms, output.
struct ReductionSteps {
  const Reduction& how;
  const DotRandom& random;
  Semantics operands;
  DotCounters* counters;
  bool* nan_lost;

  static std::uint32_t draw(const Projection& p, const RandomStream& stream, std::uint64_t index) {
    return is_stochastic(p.rounding) ? stream.bits(index, p.random_bits) : 0;
  }
  /// Counts a projection of the accumulator's site; `swamped`: its addend left no trace.
  void note(const Outcome& sum, bool swamped) const;
  /// P_product(a b).
  double term(double a, double b, std::uint64_t index) const;
  /// s' = P(s + a b); the addend counts as swamped when it is finite and not 0 and s did not change.
  double accumulate(const Projection& p, double s, double a, double b, std::uint32_t r) const;

  /// S = +0, S = P_outer(S + sum_of_chunk(first term, number of terms)).
  template <class SumOfChunk>
  double over_chunks(std::size_t n, std::uint64_t o, const SumOfChunk& sum_of_chunk) const {
    const std::size_t chunks = (n + how.chunk - 1) / how.chunk;
    double total = 0;
    for (std::size_t c = 0; c < chunks; ++c) {
      const std::size_t first = c * how.chunk;
      const double s = sum_of_chunk(first, std::min(how.chunk, n - first));
      total = accumulate(how.outer, total, s, 1.0, draw(how.outer, random.outer, o * chunks + c));
    }
    return total;
  }
};

// Each order: the sum of a[k] b[k], k < n, for output o. A zero may still have a sign.
double sum_pairwise(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                    std::uint64_t o);
double sum_exactly(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                   std::uint64_t o);
/// One run of a matrix unit from +0.
double sum_in_blocks(const ReductionSteps& steps, const double* a, const double* b, std::size_t n);

/// Whether a sum did not move: finite, not saturated, and equal to what was there.
inline bool stands_still(const Outcome& sum, double old) {
  return sum.value == old && is_finite(sum.value) && !sum.events.has(Event::saturated);
}

}  // namespace exmy
