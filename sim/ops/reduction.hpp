#pragma once
// One output of a reduction, by the definition; and the plan of a whole matrix product.

#include <cstdint>
#include <vector>

#include "formats/counters.hpp"
#include "sim/base/philox.hpp"
#include "sim/quant/quantizer.hpp"

namespace exmy {

/// What a matrix product counts, per role.
struct DotCounters {
  Counters product;
  Counters accumulator;
};

/// Random numbers of the product, accumulator and outer projections.
struct DotRandom {
  RandomStream product, accumulator, outer;
};

/// The definition (numerics: reductions): sum over k < n of a[k] b[k] for output o.
/// `operands`: p3109 when an operand's format is.
double reduce_by_definition(const Reduction& how, const double* a, const double* b, std::size_t n,
                            std::uint64_t o, const DotRandom& random, Semantics operands, DotCounters* counters,
                            bool* nan_lost);

}  // namespace exmy
