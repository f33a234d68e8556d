#pragma once
// Windows that slide over the height and width of an image batch [B][H][W][C].

#include "sim/tensor/tensor.hpp"

namespace exmy {

struct Window {
  std::size_t height = 1, width = 1, stride = 1, padding = 0;

  std::size_t taps() const { return height * width; }
  std::size_t rows_of(std::size_t h) const { return count(h, height); }
  std::size_t columns_of(std::size_t w) const { return count(w, width); }
  bool overlaps() const { return stride < height || stride < width; }
  /// [B][H'][W'][C]; H' = floor((H + 2 padding - height) / stride) + 1, 0 where the window is larger.
  Shape output(const Shape& x) const { return {x[0], rows_of(x[1]), columns_of(x[2]), x[3]}; }

  /// f(pixel of the output, pixel of x) for every window in which tap (i, j) lies inside of x; pixels count in units of C.
  template <class F>
  void each(const Shape& x, std::size_t i, std::size_t j, const F& f) const {
    const std::size_t h = rows_of(x[1]), w = columns_of(x[2]);
    for (std::size_t b = 0; b < x[0]; ++b)
      for (std::size_t r = 0; r < h; ++r)
        for (std::size_t c = 0; c < w; ++c) {
          const std::size_t row = r * stride + i, column = c * stride + j;
          if (row < padding || column < padding) continue;
          if (row - padding >= x[1] || column - padding >= x[2]) continue;
          f((b * h + r) * w + c, (b * x[1] + row - padding) * x[2] + column - padding);
        }
  }

 private:
  std::size_t count(std::size_t n, std::size_t kernel) const {
    return n + 2 * padding < kernel ? 0 : (n + 2 * padding - kernel) / stride + 1;
  }
};

}  // namespace exmy
