#pragma once
// The same elements in another shape.

#include "sim/nn/tape.hpp"

namespace exmy {

/// y of shape [B] and `sample`; the elements keep their row-major order, nothing is projected. Inputs: x [B]... with as
/// many elements.
template <class T>
class Reshape : public Op<T> {
 public:
  Reshape(std::string layer, Shape sample) : Op<T>(std::move(layer)), sample_(std::move(sample)) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  std::string name() const override { return "reshape"; }

 private:
  Shape sample_;
};

}  // namespace exmy
