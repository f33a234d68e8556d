#pragma once
// Operands of matrix products: quantised at each site that uses them, computed once where that is the same.

#include <memory>

#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

/// A quantised operand, how it came about, and what that did.
template <class T>
struct QuantizedOperand {
  Quantized<T> value;
  Quantizer how;
  Format from{};
  std::uint64_t step = 0;
  bool is_counted = false;
  ProjectionRecord done;
};

template <class T>
using SharedOperand = std::shared_ptr<const QuantizedOperand<T>>;

/// Quantises an operand at its site: q = project(x / s), projected once.
/// `same`: this very tensor, quantised in this step at another site, or null. If this site would repeat that bit for
/// bit (equal quantiser, no random numbers, counted alike), its result is shared and the site's counters, histograms,
/// ledgers and notes receive what they would have. REQUIRES that x did not change since.
template <class T>
SharedOperand<T> quantize(Context& context, const DotPlace& place, Role role, const Tensor<T>& x,
                          const SharedOperand<T>& same = nullptr);

}  // namespace exmy
