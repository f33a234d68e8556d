#pragma once
// Layers one after the other.

#include "sim/nn/layers/layer.hpp"

namespace exmy {

struct NamedLayer {
  std::string name;  ///< within the sequence
  LayerFactory make;
};

/// y = f_n(... f_1(x)). A layer's full name is that of the sequence, a dot, and its own.
LayerFactory sequence(std::vector<NamedLayer> layers);

}  // namespace exmy
