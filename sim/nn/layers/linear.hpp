#pragma once
// y = x w^T + b.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"

namespace exmy {

struct LinearOptions {
  std::size_t features = 0;  ///< of the output; 0: what the data ask of the network
  bool bias = true;
  Initialization init{};
};

/// Over the last dimension of its input: [...][in] becomes [...][out]. Operations `dot` and `bias`; parameters `weight`
/// [out][in] and `bias` [out]. ShapeError for an input without dimensions.
LayerFactory linear(const LinearOptions& options);

}  // namespace exmy
