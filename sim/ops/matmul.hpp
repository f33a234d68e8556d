#pragma once
// A whole emulated matrix product: chooses between the definition and the panel kernels.

#include <optional>
#include <string_view>
#include <vector>

#include "formats/kernels/kernels.hpp"
#include "sim/ops/reduction.hpp"

namespace exmy {

/// A reduction with the fast forms of its projections, where they have one.
struct FastReduction {
  std::optional<FastProjection> product, accumulator, outer;
};

/// What a product is made of; matrices in binary64, a row-major [m][k], b column-major [n][k].
struct MatmulTask {
  Reduction how;
  FastReduction fast;
  bool float_operands = false;  ///< every element is a float value
  Semantics operands = Semantics::ieee754;
  DotRandom random;
  std::size_t m = 0, n = 0, k = 0;
  std::vector<double> a{}, b{};
  std::uint64_t first_output =
      0;  ///< of a part of a product: the number of its output (0, 0), for random numbers
  std::size_t row_outputs = 0;  ///< and how many there are from one row to the next; 0: n

  std::uint64_t output(std::size_t i, std::size_t j) const {
    return first_output + i * (row_outputs != 0 ? row_outputs : n) + j;
  }
};

/// What is counted on the way; histograms of the steps exist in the definition only.
enum class Counting : std::uint8_t { nothing, counters, histograms };

/// Which implementation runs; all give the same bits.
enum class MatmulPath : std::uint8_t {
  definition,  ///< scalar reference: every projection, every carrier
  panels,      ///< steps in binary64, rounded to odd before each projection
  fp32,        ///< exact products summed by float fma; nothing is counted
  binary64     ///< products and sums as the machine does them in binary64 (binary64_panels.hpp)
};
MatmulPath path_of(const MatmulTask& task, Counting counting);

struct MatmulResult {
  std::vector<double> y;  ///< [m][n]
  DotCounters counters;   ///< zero when nothing is counted
  bool nan_lost = false;
};
MatmulResult matmul(const MatmulTask& task, Counting counting);
/// The definition, whatever path is possible.
MatmulResult matmul_by_definition(const MatmulTask& task, Counting counting);

}  // namespace exmy
