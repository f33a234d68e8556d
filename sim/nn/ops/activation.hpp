#pragma once
// Elementwise non-linearities.

#include "sim/nn/tape.hpp"

namespace exmy {

enum class Activation : std::uint8_t {
  none,
  relu,    ///< y = max(x, +0); dx = dy where x > 0, else +0. Exact: nothing is projected.
  tanh,    ///< y = P(tanh x); dx = P(dy P(1 - P(y y)))
  sigmoid  ///< y = P(sigmoid x); dx = P(dy P(y P(1 - y)))
};

/// Inputs: x. Site: (layer, name of the function, pass, elementwise).
template <class T>
class ActivationOp : public Op<T> {
 public:
  ActivationOp(std::string layer, Activation f) : Op<T>(std::move(layer)), f_(f) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

 private:
  Activation f_;
};

}  // namespace exmy
