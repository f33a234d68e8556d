#pragma once
// The logarithm of softmax, row by row.

#include "sim/nn/tape.hpp"

namespace exmy {

/// Site (layer, log_softmax, forward, elementwise): m = max x, exact; d = P(x - m); e = P(exp d); s = sum e (accumulator);
/// y = P(d - P(log s)). Backward, at dgrad: e = P(exp y); t = sum dy (accumulator); dx = P(dy - P(e t)). Inputs: x [...][C].
/// A NaN or +infinity makes its row NaN, as does a row of nothing but -infinity.
template <class T>
class LogSoftmax : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;
};

}  // namespace exmy
