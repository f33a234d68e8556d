#pragma once
// The windows of an image batch as the rows of a matrix, which is never made: a copy with borders, and offsets into it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "formats/kernels/tiles.hpp"
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

/// How a copy of images lies in memory: the elements of a pixel side by side, or a row of pixels of each channel.
enum class PixelOrder : std::uint8_t { interleaved, planar };

/// Row (b, r, c) is the window at row r and column c of image b, column (i, j, channel) one of its elements: all indices
/// ascending. Of x[B][H][W][C] some channels take part.
template <class T>
class Patches {
 public:
  Patches(const Shape& x, const Slide& rows, const Slide& columns, std::size_t channels, PixelOrder order)
      : rows_(rows), columns_(columns), channels_(channels), x_(x) {
    if (order == PixelOrder::planar) pixel_step_ = 1, channel_step_ = columns.length();
    row_count_ = x[0] * rows.windows * columns.windows;
    row_offsets_ = std::make_unique_for_overwrite<std::size_t[]>(row_count_);
    const std::size_t size = row_size(), step = columns.step * pixel_step_;
    std::size_t* at = row_offsets_.get();
    for (std::size_t b = 0; b < x[0]; ++b)
      for (std::size_t r = 0; r < rows.windows; ++r, at += columns.windows)
        for (std::size_t c = 0; c < columns.windows; ++c)
          at[c] = (b * rows.length() + r * rows.step) * size + c * step;
    column_offsets_.reserve(rows.taps * columns.taps * channels);
    for (std::size_t i = 0; i < rows.taps; ++i)
      for (std::size_t j = 0; j < columns.taps; ++j)
        for (std::size_t k = 0; k < channels; ++k)
          column_offsets_.push_back(rows.offset_of(i) * row_size() + columns.offset_of(j) * pixel_step_ +
                                    k * channel_step_);
  }

  /// Takes the channels of x from `first` on. REQUIRES that x lives as long as its patches are looked at.
  void look_at(const Tensor<T>& x, std::size_t first) {
    if (is_whole()) {
      data_ = x.data.data();
      return;
    }
    if (framed_ == nullptr) framed_ = std::make_unique_for_overwrite<T[]>(stored());
    data_ = framed_.get();
    for (std::size_t b = 0; b < x_[0]; ++b)
      for (std::size_t r = 0; r < rows_.length(); ++r)
        copy_row(x, first, b, r, framed_.get() + (b * rows_.length() + r) * row_size());
  }

  std::size_t rows() const { return row_count_; }
  std::size_t columns() const { return column_offsets_.size(); }
  const T* data() const { return data_; }
  Offsets offsets() const { return {row_offsets_.get(), column_offsets_.data(), stored()}; }
  /// Windows of one element each, side by side: a matrix like any other.
  bool is_plain() const {
    return columns() == channels_ && rows_.step == 1 && columns_.step == 1 && pixel_step_ == channels_;
  }

 private:
  /// Of a row of an image, with its borders.
  std::size_t row_size() const { return columns_.length() * channels_; }
  std::size_t stored() const { return x_[0] * rows_.length() * row_size(); }
  /// x itself is what would be copied.
  bool is_whole() const {
    return rows_.begin() == 0 && rows_.length() == x_[1] && columns_.begin() == 0 &&
           columns_.length() == x_[2] && channels_ == x_[3] && pixel_step_ == channels_;
  }

  void copy_row(const Tensor<T>& x, std::size_t first, std::size_t b, std::size_t r, T* to) const {
    const std::ptrdiff_t row = rows_.begin() + static_cast<std::ptrdiff_t>(r);
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(columns_.begin(), 0);
    const std::ptrdiff_t end = std::min(columns_.begin() + static_cast<std::ptrdiff_t>(columns_.length()),
                                        static_cast<std::ptrdiff_t>(x_[2]));
    if (row < 0 || row >= static_cast<std::ptrdiff_t>(x_[1]) || begin >= end) {
      std::fill_n(to, row_size(), T{0});
      return;
    }
    const T* from =
        x.data.data() + first +
        ((b * x_[1] + static_cast<std::size_t>(row)) * x_[2] + static_cast<std::size_t>(begin)) * x_[3];
    const auto before = static_cast<std::size_t>(begin - columns_.begin());
    const auto count = static_cast<std::size_t>(end - begin), after = columns_.length() - before - count;
    if (pixel_step_ == 1)
      copy_planes(from, before, count, after, to);
    else
      copy_pixels(from, before, count, after, to);
  }

  void copy_pixels(const T* from, std::size_t before, std::size_t count, std::size_t after, T* to) const {
    to = std::fill_n(to, before * channels_, T{0});
    if (channels_ == x_[3])
      to = std::copy_n(from, count * channels_, to);
    else
      for (std::size_t c = 0; c < count; ++c) to = std::copy_n(from + c * x_[3], channels_, to);
    std::fill_n(to, after * channels_, T{0});
  }

  void copy_planes(const T* from, std::size_t before, std::size_t count, std::size_t after, T* to) const {
    const std::size_t width = columns_.length();
    if constexpr (std::is_same_v<T, float>) {
      tile_kernels().transpose(from, x_[3], count, channels_, to + before, width);
    } else {
      for (std::size_t k = 0; k < channels_; ++k)
        for (std::size_t c = 0; c < count; ++c) to[k * width + before + c] = from[c * x_[3] + k];
    }
    for (std::size_t k = 0; k < channels_; ++k, to += width) {
      std::fill_n(to, before, T{0});
      std::fill_n(to + before + count, after, T{0});
    }
  }

  Slide rows_, columns_;
  std::size_t channels_, pixel_step_ = channels_, channel_step_ = 1;
  Shape x_;
  std::size_t row_count_ = 0;
  std::unique_ptr<std::size_t[]> row_offsets_;
  std::vector<std::size_t> column_offsets_;
  std::unique_ptr<T[]> framed_;
  const T* data_ = nullptr;
};

}  // namespace exmy
