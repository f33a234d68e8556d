#pragma once
// What layers train that multiply with a weight.

#include <optional>

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/linear.hpp"

namespace exmy {

/// A layer's `weight` and, where it has one, `bias`, a number for each of the weight's first dimension that starts at 0.
template <class T>
class WeightAndBias {
 public:
  using Id = typename Tape<T>::Id;

  /// `op`: that multiplies with the weight.
  WeightAndBias(const LayerArguments<T>& a, const Shape& shape, const Initialization& init,
                const std::string& op, bool has_bias)
      : weight_(initial_weight<T>(*a.context, a.name, shape, init, op)) {
    if (has_bias) bias_ = zero_bias<T>(*a.context, a.name, shape[0]);
  }

  const std::string& layer() const { return weight_.layer; }
  /// Records y = product(x, w), or P(product(x, w) + b).
  Id apply(Tape<T>& tape, std::unique_ptr<Op<T>> product, Id x) {
    const Id z = tape.apply(std::move(product), {x, tape.parameter(weight_)});
    return bias_ ? tape.apply(std::make_unique<Bias<T>>(layer()), {z, tape.parameter(*bias_)}) : z;
  }
  void collect(std::vector<Parameter<T>*>& parameters) {
    parameters.push_back(&weight_);
    if (bias_) parameters.push_back(&*bias_);
  }

 private:
  Parameter<T> weight_;
  std::optional<Parameter<T>> bias_;
};

}  // namespace exmy
