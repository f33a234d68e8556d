#pragma once
// A matrix of binary32 numbers as the quick products read it.

#include <algorithm>
#include <vector>

#include "formats/kernels/tiles.hpp"
#include "sim/tensor/offsets.hpp"

namespace exmy {

/// A matrix of binary32 numbers with any two steps, or with offsets.
struct FloatMatrix {
  const float* data = nullptr;
  std::size_t rows = 0, columns = 0, row_step = 0, column_step = 0;
  Offsets offsets{};

  float at(std::size_t r, std::size_t c) const {
    return data[offsets ? offsets.rows[r] + offsets.columns[c] : r * row_step + c * column_step];
  }
  FloatMatrix transposed() const {
    return {data, columns, rows, column_step, row_step, offsets.transposed()};
  }
  /// Up to so many rows and columns from there on.
  FloatMatrix part(std::size_t row, std::size_t column, std::size_t row_count,
                   std::size_t column_count) const {
    return {offsets ? data : data + row * row_step + column * column_step,
            std::min(row_count, rows - row),
            std::min(column_count, columns - column),
            row_step,
            column_step,
            offsets.from(row, column)};
  }
  /// Whether neighbours of a row lie side by side, where offsets are regular.
  bool is_contiguous() const {
    if (offsets) return columns < 2 || offsets.columns[1] == offsets.columns[0] + 1;
    return column_step == 1;
  }
};

/// For each of n offsets, where the run of equal steps ends that it is in; nothing if a run has fewer than `mean` of them on
/// average.
std::vector<std::size_t> run_ends(const std::size_t* offsets, std::size_t n, std::size_t mean);

/// Of a factor that threads copy in panels of `width` columns: how many steps at a time, a power of two, so that the panels
/// of all threads are 32 MiB at most.
std::size_t steps_at_once(std::size_t width);

/// to[r to_step + c] = x[r][c]
void lay(const FloatMatrix& x, float* to, std::size_t to_step, const TileKernels& kernels);

}  // namespace exmy
