#pragma once
// Losses: a mean over the batch, and the gradient that starts the backward pass, scaled by the loss scale.

#include <cstdint>
#include <vector>

#include "sim/nn/tape.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

/// The label of a row that takes no part.
inline constexpr std::int32_t ignored_label = -1;

/// Layer `loss`, over the R rows of x [...][C] whose label is not `ignored_label`. Softmax (op `softmax`): m = max x;
/// d = P(x - m); e = P(exp d); s = sum e; p = P(e / s), role elementwise, the sum in the accumulator. Cross-entropy (op
/// `cross_entropy`, role loss): l = P(P(log s) - d_label); mean = P(sum l / R); dx = P(P(p - y) c), c = P(loss_scale / R),
/// y one-hot; rows that take no part get +0. Without any row the mean is P(+0 / 1).
/// With label smoothing E > 0 (Szegedy et al. 2016), in training: b = P(E / C); a = P(1 - E); S = sum of d over the classes
/// (accumulator); t = P(P(d_label a) + P(S b)); l = P(P(log s) - t); y = b, and P(a + b) at the label; in `dgrad` b, a and
/// P(a + b) are computed again.
/// Inputs: x. Result: the mean, [1].
template <class T>
class SoftmaxCrossEntropy : public Op<T> {
 public:
  /// REQUIRES labels in 0 .. C - 1 or ignored; 0 <= smoothing < 1.
  SoftmaxCrossEntropy(std::vector<std::int32_t> labels, double loss_scale, double smoothing = 0)
      : Op<T>("loss"), labels_(std::move(labels)), loss_scale_(loss_scale), smoothing_(smoothing) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;
  std::string name() const override { return "cross_entropy"; }

 private:
  Tensor<T> label_terms(Context& context, Projector<T>& loss, const Tensor<T>& d) const;
  Tensor<T> truth(Projector<T>& loss) const;

  std::vector<std::int32_t> labels_;  ///< after the forward pass of the rows that take part
  std::vector<std::size_t> rows_;     ///< and their numbers
  double loss_scale_, smoothing_;
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
