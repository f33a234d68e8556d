#pragma once
// Binary cross-entropy of logits.

#include "sim/nn/tape.hpp"

namespace exmy {

/// Layer `loss`, op `bce`, role loss, n the number of elements, t the targets in [0, 1]; max and |x| are exact:
///   l = P(P(max(x, +0) - P(x t)) + P(log1p P(exp(-|x|)))); mean = P(sum l / n), the sum in the accumulator.
/// Backward, at dgrad: c = P(loss_scale / n); dx = P(P(P(sigmoid x) - t) c). Inputs: x, of the targets' shape. A NaN of x
/// makes l and dx NaN, an infinity makes l NaN or infinite.
template <class T>
class BinaryCrossEntropy : public Op<T> {
 public:
  BinaryCrossEntropy(Tensor<T> targets, double loss_scale)
      : Op<T>("loss"), targets_(std::move(targets)), loss_scale_(loss_scale) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

 private:
  Tensor<T> targets_;
  double loss_scale_;
};

}  // namespace exmy
