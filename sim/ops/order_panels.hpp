#pragma once
// What the products of all orders have in common: columns of b in panels, and tiles shared out to threads. For
// order_product*.cpp only.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "formats/kernels/orders.hpp"
#include "sim/ops/sharing.hpp"
#include "sim/ops/tile_product.hpp"

namespace exmy {

/// What a thread works at: a panel of b, padded with zeros, [k][width], and what an order makes of it.
struct PackedPanel {
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t panel = none;
  std::vector<float> b;
  std::vector<std::int16_t> exponents;
};

/// Columns of b in panels of `width`.
struct Panels {
  const FloatMatrix& b;
  std::size_t width;

  std::size_t count() const { return (b.columns + width - 1) / width; }
  std::size_t columns(std::size_t panel) const { return std::min(width, b.columns - panel * width); }

  void pack(std::size_t panel, PackedPanel& into) const {
    into.panel = panel;
    into.b.assign(b.rows * width, 0.0f);
    float* to = into.b.data();
    const float* from = b.data + panel * width * b.column_step;
    for (std::size_t k = 0; k < b.rows; ++k, to += width, from += b.row_step)
      for (std::size_t j = 0; j < columns(panel); ++j) to[j] = from[j * b.column_step];
  }
};

/// A tile of a product: its first row, its panel, and what computes it.
struct OrderPlace {
  std::size_t row, panel;
  const PackedPanel& packed;
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

/// Runs `work.tile(place, result)` for all tiles, after `work.pack(panel, packed)` where a thread comes to another panel; each
/// thread with a panel and a result of its own, which it adds to `out`. Threads share independent outputs; the work of
/// each is in rows x k x columns.
template <class Work, class Result>
void over_tiles(Work& work, std::size_t rows, std::size_t panels, std::size_t steps,
                const OrderKernels& kernels, Result& out) {
  const std::size_t height = kernels.tall.rows;
  const std::size_t groups = (rows + height - 1) / height;
#pragma omp parallel if (is_shared(SharedStep::orders, steps))
  {
    Result mine;
    PackedPanel packed;
#pragma omp for schedule(static) nowait
    for (std::size_t task = 0; task < panels * groups; ++task) {
      const std::size_t first = task % groups * height;
      const std::size_t last = std::min(first + height, rows), panel = task / groups;
      if (packed.panel != panel) work.pack(panel, packed);
      if (last - first == height)
        work.tile({first, panel, packed, kernels.tall}, mine);
      else
        for (std::size_t row = first; row < last; ++row) work.tile({row, panel, packed, kernels.one}, mine);
    }
#pragma omp critical
    out += mine;
  }
}

}  // namespace exmy
