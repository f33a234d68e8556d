#pragma once
// Whether binary32 strips (formats/kernels/strips.hpp) give the bits of the definition, for sums and products under any
// rounding mode: a proof from the formats, the semantics and the largest magnitudes of the operands.

#include <cstddef>
#include <optional>
#include <string>

#include "formats/kernels/strips.hpp"
#include "sim/ops/tile_plan.hpp"

namespace exmy {

struct StripPlan {
  std::optional<ModeRounding32> product;  ///< none: exact products
  ModeRounding32 sum;
  bool guards = true;                   ///< sums may be beyond the maximum
  std::optional<ModeRounding32> outer;  ///< of chunk sums
};

/// A plan, or why there is none.
struct StripDecision {
  std::optional<StripPlan> plan;
  std::string why;
};

/// For sums of `k` products.
///
/// Products are binary32 numbers (at most 24 bits), so are the sums s; with f = fl(s + t) TwoSum gives the error, and f
/// less one unit where the error points to zero is s + t cut to 24 bits: P bits of the format and D = 24 - P below.
/// v of the modes with N random bits is compared in steps of 2^-N (`_a`: floor(v 2^N)), 2^-(N+1) (`_b`), or those and
/// what is below them (`_c`: a tie of 2^-(N+1), by the last bit, which the cut sets where it lost something); so that
/// D >= N, N + 1, N + 2 decides as the definition does. The modes without random numbers compare v with 0 and 1/2:
/// D >= 2 with the last bit set likewise. An exact x has D zeros; no increment carries from those.
/// Range: products and sums are multiples of 2^-149; where e_min = -126, binary32's own subnormals are at the format's
/// place, else numbers below the format's grid are cut by an integer of the clamped exponent. Rounding is monotone, so
/// that u <- (u + max|a| max|b| + grid) (1 + 2^-M), k times, bounds every sum; a sum beyond the maximum is clamped
/// where the definition gives the maximum, else the product is discarded. Zeros are +0 or -0 where the definition has the
/// other one: no later sum, counter or result depends on that.
StripDecision plan_strips(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k);

/// "exact products, stochastic sums in binary32, no overflow by bound".
std::string describe(const StripPlan& plan);

}  // namespace exmy
