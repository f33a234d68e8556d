#pragma once
// Whether the kernels of the orders pairwise, exact and block (formats/kernels/orders.hpp) give the bits of the
// definition: a proof from the formats, the semantics and the magnitudes of the operands.

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "formats/kernels/orders.hpp"
#include "sim/ops/tile_plan.hpp"

namespace exmy {

struct BlockPlan {
  BlockRounding unit;
  std::optional<TileRounding> outer;  ///< of chunk sums: a = 1
};

using OrderPlan = std::variant<PairwiseRounding, ExactSum, BlockPlan>;

/// A plan, or why there is none.
struct OrderDecision {
  std::optional<OrderPlan> plan;
  std::string why;
};

/// For sums of `k` products. `counts`: counters are wanted. `has_fma`: of the instruction-set level. Products are exact
/// binary32 numbers (a leaf of a binary32 tree may be rounded: by the machine), multiples of g, at most t in magnitude.
///
/// pairwise. A leaf rounds a binary32 number once. A node adds two numbers of P bits: rounded to binary32 and then to P
/// bits it is rounded as if once when 2 P + 2 <= 24 (Figueroa 1995), after a rounding to odd when P + 2 <= 24. By
/// induction a sum of n terms is at most n max|leaf| (1 + 2^-P)^ceil(log2 n).
///
/// exact. If k t <= 2^53 g, every partial sum is a multiple of g that binary64 holds. Else let H be a power of two with
/// k t <= 2^53 H: (p + C) - C, C = 1.5 2^52 H, is a multiple of H next to p, the rest at most H / 2; if
/// k H / 2 <= 2^53 g, the sums of both parts are exact. They are rounded to odd in binary64, then as the policy says,
/// or at once by the definition where that needs more bits.
///
/// block. Let u = 2^(e - F). Where e is so small that u < g nothing is truncated, so that e may be raised to
/// F + log2 g: u >= g. Then a b / u is a binary32 number below 2^(F + 2), or so small that it is truncated to 0;
/// converting it to 32 bits truncates it. at_once products and s, |s| < 2^(F + 1) u, stay below 2^31. All sums are
/// multiples of g; if the output's grid is no coarser than g its subnormal numbers need no rounding. |s| <= k t, rounded.
OrderDecision plan_order(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                         bool counts, bool has_fma);

/// "tree: leaves are exact, binary32 nodes, rounded again, no overflow by bound".
std::string describe(const OrderPlan& plan);

}  // namespace exmy
