#pragma once
// The right factor of a product by panels of binary64 or binary32 numbers.

#include <algorithm>
#include <array>
#include <vector>

#include "formats/kernels/kernels.hpp"

namespace exmy {

/// Columns of b in panels of `panel_width`, padded with zeros, [k][panel_width]: packed once if that is little, else some steps
/// at a time whenever they are wanted.
template <class U>
class PanelFactor {
 public:
  /// b[n][k], a column after the other. REQUIRES that it lives as long.
  PanelFactor(const std::vector<double>& b, std::size_t n, std::size_t k) : b_(b), n_(n), k_(k) {
    const std::size_t panels = (n + panel_width - 1) / panel_width, size = panels * k * panel_width;
    if (size > most_packed) return;
    packed_.resize(size);
    for (std::size_t p = 0; p < panels; ++p) pack(p, 0, k, packed_.data() + p * k * panel_width);
  }

  /// f(first, count, those steps of the panel) for pieces that cover `count` steps from `first` on, ascending.
  template <class Piece>
  void over(std::size_t panel, std::size_t first, std::size_t count, const Piece& f) const {
    if (!packed_.empty()) return f(first, count, packed_.data() + (panel * k_ + first) * panel_width);
    std::array<U, window * panel_width> some;
    for (std::size_t done = 0; done < count; done += window) {
      const std::size_t n = std::min(window, count - done);
      pack(panel, first + done, n, some.data());
      f(first + done, n, some.data());
    }
  }

 private:
  static constexpr std::size_t most_packed = 1 << 21, window = 512;  // numbers; steps

  void pack(std::size_t panel, std::size_t first, std::size_t count, U* to) const {
    for (std::size_t j = 0; j < panel_width; ++j) {
      const std::size_t column = panel * panel_width + j;
      const double* from = column < n_ ? b_.data() + column * k_ + first : nullptr;
      for (std::size_t i = 0; i < count; ++i)
        to[i * panel_width + j] = from == nullptr ? U{0} : static_cast<U>(from[i]);
    }
  }

  const std::vector<double>& b_;
  std::size_t n_, k_;
  std::vector<U> packed_;
};

}  // namespace exmy
