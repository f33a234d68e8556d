#pragma once
// What the products of all orders have in common: columns of b in panels, and tiles shared out to threads. For
// order_product*.cpp only.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "formats/kernels/orders.hpp"
#include "sim/ops/finished_rows.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {

/// What a thread works at: steps [first, last) of a panel of b, padded with zeros, [step][width], and what an order makes of
/// them.
struct PackedPanel {
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t panel = none, first = 0, last = 0;
  std::vector<float> b;
  std::vector<std::int16_t> exponents;
};

/// Columns of b in panels of `width`.
struct Panels {
  const FloatMatrix& b;
  std::size_t width;

  std::size_t count() const { return (b.columns + width - 1) / width; }
  std::size_t columns(std::size_t panel) const { return std::min(width, b.columns - panel * width); }

  void pack(std::size_t panel, std::size_t first, std::size_t last, PackedPanel& into) const {
    into.panel = panel, into.first = first, into.last = last;
    into.b.assign((last - first) * width, 0.0f);
    lay(b.part(first, panel * width, last - first, width), into.b.data(), width, tile_kernels());
  }
};

/// A tile of a product: its first row, its panel with the steps that are next, and what computes it.
struct OrderPlace {
  std::size_t row;
  const PackedPanel& packed;
  const OrderTile& tile;
};

/// A zero result is +0; the machine's default NaN may have a sign, ours has none.
inline float without_sign(float s) { return s != s ? std::numeric_limits<float>::quiet_NaN() : s + 0.0f; }

inline void store(const Panels& panels, const OrderPlace& at, const float* sums, const FloatMatrix& y,
                  float* data) {
  for (std::size_t r = 0; r < at.tile.rows; ++r)
    for (std::size_t j = 0; j < panels.columns(at.packed.panel); ++j)
      data[(at.row + r) * y.row_step + (at.packed.panel * panels.width + j) * y.column_step] =
          without_sign(sums[r * panels.width + j]);
}

/// What one thread does: tiles of the same rows and panel, some steps of all of them at a time.
template <class Work, class Result>
class OrderWorker {
 public:
  OrderWorker(const Work& work, const OrderKernels& kernels)
      : finished(work.finished, work.data, work.panels.b.columns, work.panels.width),
        work_(work),
        kernels_(kernels) {}

  void run(std::size_t panel, std::size_t first, std::size_t last) {
    const bool tall = last - first == kernels_.tall.rows;
    const OrderTile& tile = tall ? kernels_.tall : kernels_.one;
    sums_.assign(tall ? 1 : last - first, {});
    for (std::size_t step = 0; step < work_.a.columns; step = packed_.last) {
      if (packed_.panel != panel || packed_.first != step)
        work_.pack(panel, step, work_.end_of_steps(step), packed_);
      for (std::size_t i = 0; i < sums_.size(); ++i) work_.add({first + i, packed_, tile}, sums_[i], result);
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) work_.finish({first + i, packed_, tile}, sums_[i], result);
    finished.add(panel, first, last);
  }

  Result result;
  FinishedRows finished;

 private:
  const Work& work_;
  const OrderKernels& kernels_;
  PackedPanel packed_;
  std::vector<typename Work::Sums> sums_;
};

/// Runs `work.add(place, sums, result)` for all steps of all tiles, after `work.pack(panel, first, last, packed)` where a thread
/// comes to others, then `work.finish(place, sums, result)`; each thread with steps, sums and a result of its own, which
/// it adds to `out`. Threads share independent outputs; the work of each is in rows x k x columns.
template <class Work, class Result>
void over_tiles(const Work& work, std::size_t rows, std::size_t panels, std::size_t steps,
                const OrderKernels& kernels, Result& out) {
  const std::size_t height = kernels.tall.rows, groups = (rows + height - 1) / height;
  share(
      {panels * groups, threads_for(SharedStep::orders, steps)},
      [&] { return OrderWorker<Work, Result>(work, kernels); },
      [&](OrderWorker<Work, Result>& worker, std::size_t task) {
        const std::size_t first = task % groups * height;
        worker.run(task / groups, first, std::min(first + height, rows));
      },
      [&](OrderWorker<Work, Result>& worker) {
        worker.finished.tell();
        out += worker.result;
      });
}

}  // namespace exmy
