#pragma once
// A tensor is a value: shape, elements in row-major order, and the format whose values they are.

#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "formats/format.hpp"
#include "sim/tensor/elements.hpp"

namespace exmy {

using Shape = std::vector<std::size_t>;

inline std::size_t size_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// "[28][28][1]".
inline std::string to_string(const Shape& shape) {
  std::string text;
  for (const std::size_t n : shape) text += "[" + std::to_string(n) + "]";
  return text.empty() ? "[]" : text;
}

/// T, the carrier: float where every format of the policy fits (M <= 23, E <= 8), else double.
template <class T>
struct Tensor {
  Shape shape;
  Elements<T> data;
  Format format{};  ///< every element is a value of it

  Tensor() = default;
  Tensor(Shape s, const Format& f) : shape(std::move(s)), data(size_of(shape)), format(f) {}

  std::size_t size() const { return data.size(); }
  /// The tensor as a matrix: all but the last dimension are rows.
  std::size_t columns() const { return shape.empty() ? 1 : shape.back(); }
  std::size_t rows() const {
    return shape.empty()
               ? 1
               : std::accumulate(shape.begin(), shape.end() - 1, std::size_t{1}, std::multiplies<>());
  }
};

/// Carrier of a format: whether all its values are float values.
inline bool fits_float(const Format& f) {
  return f.mantissa_bits <= 23 && f.max_finite() <= 0x1.fffffep127 && f.min_positive() >= 0x1p-149 &&
         f.e_min() - f.mantissa_bits >= -149;
}

}  // namespace exmy
