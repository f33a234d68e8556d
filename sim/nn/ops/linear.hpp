#pragma once
// z = x w, y = P(z + b).

#include "sim/nn/tape.hpp"
#include "sim/ops/quantize.hpp"

namespace exmy {

/// z[...][out] = sum over in of x[...][in] w[out][in]. Inputs: x, w. Both are quantised at each use:
/// forward x w, dgrad dx = dz w, wgrad dw = dz^T x.
template <class T>
class MatrixProduct : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

 private:
  // Of the forward pass, for the backward pass of the same tape: between them no weight changes.
  SharedOperand<T> x_, w_;
};

/// y = P(z + b), b of shape [out]; db = sum over the batch. Inputs: z, b.
template <class T>
class Bias : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;
};

}  // namespace exmy
