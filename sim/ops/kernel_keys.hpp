#pragma once
// Numbers that tell apart what is said of kernels, so that it is said once and not for every product.

#include <cstdint>

#include "sim/ops/matmul.hpp"
#include "sim/ops/order_plan.hpp"
#include "sim/ops/strip_plan.hpp"

namespace exmy {

/// Plans of the same key have the same `describe`; no key is 0, nor one of tiles (key_of in sim/ops/tile_plan.hpp) or of another of
/// these functions.
std::uint64_t key_of(const StripPlan& plan);
std::uint64_t key_of(const OrderPlan& plan);
std::uint64_t key_of(MatmulPath path);

}  // namespace exmy
