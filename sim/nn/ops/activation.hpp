#pragma once
// Elementwise non-linearities.

#include <string>

#include "sim/nn/tape.hpp"

namespace exmy {

enum class Activation : std::uint8_t {
  none,
  relu,       ///< y = max(x, +0); dx = dy where x > 0, else +0. Exact: nothing is projected.
  tanh,       ///< y = P(tanh x); dx = P(dy P(1 - P(y y)))
  sigmoid,    ///< y = P(sigmoid x); dx = P(dy P(y P(1 - y)))
  gelu,       ///< y = P(x Phi(x)), Phi the standard normal distribution function; dx = P(dy P(gelu'(x)))
  gelu_tanh,  ///< y = P(x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2); dx = P(dy P(gelu_tanh'(x)))
  silu        ///< y = P(x sigmoid x); dx = P(dy P(silu'(x)))
};

/// The name of the function, which is the op of its sites.
std::string op_of(Activation f);

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
  std::string name() const override { return op_of(f_); }

 private:
  Activation f_;
};

}  // namespace exmy
