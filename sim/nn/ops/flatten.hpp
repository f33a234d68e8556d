#pragma once
// All elements of a sample in one row.

#include "sim/nn/tape.hpp"

namespace exmy {

/// y [B][N], N the elements of a sample. An image [H][W][C] is read channel by channel, as frameworks that keep channels
/// first have it: y[b][(c H + h) W + w] = x[b][h][w][c]. Everything else keeps its row-major order. Nothing is projected.
/// Inputs: x.
template <class T>
class Flatten : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  std::string name() const override { return "flatten"; }
};

}  // namespace exmy
