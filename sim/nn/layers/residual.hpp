#pragma once
// What layers compute, added to their input (He et al. 2016).

#include "sim/nn/layers/sequence.hpp"

namespace exmy {

/// y = P(body(x) + shortcut(x)), op `add`; an empty shortcut is x itself. Layers of both are named after this one: its
/// name, a dot, and their own. ShapeError where the two do not have one shape, or with what does
/// not fit within either.
LayerFactory residual(std::vector<NamedLayer> body, std::vector<NamedLayer> shortcut = {});

}  // namespace exmy
