#pragma once
// The windows of an image batch as the rows of a matrix, which is never made: a copy with borders, and offsets into it.

#include <algorithm>
#include <vector>

#include "sim/tensor/offsets.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// How windows slide along one dimension: window r has the element origin + r step + t for tap t, or - t where taps run
/// backward. Elements outside of the image are +0.
struct Slide {
  std::ptrdiff_t origin = 0;
  std::size_t step = 1, windows = 0, taps = 1;
  bool backward = false;

  /// The stretch of elements that windows have: where it begins, and how long it is.
  std::ptrdiff_t begin() const { return backward ? origin - static_cast<std::ptrdiff_t>(taps) + 1 : origin; }
  std::size_t length() const { return windows == 0 || taps == 0 ? 0 : (windows - 1) * step + taps; }
  /// Of a tap of window 0, from the beginning of the stretch on.
  std::size_t offset_of(std::size_t tap) const { return backward ? taps - 1 - tap : tap; }
};

/// Row (b, r, c) is the window at row r and column c of image b, column (i, j, channel) one of its elements: all indices
/// ascending. Of x[B][H][W][C] some channels take part.
template <class T>
class Patches {
 public:
  Patches(const Shape& x, const Slide& rows, const Slide& columns, std::size_t channels)
      : rows_(rows), columns_(columns), channels_(channels), x_(x) {
    const std::size_t height = rows.length(), width = columns.length();
    row_offsets_.reserve(x[0] * rows.windows * columns.windows);
    column_offsets_.reserve(rows.taps * columns.taps * channels);
    for (std::size_t b = 0; b < x[0]; ++b)
      for (std::size_t r = 0; r < rows.windows; ++r)
        for (std::size_t c = 0; c < columns.windows; ++c)
          row_offsets_.push_back(((b * height + r * rows.step) * width + c * columns.step) * channels);
    for (std::size_t i = 0; i < rows.taps; ++i)
      for (std::size_t j = 0; j < columns.taps; ++j)
        for (std::size_t k = 0; k < channels; ++k)
          column_offsets_.push_back((rows.offset_of(i) * width + columns.offset_of(j)) * channels + k);
  }

  /// Takes the channels of x from `first` on. REQUIRES that x lives as long as its patches are looked at.
  void look_at(const Tensor<T>& x, std::size_t first) {
    if (is_whole()) {
      data_ = x.data.data();
      return;
    }
    framed_.assign(stored(), T{0});
    data_ = framed_.data();
    for (std::size_t b = 0; b < x_[0]; ++b)
      for (std::size_t r = 0; r < rows_.length(); ++r) copy_row(x, first, b, r);
  }

  std::size_t rows() const { return row_offsets_.size(); }
  std::size_t columns() const { return column_offsets_.size(); }
  const T* data() const { return data_; }
  Offsets offsets() const { return {row_offsets_.data(), column_offsets_.data(), stored()}; }
  /// Windows of one element each, side by side: a matrix like any other.
  bool is_plain() const { return columns() == channels_ && rows_.step == 1 && columns_.step == 1; }

 private:
  std::size_t stored() const { return x_[0] * rows_.length() * columns_.length() * channels_; }
  /// The stretches of windows are all of x.
  bool is_whole() const {
    return rows_.begin() == 0 && rows_.length() == x_[1] && columns_.begin() == 0 &&
           columns_.length() == x_[2] && channels_ == x_[3];
  }

  void copy_row(const Tensor<T>& x, std::size_t first, std::size_t b, std::size_t r) {
    const std::ptrdiff_t row = rows_.begin() + static_cast<std::ptrdiff_t>(r);
    const auto height = static_cast<std::ptrdiff_t>(x_[1]), width = static_cast<std::ptrdiff_t>(x_[2]);
    const std::ptrdiff_t from = std::max<std::ptrdiff_t>(columns_.begin(), 0);
    const std::ptrdiff_t to =
        std::min(columns_.begin() + static_cast<std::ptrdiff_t>(columns_.length()), width);
    if (row < 0 || row >= height || from >= to) return;
    const std::size_t count = static_cast<std::size_t>(to - from), channels = x_[3];
    const T* source =
        x.data.data() +
        ((b * x_[1] + static_cast<std::size_t>(row)) * x_[2] + static_cast<std::size_t>(from)) * channels +
        first;
    T* target = framed_.data() + ((b * rows_.length() + r) * columns_.length() +
                                  static_cast<std::size_t>(from - columns_.begin())) *
                                     channels_;
    if (channels_ == channels) {
      std::copy_n(source, count * channels, target);
      return;
    }
    for (std::size_t c = 0; c < count; ++c)
      std::copy_n(source + c * channels, channels_, target + c * channels_);
  }

  Slide rows_, columns_;
  std::size_t channels_;
  Shape x_;
  std::vector<std::size_t> row_offsets_, column_offsets_;
  std::vector<T> framed_;
  const T* data_ = nullptr;
};

}  // namespace exmy
