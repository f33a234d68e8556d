#pragma once
// Layers without parameters, one operation each.

#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

/// y = f(x), element by element; `none` records nothing.
LayerFactory activation(Activation f);

/// [A][B]... becomes [A B ...], row-major; nothing is recorded where the input has one dimension.
LayerFactory flatten();

}  // namespace exmy
