#pragma once
// The multi-layer perceptron.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

/// Fully connected layers fc1, fc2, ...: linear, bias, activation; the last has as many features as the data ask, and
/// `output_activation`. Inputs are flattened.
struct MlpOptions {
  std::vector<std::size_t> hidden;
  Activation activation = Activation::relu;
  Activation output_activation = Activation::none;
  Initialization init{};
};

LayerFactory mlp(const MlpOptions& options);

}  // namespace exmy
