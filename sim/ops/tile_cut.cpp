#include "sim/ops/tile_cut.hpp"

#include <algorithm>

namespace exmy {
namespace {

/// A step of a vector of sums.
std::size_t step_cost(const TileRounding& how, bool counts) {
  if (counts) return how.rounds_product ? 160 : 80;
  const std::size_t sum = how.step == TileStep::native                                 ? 3
                          : how.step == TileStep::odd                                  ? 28
                          : how.limit == TileLimit::excluded && !how.saturates_product ? 7
                                                                                       : 11;
  return sum + (how.rounds_product ? 10 : 0);
}

/// A vector of a panel that is copied, or of results that are turned.
std::size_t copy_cost(bool contiguous) { return contiguous ? 4 : 20; }

/// A step of m rows of one panel. A tile with few sums waits for its own results; one with few rows, for the panel.
std::size_t panel_cost(const TileCut& cut, std::size_t m, std::size_t vectors, std::size_t step) {
  constexpr std::size_t in_flight = 6, load = 5;
  std::size_t cost = 0;
  for (std::size_t done = 0; done < m;) {
    const std::size_t height = cut.tallest(m - done).rows;
    const std::size_t times = (m - done) / height;
    cost += times * std::max(std::max(height * vectors, in_flight) * step, vectors * load);
    done += times * height;
  }
  return cost;
}

/// Columns that lie side by side are read where they are, if each is read a few times only or a panel is all of it.
bool packs(const TileCut& cut, const CutExtents& x) {
  if (x.column_step != 1) return true;
  return x.row_step != cut.width() && x.m > 2 * cut.tallest();
}

}  // namespace

TileCut best_cut(std::span<const TileShape> shapes, const CutExtents& x, const TilePlan& plan, bool counts) {
  const std::size_t lanes = shapes.front().width / 2;
  const std::size_t step = step_cost(plan.inner, counts);
  TileCut best;
  while (!shapes.empty()) {
    std::size_t count = 1;
    while (count < shapes.size() && shapes[count].width == shapes.front().width) ++count;
    TileCut cut{shapes.first(count)};
    cut.packs = packs(cut, x);
    const std::size_t vectors = cut.width() / lanes;
    const std::size_t panel =
        panel_cost(cut, x.m, vectors, step) + (cut.packs ? vectors * copy_cost(x.column_step == 1) : 0);
    cut.cost = panel * cut.panels(x.n) * x.k;
    if (cut.cost < best.cost) best = cut;
    shapes = shapes.subspan(count);
  }
  return best;
}

}  // namespace exmy
