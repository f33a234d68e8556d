#pragma once
// A whole matrix product by binary32 strips, after a plan that says they give the bits of the definition.

#include <optional>

#include "sim/ops/reduction.hpp"
#include "sim/ops/strip_plan.hpp"
#include "sim/ops/tile_product.hpp"

namespace exmy {

/// `numbers`: of the outputs. Nothing where a sum left the range that the plan watches: then the definition has to do it.
std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const StripPlan& plan,
                                    const DotRandom& random, std::size_t chunk, bool counts,
                                    const StripKernels& kernels, const OutputNumbers& numbers = {},
                                    const FinishedTiles& finished = {});

}  // namespace exmy
