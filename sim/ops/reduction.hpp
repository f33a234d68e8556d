#pragma once
// One output of a reduction, by the definition; and the plan of a whole matrix product.

#include <cstdint>
#include <vector>

#include "formats/counters.hpp"
#include "formats/project.hpp"
#include "sim/base/philox.hpp"
#include "sim/quant/histogram.hpp"
#include "sim/quant/quantizer.hpp"

namespace exmy {

/// What the steps of one role of a matrix product count.
struct StepCounters {
  Counters counters;
  ExponentHistogram before, after;  ///< empty unless histograms are wanted
  void add(const Outcome& out, bool histograms);
  StepCounters& operator+=(const StepCounters& other);
};

/// What a matrix product counts, per role.
struct DotCounters {
  StepCounters product, accumulator;
  bool histograms = false;  ///< count exponents too
};

/// Random numbers of the product, accumulator and outer projections.
struct DotRandom {
  RandomStream product, accumulator, outer;
};

/// The numbers of the outputs of a part of a product, for random numbers: `row` from one row to the next.
struct OutputNumbers {
  std::uint64_t first = 0;
  std::size_t row = 0;  ///< 0: the part's columns

  std::uint64_t of(std::size_t i, std::size_t j) const { return first + i * row + j; }
};

/// The definition (numerics: reductions): sum over k < n of a[k] b[k] for output o.
/// `operands`: p3109 when an operand's format is.
double reduce_by_definition(const Reduction& how, const double* a, const double* b, std::size_t n,
                            std::uint64_t o, const DotRandom& random, Semantics operands,
                            DotCounters* counters, bool* nan_lost);

/// How many projections one output of n terms takes, of products and of sums.
std::uint64_t projections_of(const Reduction& how, std::uint64_t n);

}  // namespace exmy
