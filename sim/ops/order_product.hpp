#pragma once
// A whole matrix product in the order pairwise, exact or block, after a plan that says that its kernels give the bits of
// the definition.

#include <optional>

#include "sim/ops/order_plan.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/ops/tile_product.hpp"
#include "sim/tensor/elements.hpp"

namespace exmy {

struct OrderProduct {
  Elements<float> y;  ///< [a.rows][b.columns]; zeros are +0
  Counters product, accumulator;
};

/// Whether these have the order; block and exact sums need vectors.
bool has_kernels(const OrderKernels& kernels, Order order);

/// `random`, `operands`: of the definition. `numbers`: of the outputs. Nothing where a sum left the range that the plan watches.
std::optional<OrderProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const Reduction& how,
                                     const OrderPlan& plan, const DotRandom& random, Semantics operands,
                                     bool counts, const OrderKernels& kernels,
                                     const OutputNumbers& numbers = {}, const FinishedTiles& finished = {});

}  // namespace exmy
