#pragma once
// Which keys a query of an attention sees, and tensors of the visible pairs alone.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/tensor/tensor.hpp"

namespace exmy {

/// What hides keys.
struct KeyMask {
  bool causal = false;                  ///< key j from query i if j > i
  std::vector<std::uint8_t> real = {};  ///< [B][T]: 0 hides a key from all queries (padding); empty: none
};

/// Pairs [B][H][T queries][T keys]; packed, the visible ones follow each other in that order.
class VisibleKeys {
 public:
  VisibleKeys(const KeyMask& mask, std::size_t samples, std::size_t heads, std::size_t length)
      : mask_(mask), samples_(samples), heads_(heads), length_(length) {}

  std::size_t rows() const { return samples_ * heads_ * length_; }
  std::size_t length() const { return length_; }
  /// Whether nothing is hidden: a matrix [rows][T] is packed as it is.
  bool sees_all() const { return !mask_.causal && mask_.real.empty(); }

  /// of(row, first, n): runs of visible keys [first, first + n) of a row, in order.
  template <class Of>
  void for_runs(const Of& of) const {
    for (std::size_t row = 0; row < rows(); ++row) {
      const std::size_t seen = mask_.causal ? row % length_ + 1 : length_;
      if (mask_.real.empty()) {
        of(row, std::size_t{0}, seen);
        continue;
      }
      const std::uint8_t* real = mask_.real.data() + row / (heads_ * length_) * length_;
      for (std::size_t j = 0; j < seen; ++j)
        if (real[j] != 0) of(row, j, std::size_t{1});
    }
  }

  template <class T>
  Tensor<T> packed(const Tensor<T>& x) const {
    Tensor<T> out({0}, x.format);
    out.data.reserve(x.size());
    for_runs([&](std::size_t row, std::size_t first, std::size_t n) {
      const T* from = x.data.data() + row * length_ + first;
      out.data.insert(out.data.end(), from, from + n);
    });
    out.shape = {out.data.size()};
    return out;
  }

  /// [rows][T]; hidden pairs are +0.
  template <class T>
  Tensor<T> unpacked(const Tensor<T>& x) const {
    Tensor<T> out({rows(), length_}, x.format);
    const T* from = x.data.data();
    for_runs([&](std::size_t row, std::size_t first, std::size_t n) {
      std::copy_n(from, n, out.data.data() + row * length_ + first);
      from += n;
    });
    return out;
  }

  /// A number a row, for each of its visible pairs.
  template <class T>
  Tensor<T> spread(const Tensor<T>& of_rows) const {
    Tensor<T> out({0}, of_rows.format);
    out.data.reserve(rows() * length_);
    for_runs([&](std::size_t row, std::size_t, std::size_t n) {
      out.data.insert(out.data.end(), n, of_rows.data[row]);
    });
    out.shape = {out.data.size()};
    return out;
  }

  /// The largest packed number of each row, NaN if there is one; +0 where nothing is visible.
  template <class T>
  Tensor<T> maxima(const Tensor<T>& x) const {
    Tensor<T> out({rows()}, x.format);
    const T* from = x.data.data();
    std::size_t last = rows();
    for_runs([&](std::size_t row, std::size_t, std::size_t n) {
      T best = row == last ? out.data[row] : *from;
      for (const T* end = from + n; from != end; ++from)
        if (*from > best || *from != *from) best = *from;
      out.data[row] = best;
      last = row;
    });
    return out;
  }

 private:
  const KeyMask& mask_;
  std::size_t samples_, heads_, length_;
};

}  // namespace exmy
