#pragma once
// What an elementwise operation reads.

#include <algorithm>
#include <cstddef>

#include "sim/tensor/tensor.hpp"

namespace exmy {

/// An operand of an elementwise operation, addressed by row and column: a whole tensor, one number, one
/// value per column (`row_vector`) or one value per row (`column_vector`).
template <class T>
struct Operand {
  const T* data = nullptr;  ///< null: the number `value`
  double value = 0;
  std::size_t row_step = 0;
  std::size_t column_step = 0;
  std::size_t count = 1;  ///< of its elements
  Semantics semantics = Semantics::ieee754;
  const Shape* shape = nullptr;    ///< of a whole tensor
  const Format* format = nullptr;  ///< of a tensor's elements

  Operand(const Tensor<T>& t)  // NOLINT(google-explicit-constructor): P(x + y) reads as in the text
      : data(t.data.data()),
        row_step(t.columns()),
        column_step(1),
        count(t.size()),
        semantics(t.format.semantics),
        shape(&t.shape),
        format(&t.format) {}
  /// In mul, a float value (a projected constant); elsewhere any binary64 number.
  Operand(double number) : value(number) {}  // NOLINT(google-explicit-constructor)

  static Operand row_vector(const Tensor<T>& t) { return broadcast(t, 0, 1); }
  static Operand column_vector(const Tensor<T>& t) { return broadcast(t, 1, 0); }

  /// Whether it has what rows x columns results read.
  bool fits(std::size_t rows, std::size_t columns) const {
    if (data == nullptr) return true;
    if (is_flat()) return count == rows * columns;
    return count == (row_step == 0 ? columns : rows);
  }
  /// Whether a matrix may be walked as one row.
  bool is_flat() const { return data == nullptr || shape != nullptr; }

  /// n elements of a row.
  void read(std::size_t row, std::size_t column, std::size_t n, double* to) const {
    if (data == nullptr || column_step == 0) {
      std::fill(to, to + n, data == nullptr ? value : static_cast<double>(data[row * row_step]));
      return;
    }
    const T* from = data + row * row_step + column;
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<double>(from[i]);
  }

 private:
  static Operand broadcast(const Tensor<T>& t, std::size_t row_step, std::size_t column_step) {
    Operand o(t);
    o.row_step = row_step;
    o.column_step = column_step;
    o.shape = nullptr;
    return o;
  }
};

}  // namespace exmy
