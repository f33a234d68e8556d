#pragma once
// Attention with its projections.

#include "sim/nn/layers/layer.hpp"

namespace exmy {

struct AttentionOptions {
  std::size_t heads = 1;
  bool causal = false;
  double dropout = 0;  ///< of probabilities, in training; below 1
};

/// y = proj(attention(q(x), k(x), v(x))), [T][C] stays [T][C]. Layers NAME.q, NAME.k, NAME.v are made by `projection`, NAME.proj
/// by `output`, each for [T][C]; between them are the operations `scores`, `softmax`, `dropout` (if any) and `context` of layer NAME.
/// ShapeError where the input is no [T][C], heads do not divide C, or a layer changes the shape.
LayerFactory attention(const AttentionOptions& options, LayerFactory projection, LayerFactory output);

}  // namespace exmy
