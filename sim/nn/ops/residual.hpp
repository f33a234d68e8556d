#pragma once
// y = P(a + b).

#include "sim/nn/tape.hpp"

namespace exmy {

/// Site (layer, add, forward, elementwise). Backward: da = db = dy, exact. Inputs: a, b of the same shape.
template <class T>
class Add : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
};

}  // namespace exmy
