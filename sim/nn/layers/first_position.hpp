#pragma once
// The first position of a sequence stands for all.

#include "sim/nn/layers/layer.hpp"

namespace exmy {

/// [T][C] becomes [C]; exact, without parameters. ShapeError where the input is no [T][C].
LayerFactory first_position();

}  // namespace exmy
