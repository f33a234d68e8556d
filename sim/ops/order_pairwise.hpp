#pragma once
// Pairwise sums, some steps at a time. For order_product.cpp only.

#include "formats/binary64.hpp"
#include "sim/ops/order_work.hpp"
#include "sim/ops/reduction_steps.hpp"

namespace exmy {

/// OrderSteps are done 2^n at a time: complete subtrees, and the last one, whose roots are leaves of a tree of the same shape.
struct PairwiseWork : OrderWork {
  using Tile = std::array<float, most_tile>;
  /// Subtrees that wait for their right neighbours, the larger ones first; and how many steps were done.
  struct Sums {
    std::vector<Tile> waiting;
    std::size_t count = 0;
  };
  const PairwiseRounding& how;
  const Projection& sum;
  Semantics semantics;

  void add(const OrderPlace& at, Sums& sums, OrderSteps& mine) const {
    alignas(64) Tile tile;
    TileResult result;
    at.tile.pairwise(how, counts, operands(at, tile.data()), result);
    if (how.each.limit == TileLimit::watch)
      mine.valid = mine.valid && result.largest <= how.each.sum.max_finite;
    tell(at, result, mine);
    for (std::size_t before = sums.count++; (before & 1) != 0; before >>= 1) join(at, sums, tile, mine);
    sums.waiting.push_back(tile);
  }

  void finish(const OrderPlace& at, Sums& sums, OrderSteps& mine) const {
    Tile tile = sums.waiting.back();
    sums.waiting.pop_back();
    while (!sums.waiting.empty()) join(at, sums, tile, mine);
    store(panels, at, tile.data(), y, data);
  }

  /// `right` becomes the node over the last subtree that waits and itself, by the definition: such nodes are few.
  void join(const OrderPlace& at, Sums& sums, Tile& right, OrderSteps& mine) const {
    const Tile& left = sums.waiting.back();
    for (std::size_t r = 0; r < at.tile.rows; ++r)
      for (std::size_t j = 0; j < columns(at); ++j) {
        const std::size_t i = r * panels.width + j;
        right[i] = node(static_cast<double>(left[i]), static_cast<double>(right[i]), mine);
      }
    sums.waiting.pop_back();
  }

  /// P(l + r), to nearest: nothing is drawn.
  float node(double l, double r, OrderSteps& mine) const {
    const Outcome out = exmy::add(sum, l, r, 0, semantics);
    mine.valid = mine.valid && is_finite(out.value);
    if (counts) {
      mine.accumulator.add(out.events);
      if ((l != 0 && stands_still(out, r)) || (r != 0 && stands_still(out, l)))
        ++mine.accumulator[Counter::swamped];
    }
    return static_cast<float>(out.value);
  }
};

}  // namespace exmy
