#pragma once
// Every s-th pixel, with more channels.

#include "sim/nn/tape.hpp"

namespace exmy {

/// y[b][r][q][c] = x[b][r s][q s][c] for c < C, +0 for the other channels; y[B][ceil(H / s)][ceil(W / s)][channels]. Nothing
/// is projected. Backward: dx gets the elements of dy that it gave, +0 elsewhere. Inputs: x [B][H][W][C].
/// REQUIRES s >= 1, channels >= C.
template <class T>
class Subsample : public Op<T> {
 public:
  Subsample(std::string layer, std::size_t stride, std::size_t channels)
      : Op<T>(std::move(layer)), stride_(stride), channels_(channels) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  std::string name() const override { return "subsample"; }

 private:
  std::size_t stride_, channels_;
};

}  // namespace exmy
