#pragma once
// A whole matrix product by binary32 tiles, after a plan that says they give the bits of the definition.

#include <cstddef>
#include <functional>
#include <optional>

#include "formats/counters.hpp"
#include "sim/ops/float_matrix.hpp"
#include "sim/ops/tile_plan.hpp"
#include "sim/tensor/elements.hpp"

namespace exmy {

struct TileProduct {
  TileProduct() : work(0) {}  // so that counts are not zeroed twice

  Elements<float> y;                ///< [a.rows][b.columns]; zeros are +0
  TileCounts product, accumulator;  ///< outer sums count as accumulator
  std::size_t work;                 ///< multiply-adds
};

/// What is called with each block of outputs as soon as it is finished, by the thread that made it: y[row + i][column + j] is
/// at data + i n + j, n the columns of y.
using FinishedTiles = std::function<void(float* data, std::size_t row, std::size_t column, std::size_t rows,
                                         std::size_t columns)>;

/// Nothing where a sum left the range that the plan watches: then the definition has to do it.
std::optional<TileProduct> multiply(const FloatMatrix& a, const FloatMatrix& b, const TilePlan& plan,
                                    std::size_t chunk, bool counts, const TileKernels& kernels,
                                    const FinishedTiles& finished = {});

TileCounts& operator+=(TileCounts& into, const TileCounts& c);
/// With the names that all counters have.
Counters counters_of(const TileCounts& counts);

}  // namespace exmy
