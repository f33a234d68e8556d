#pragma once
// What operations that multiply with a weight have in common: matrix products and convolutions.

#include "sim/nn/tape.hpp"
#include "sim/ops/quantize.hpp"

namespace exmy {

/// y = f(x, w), linear in both. Sites (layer, op, pass, ...): x and w are quantised at each use (activation, weight), dy
/// likewise (activation_grad), in the order wgrad, dgrad; dw = P(...) at weight_grad. Inputs: x, w.
template <class T>
class WeightedProduct : public Op<T> {
 public:
  WeightedProduct(std::string layer, const char* op) : Op<T>(std::move(layer)), op_(op) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) final;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) final;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y, MemoryLedger& memory) const final;

 private:
  // `then`: what all sums get, those that no product makes too.
  virtual Tensor<T> product(Context& context, const DotPlace& place, const Quantized<T>& x,
                            const Quantized<T>& w, Epilogue<T>& then) const = 0;
  /// dw of shape `w`.
  virtual Tensor<T> weight_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                                const Quantized<T>& x, const Shape& w, Epilogue<T>& then) const = 0;
  /// dx of shape `x`.
  virtual Tensor<T> input_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                               const Quantized<T>& w, const Shape& x, Epilogue<T>& then) const = 0;
  DotPlace at(Pass pass) const { return {this->layer(), op_, pass}; }

  const char* op_;
  // Of the forward pass, for the backward pass of the same tape: between them no weight changes.
  SharedOperand<T> x_, w_;
};

/// A working copy of a weight exists where its format at (layer, op, forward, weight) is not the master's.
template <class T>
void account_weight(Context& context, const std::string& layer, const std::string& op, const Tensor<T>& w,
                    MemoryLedger& memory) {
  const SiteState& site = context.at(layer, op, Pass::forward, Role::weight);
  const Format& working = site.treatment.quantizer.projection.format;
  if (working != w.format) memory.add("weight", w.size(), working);
}

}  // namespace exmy
