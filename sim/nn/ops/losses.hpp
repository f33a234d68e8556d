#pragma once
// Losses: a mean over the batch, and the gradient that starts the backward pass, scaled by the loss scale.

#include <cstdint>
#include <vector>

#include "sim/nn/tape.hpp"

namespace exmy {

/// Layer `loss`. Softmax (op `softmax`): m = max x; d = P(x - m); e = P(exp d); s = sum e; p = P(e / s),
/// role elementwise, the sum in the accumulator. Cross-entropy (op `cross_entropy`, role loss):
/// l = P(P(log s) - d_label); mean = P(sum l / B); dx = P(P(p - y) c), c = P(loss_scale / B), y one-hot.
/// Inputs: x [B][C]. Result: the mean, [1].
template <class T>
class SoftmaxCrossEntropy : public Op<T> {
 public:
  SoftmaxCrossEntropy(std::vector<std::int32_t> labels, double loss_scale)
      : Op<T>("loss"), labels_(std::move(labels)), loss_scale_(loss_scale) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

 private:
  std::vector<std::int32_t> labels_;
  double loss_scale_;
  Tensor<T> p_;
};

/// Layer `loss`, op `mse`, role loss: d = P(x - y); l = P(d d); mean = P(sum l / n); dx = P(d c),
/// c = P(2 loss_scale / n), n the number of elements. Inputs: x, of the targets' shape.
template <class T>
class MeanSquaredError : public Op<T> {
 public:
  MeanSquaredError(Tensor<T> targets, double loss_scale)
      : Op<T>("loss"), targets_(std::move(targets)), loss_scale_(loss_scale) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

 private:
  Tensor<T> targets_;
  double loss_scale_;
  Tensor<T> d_;
};

}  // namespace exmy
