#pragma once
// How a matrix product is cut into tiles: which operand lies along the vectors, how wide and how high tiles are, and
// whether their columns are copied together first.

#include <bit>
#include <cstddef>
#include <span>

#include "sim/ops/tile_product.hpp"

namespace exmy {

/// y = left right: columns of `right` in panels of one width, rows of `left` by the tallest tiles that fit.
struct TileCut {
  std::span<const TileShape> shapes;   ///< of one width: of TileKernels
  std::size_t panel_width = 0;         ///< theirs, so that they need not be read for it
  bool packs = true;                   ///< panels are copied; the last one always, where it is not full
  std::size_t most_packed = 0;         ///< floats of a panel that are copied at a time
  std::size_t cost = ~std::size_t{0};  ///< estimated: in about a quarter of a cycle of vectors of 64 bytes

  std::size_t width() const { return panel_width; }
  std::size_t panels(std::size_t columns) const { return whole_widths(columns + width() - 1); }
  /// n / width, without a division, which a small product would notice.
  std::size_t whole_widths(std::size_t n) const { return n >> std::countr_zero(width()); }
  std::size_t tallest() const { return shapes.back().rows; }
  const TileShape& tallest(std::size_t rows) const {
    if (rows == 1)
      return shapes.front();  // the others are not read: cache lines that a small product would notice
    std::size_t i = shapes.size() - 1;
    while (i > 0 && shapes[i].rows > rows) --i;
    return shapes[i];
  }
};

/// The extents of left [m][k] and right [k][n], whose rows are `row_step` apart.
struct CutExtents {
  std::size_t m, n, k;
  std::size_t row_step;
  bool contiguous, has_offsets;  ///< of right
  double non_zero = 1;  ///< part of left that is not 0, about; the rest costs tiles that count nothing
};

CutExtents extents_of(const FloatMatrix& left, const FloatMatrix& right, bool counts);

/// The cut that takes least time, by a model of it.
TileCut best_cut(const TileKernels& kernels, const CutExtents& x, const TilePlan& plan, bool counts);

}  // namespace exmy
