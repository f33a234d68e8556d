// A matrix unit in integers: every addend is a multiple of 2^(e - F), e the largest exponent of its group.

#include "formats/wide_sum.hpp"
#include "sim/ops/reduction_steps.hpp"

namespace exmy {
namespace {

/// |x| = significand 2^scale, not normalised.
struct Addend {
  bool negative;
  Uint128 significand;
  int scale;
};

/// What the unit aligns by: a product counts with the sum of its factors' exponents, so that it is below
/// 2^(exponent + 2).
int exponent_of(double x, int e_min) { return x == 0 ? e_min : std::max(parts_of(x).exponent, e_min); }

/// A factor or a running sum that is finite and not 0: 53 bits of significand.
Addend addend_of(double x) {
  const Parts p = parts_of(x);
  return {is_negative(x), p.significand >> 11, p.exponent - 52};
}

Addend product_of(double a, double b) {
  const Addend x = addend_of(a);
  const Addend y = addend_of(b);
  return {x.negative != y.negative, x.significand * y.significand, x.scale + y.scale};
}

/// One group: its products and the sum before it.
struct BlockGroup {
  const ReductionSteps& steps;
  const double *a, *b;
  std::size_t count;
  double s;

  const BlockSum& unit() const { return steps.how.block; }
  int sum_e_min() const { return steps.how.accumulator.format.e_min(); }
  bool is_zero(std::size_t k) const { return a[k] == 0 || b[k] == 0; }

  OperandFacts facts() const {
    OperandFacts f{is_nan(s), is_finite(s)};
    for (std::size_t k = 0; k < count; ++k) {
      f.any_nan = f.any_nan || is_nan(a[k]) || is_nan(b[k]);
      f.all_finite = f.all_finite && is_finite(a[k]) && is_finite(b[k]);
    }
    return f;
  }

  /// The products and, if wanted, s, as they are: for infinities and NaN, and to see whether there was anything.
  Exact plain_sum(double with) const {
    WideSum sum;
    sum.add(with);
    for (std::size_t k = 0; k < count; ++k) sum.add_product(a[k], b[k]);
    return sum.value(ZeroSign::positive);
  }

  int largest_exponent() const {
    int e = exponent_of(s, sum_e_min());
    for (std::size_t k = 0; k < count; ++k)
      if (!is_zero(k)) e = std::max(e, exponent_of(a[k], unit().e_min_a) + exponent_of(b[k], unit().e_min_b));
    return e;
  }

  /// The sum of what is left after truncation, all finite. At most 65,537 addends below 2^102 units.
  Exact truncated_sum() const {
    const int lowest = largest_exponent() - unit().fraction_bits;
    Uint128 sum = 0;  // two's complement
    const auto add = [&](const Addend& x) {
      const int left = x.scale - lowest;
      const Uint128 whole = left >= 0 ? x.significand << left : left > -128 ? x.significand >> -left : 0;
      sum += x.negative ? -whole : whole;
    };
    if (s != 0) add(addend_of(s));
    for (std::size_t k = 0; k < count; ++k)
      if (!is_zero(k)) add(product_of(a[k], b[k]));
    const bool negative = (sum >> 127) != 0;
    return Exact::scaled(negative, negative ? -sum : sum, lowest);
  }

  double run() const {
    const OperandFacts operands = facts();
    const Exact exact = operands.all_finite ? truncated_sum() : plain_sum(s);
    const Outcome next = project_selected(steps.how.accumulator, exact, operands, 0, steps.operands);
    const bool still = steps.counters != nullptr && operands.all_finite && stands_still(next, s);
    steps.note(next, still && plain_sum(0).kind != Exact::Kind::zero);
    return next.value;
  }
};

}  // namespace

double sum_in_blocks(const ReductionSteps& steps, const double* a, const double* b, std::size_t n) {
  const std::size_t terms = steps.how.block.terms;
  double s = 0;
  for (std::size_t k = 0; k < n; k += terms)
    s = BlockGroup{steps, a + k, b + k, std::min(terms, n - k), s}.run();
  return s;
}

}  // namespace exmy
