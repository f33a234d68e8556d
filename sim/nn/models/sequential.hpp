#pragma once
// Layers that a configuration lists.

#include "sim/nn/layers/sequence.hpp"

namespace exmy {

/// y = f_n(... f_1(x)). ShapeError where a layer does not fit, or the last one does not give what the data ask: a number
/// for each class or target, of the whole sample or of each of its elements.
LayerFactory sequential(std::vector<NamedLayer> layers);

}  // namespace exmy
