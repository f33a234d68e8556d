#include <bit>

#include "sim/ops/reduction_steps.hpp"

namespace exmy {
namespace {

/// A binary tree over the terms [first, first + count) of one output; the left half of a node is the largest
/// power of two strictly below count.
struct PairwiseTree {
  const ReductionSteps& steps;
  const double *a, *b;
  std::uint64_t n, o;

  double sum(std::size_t first, std::size_t count) const {
    if (count == 1) return leaf(first);
    const std::size_t left = std::bit_ceil(count) / 2;
    const double l = sum(first, left);
    return node(l, sum(first + left, count - left), first + left);
  }

  std::uint32_t draw(std::uint64_t index) const {
    return ReductionSteps::draw(steps.how.accumulator, steps.random.accumulator, index);
  }

  /// P(t_k): a term alone; there is nothing that it could be swamped by.
  double leaf(std::size_t k) const {
    const Projection& p = steps.how.accumulator;
    const std::uint32_t r = draw(2 * o * n + k);
    const Outcome t = steps.how.product ? convert(p, steps.term(a[k], b[k], o * n + k), r, steps.operands)
                                        : mul(p, a[k], b[k], r, steps.operands);
    steps.note(t, false);
    return t.value;
  }

  /// P(left + right); m is the first term of the right half.
  double node(double l, double r, std::size_t m) const {
    const Outcome s = add(steps.how.accumulator, l, r, draw(2 * o * n + n + m), steps.operands);
    const auto lost = [&](double addend, double other) {
      return addend != 0 && is_finite(addend) && stands_still(s, other);
    };
    steps.note(s, lost(l, r) || lost(r, l));
    return s.value;
  }
};

}  // namespace

double sum_pairwise(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                    std::uint64_t o) {
  return n == 0 ? 0 : PairwiseTree{steps, a, b, n, o}.sum(0, n);
}

}  // namespace exmy
