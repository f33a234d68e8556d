#pragma once
// Dropout (Srivastava et al. 2014), inverted.

#include "sim/nn/dropout_mask.hpp"
#include "sim/nn/tape.hpp"

namespace exmy {

/// In training an element is dropped (+0) with probability p, else y = P(x c), c = P(1 / (1 - p)) at (layer, dropout,
/// forward, elementwise); backward the same with dy at dgrad. Element i is dropped if the uniform number i of the stream
/// `dropout/LAYER` of the step is below p. Evaluation: y = x. REQUIRES 0 <= p < 1. Inputs: x.
template <class T>
class Dropout : public Op<T> {
 public:
  Dropout(std::string layer, double p) : Op<T>(std::move(layer)), p_(p) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  std::string name() const override { return "dropout"; }

 private:
  double p_;
  DropoutMask mask_;
};

}  // namespace exmy
