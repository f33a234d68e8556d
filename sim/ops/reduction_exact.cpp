#include "formats/wide_sum.hpp"
#include "sim/ops/reduction_steps.hpp"

namespace exmy {

double sum_exactly(const ReductionSteps& steps, const double* a, const double* b, std::size_t n,
                   std::uint64_t o) {
  if (n == 0) return 0;
  const Projection& p = steps.how.accumulator;
  WideSum sum;
  OperandFacts operands{false, true};
  for (std::size_t k = 0; k < n; ++k) {
    const double x = steps.how.product ? steps.term(a[k], b[k], o * n + k) : a[k];
    const double y = steps.how.product ? 1.0 : b[k];
    operands.any_nan = operands.any_nan || is_nan(x) || is_nan(y);
    operands.all_finite = operands.all_finite && is_finite(x) && is_finite(y);
    sum.add_product(x, y);
  }
  const std::uint32_t r = ReductionSteps::draw(p, steps.random.accumulator, o);
  const Outcome out = project_selected(p, sum.value(ZeroSign::positive), operands, r, steps.operands);
  steps.note(out, false);
  return out.value;
}

}  // namespace exmy
