#pragma once
// What the products of all orders have in common: columns of b in panels, and tiles shared out to threads. For
// order_product*.cpp only.

#include <algorithm>
#include <limits>
#include <vector>

#include "formats/kernels/orders.hpp"
#include "sim/ops/tile_product.hpp"

namespace exmy {

/// Columns of b in panels of `width`, padded with zeros: [panel][k][width].
struct Panels {
  const FloatMatrix& b;
  std::size_t width;
  std::vector<float> packed;

  Panels(const FloatMatrix& matrix, std::size_t columns)
      : b(matrix), width(columns), packed(count() * matrix.rows * columns) {}

  std::size_t count() const { return (b.columns + width - 1) / width; }
  std::size_t columns(std::size_t panel) const { return std::min(width, b.columns - panel * width); }
  const float* at(std::size_t panel, std::size_t k) const {
    return packed.data() + (panel * b.rows + k) * width;
  }

  void pack(std::size_t panel) {
    float* to = packed.data() + panel * b.rows * width;
    const float* from = b.data + panel * width * b.column_step;
    for (std::size_t k = 0; k < b.rows; ++k, to += width, from += b.row_step)
      for (std::size_t j = 0; j < columns(panel); ++j) to[j] = from[j * b.column_step];
  }
};

/// A tile of a product: its first row, and what computes it.
struct OrderPlace {
  std::size_t row, panel;
  const OrderTile& tile;
};

/// A zero result is +0; the machine's default NaN may have a sign, ours has none.
inline float without_sign(float s) { return s != s ? std::numeric_limits<float>::quiet_NaN() : s + 0.0f; }

inline void store(const Panels& panels, const OrderPlace& at, const float* sums, const FloatMatrix& y,
                  float* data) {
  for (std::size_t r = 0; r < at.tile.rows; ++r)
    for (std::size_t j = 0; j < panels.columns(at.panel); ++j)
      data[(at.row + r) * y.row_step + (at.panel * panels.width + j) * y.column_step] =
          without_sign(sums[r * panels.width + j]);
}

/// Runs `work.pack(panel)` for all panels, then `work.tile(place, result)` for all tiles, each thread with a result of
/// its own, which it adds to `out`. Threads share independent outputs; the work of each is in rows x k x columns.
template <class Work, class Result>
void over_tiles(Work& work, std::size_t rows, std::size_t panels, std::size_t steps,
                const OrderKernels& kernels, Result& out) {
  constexpr std::size_t parallel_steps_from = 1 << 16;
  const std::size_t height = kernels.tall.rows;
  const std::size_t groups = (rows + height - 1) / height;
#pragma omp parallel if (steps >= parallel_steps_from)
  {
#pragma omp for schedule(static)
    for (std::size_t p = 0; p < panels; ++p) work.pack(p);
    Result mine;
#pragma omp for schedule(static) nowait
    for (std::size_t task = 0; task < panels * groups; ++task) {
      const std::size_t first = task % groups * height;
      const std::size_t last = std::min(first + height, rows);
      if (last - first == height)
        work.tile({first, task / groups, kernels.tall}, mine);
      else
        for (std::size_t row = first; row < last; ++row) work.tile({row, task / groups, kernels.one}, mine);
    }
#pragma omp critical
    out += mine;
  }
}

}  // namespace exmy
