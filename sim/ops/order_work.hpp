#pragma once
// What the work of every order has in common: a product of which some steps are done at a time. For order_product*.cpp only.

#include <array>
#include <cstdint>

#include "sim/ops/order_panels.hpp"

namespace exmy {

inline constexpr std::size_t most_tile = 256;  // outputs

/// What was counted, and whether no sum left the range that the plan watches.
struct OrderSteps {
  Counters product, accumulator;
  bool valid = true;

  OrderSteps& operator+=(const OrderSteps& other) {
    product += other.product;
    accumulator += other.accumulator;
    valid = valid && other.valid;
    return *this;
  }
  /// `padding`: columns of zeros, which add +-0 to +0 as often as the other columns take steps.
  void add(const TileResult& result, std::size_t columns, std::size_t padding) {
    product += counters_of(discounted(result.product, columns, padding));
    accumulator += counters_of(discounted(result.sum, columns, padding));
  }

 private:
  static TileCounts discounted(TileCounts c, std::size_t columns, std::size_t padding) {
    const std::uint64_t steps = c.total / columns * padding;
    c.total -= steps;
    c.zero_in -= steps;
    return c;
  }
};

/// What every order's work knows.
struct OrderWork {
  const FloatMatrix& a;
  Panels panels;
  const FloatMatrix& y;
  float* data;
  bool counts;
  const FinishedTiles& finished;
  std::size_t at_once = steps_at_once(panels.width);

  /// Of steps that begin there; b is packed with as many as are done at a time.
  std::size_t end_of_steps(std::size_t first) const { return std::min(a.columns, first + at_once); }
  void pack(std::size_t panel, std::size_t first, std::size_t last, PackedPanel& into) const {
    panels.pack(panel, first, last, into);
  }

  std::size_t columns(const OrderPlace& at) const { return panels.columns(at.packed.panel); }
  TileOperands operands(const OrderPlace& at, float* sums) const {
    const std::size_t first = at.packed.first;
    return {a.data + at.row * a.row_step + first * a.column_step,
            a.row_step,
            a.column_step,
            at.packed.b.data(),
            at.packed.last - first,
            sums};
  }
  void tell(const OrderPlace& at, const TileResult& result, OrderSteps& mine) const {
    if (counts) mine.add(result, panels.width, panels.width - columns(at));
  }
};

}  // namespace exmy
