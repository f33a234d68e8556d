#pragma once
// Tokens as vectors, and vectors as scores of tokens by the same table.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/sequence.hpp"

namespace exmy {

struct EmbeddingOptions {
  std::size_t width = 0;       ///< D
  std::size_t vocabulary = 0;  ///< V; 0: what the data ask of the network
  Initialization init{Initializer::normal, 0.02};
};

/// Tokens [T], as numbers, become [T][D]: rows of the parameter `weight` [V][D], op `embedding`. ShapeError for an input
/// that is no [T], or, when it is used, that holds anything but integers 0 .. V - 1.
LayerFactory embedding(const EmbeddingOptions& options);

/// y = P(x + w), x and the parameter `weight` [T][D], op `position`. ShapeError for an input that is no [T][D].
LayerFactory positions(const Initialization& init);

/// Tokens [T] become [T][V]: embedded by the layer `table`, through `body`, which keeps [T][D], then times the same
/// `weight`, transposed, by op `dot` of layer `head`. The parameter is that of `table`; its gradients from both uses add up at
/// TABLE/fan_out/wgrad/weight_grad. With `bias`, op `bias` and parameter `bias` [V] of `head`.
struct TiedOptions {
  EmbeddingOptions embedding;
  std::string table, head;
  bool bias = false;
};
LayerFactory tied(const TiedOptions& options, std::vector<NamedLayer> body);

}  // namespace exmy
