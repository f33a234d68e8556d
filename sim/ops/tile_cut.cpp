#include "sim/ops/tile_cut.hpp"

#include <algorithm>

namespace exmy {
namespace {

std::size_t counting_cost(const TileRounding& how) {
  if (how.exact_steps > 0) return how.exact_first > 0 ? 8 : 12;
  if (how.wide_products) return 120;
  if (how.quick) return how.rounds_product ? 95 : how.step == TileStep::native ? 34 : 50;
  return how.rounds_product ? 190 : 90;
}

/// A step of a vector of sums.
std::size_t step_cost(const TileRounding& how, bool counts) {
  if (counts) return counting_cost(how);
  const std::size_t sum = how.step == TileStep::native                                 ? 3
                          : how.wide_products || how.rare_middles                      ? 14
                          : how.step == TileStep::odd                                  ? 28
                          : how.limit == TileLimit::excluded && !how.saturates_product ? 7
                                                                                       : 11;
  return sum + (how.rounds_product ? 10 : 0);
}

/// A vector of a panel that is copied, or of results that are turned.
std::size_t copy_cost(bool contiguous) { return contiguous ? 8 : 16; }

/// A step of m rows of one panel. A tile with few sums waits for its own results; a narrow one, for its loads.
std::size_t panel_cost(const TileCut& cut, std::size_t m, std::size_t vectors, std::size_t step,
                       std::size_t in_flight) {
  constexpr std::size_t load = 5, broadcast = 4;
  std::size_t cost = 0;
  for (std::size_t left = m; left > 0;) {
    const std::size_t height = cut.tallest(left).rows;
    const std::size_t times = left < 2 * height ? 1 : left / height;
    cost +=
        times * std::max(std::max(height * vectors, in_flight) * step, vectors * load + height * broadcast);
    left -= times * height;
  }
  return cost;
}

// What is copied of a panel fits the first cache; for tiles that count, which are quicker in one go, the second.
constexpr std::size_t most_packed = 1 << 13, most_packed_counting = 1 << 16;

/// Columns that lie side by side are read where they are, if each is read a few times only or a panel is all of it.
bool packs(const TileCut& cut, const CutExtents& x, bool counts) {
  if (!x.contiguous || x.has_offsets) return true;
  if (counts || x.m == 1) return false;
  return x.row_step != cut.width() && x.m > 2 * cut.tallest();
}

/// Of elements here and there: this must take far less time than the product.
double non_zero_part(const FloatMatrix& x) {
  constexpr std::size_t most = 48;
  const std::size_t n = std::min(most, x.rows * x.columns), stride = std::size_t{37} % x.columns;
  std::size_t count = 0;
  for (std::size_t i = 0, r = 0, c = 0; i < n; ++i) {
    count += x.at(r, c) != 0 ? 1u : 0u;
    r = r + 1 < x.rows ? r + 1 : 0;
    c = c + stride < x.columns ? c + stride : c + stride - x.columns;
  }
  return static_cast<double>(count) / static_cast<double>(n);
}

}  // namespace

CutExtents extents_of(const FloatMatrix& left, const FloatMatrix& right, bool counts) {
  return {left.rows,
          right.columns,
          left.columns,
          right.row_step,
          right.is_contiguous(),
          static_cast<bool>(right.offsets),
          counts ? non_zero_part(left) : 1};
}

TileCut best_cut(const TileKernels& kernels, const CutExtents& x, const TilePlan& plan, bool counts) {
  const std::size_t step = step_cost(plan.inner, counts), in_flight = counts ? 3 : 8;
  TileCut best{{}, 0, false, counts ? most_packed_counting : most_packed};
  for (const std::span<const TileShape> shapes : counts ? kernels.counting : kernels.fast) {
    const TileCut cut{shapes, shapes.front().width};
    const bool copies = packs(cut, x, counts);
    const std::size_t vectors = cut.width() >> std::countr_zero(kernels.lanes);
    std::size_t panel = panel_cost(cut, x.m, vectors, step, in_flight);
    if (x.non_zero < 1) panel = static_cast<std::size_t>(x.non_zero * static_cast<double>(panel));
    if (copies) panel += vectors * copy_cost(x.contiguous);
    const std::size_t cost = panel * cut.panels(x.n) * x.k;
    if (cost < best.cost)
      best.shapes = shapes, best.panel_width = cut.width(), best.packs = copies, best.cost = cost;
  }
  return best;
}

}  // namespace exmy
