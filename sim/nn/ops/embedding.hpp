#pragma once
// Rows of a table: y[i] = w[token i].

#include <cstdint>
#include <vector>

#include "sim/nn/tape.hpp"

namespace exmy {

/// w[V][D] is projected at (layer, embedding, forward, weight); y[N][D] has its rows. Backward, at wgrad: q = P(dy)
/// (activation_grad); dw = P(t^T q) (product, accumulator; weight_grad), t[N][V] one-hot rows of the tokens: a matrix
/// product over the N positions like every other. REQUIRES 0 <= token < V. y has the tokens' shape, [N] unless given, and D.
/// Inputs: w.
template <class T>
class Embedding : public Op<T> {
 public:
  Embedding(std::string layer, std::vector<std::int32_t> tokens, Shape shape = {})
      : Op<T>(std::move(layer)), tokens_(std::move(tokens)), shape_(std::move(shape)) {
    if (shape_.empty()) shape_ = {tokens_.size()};
  }
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;

 private:
  std::vector<std::int32_t> tokens_;
  Shape shape_;
};

/// y = P(x + P(w)): a row of w[T][D] for each position of x[B T][D], sample by sample. Sites (layer, position, ...), as
/// those of a bias. Inputs: x, w.
template <class T>
class PositionalEmbedding : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
};

}  // namespace exmy
