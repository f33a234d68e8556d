#pragma once
// Clipping by the global norm (Pascanu et al. 2013).

#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/ops/context.hpp"

namespace exmy {

/// For each parameter, in their order, P(g g) at LAYER/clip.PARAM/optimizer/update, the sum of these, row-major, at
/// .../accumulator, and s = P(sum) at clip/norm/optimizer/update. Then the sum of the s, in the same order, at
/// clip/norm/optimizer/accumulator; norm = P(sqrt sum), P(c) and, unless norm <= P(c), f = P(P(c) / norm), at
/// clip/norm/optimizer/update; else f = 1. Last g = P(g f) at LAYER/clip.PARAM/optimizer/weight_grad, for f = 1 too.
/// An infinite norm makes f = +0: gradients become 0, infinite ones NaN. A NaN in a gradient makes all of them NaN.
/// A norm of 0 is not divided by. c > 0, in binary64.
template <class T>
void clip_gradients(Context& context, const std::vector<Parameter<T>*>& parameters, double c);

}  // namespace exmy
