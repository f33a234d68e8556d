#pragma once
// The first position of each sample.

#include "sim/nn/tape.hpp"

namespace exmy {

/// y[b][c] = x[b][0][c]; dx is dy there, +0 elsewhere. Nothing is projected. Inputs: x [B][T][C].
template <class T>
class FirstPosition : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
};

}  // namespace exmy
