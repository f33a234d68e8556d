#pragma once
// What a thread has finished of a product, told in blocks that are worth it. For strip_product.cpp and order_product.cpp.

#include <algorithm>

#include "sim/ops/tile_product.hpp"

namespace exmy {

/// Rows of a panel of `width` columns of y, [rows][columns], that follow each other.
class FinishedRows {
 public:
  FinishedRows(const FinishedTiles& finished, float* y, std::size_t columns, std::size_t width)
      : finished_(finished), y_(y), columns_(columns), width_(width) {}

  void add(std::size_t panel, std::size_t first, std::size_t last) {
    if (panel != panel_ || first != last_ || (last_ - first_) * width_ >= most)
      tell(), panel_ = panel, first_ = first;
    last_ = last;
  }
  /// Of those that have not been told.
  void tell() {
    const std::size_t column = panel_ * width_;
    if (finished_ && first_ != last_)
      finished_(y_ + first_ * columns_ + column, first_, column, last_ - first_,
                std::min(width_, columns_ - column));
    first_ = last_;
  }

 private:
  static constexpr std::size_t most = 1 << 13;  // outputs, which are in the cache still

  const FinishedTiles& finished_;
  float* y_;
  std::size_t columns_, width_, panel_ = 0, first_ = 0, last_ = 0;
};

}  // namespace exmy
