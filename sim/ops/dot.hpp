#pragma once
// The only emulated reduction: sums of products, every step rounded as the policy says.

#include <cstddef>
#include <optional>

#include "sim/ops/context.hpp"
#include "sim/quant/quantized.hpp"
#include "sim/tensor/offsets.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// A matrix inside a tensor, whose elements lie two steps apart, or where offsets say; transposes are a swap.
template <class T>
struct MatrixView {
  const T* data = nullptr;
  std::size_t rows = 0, columns = 0;
  std::size_t row_step = 0, column_step = 0;
  Format format{};
  Offsets offsets{};
  /// Where a product looks for the magnitudes of the elements, and leaves them; null: it finds them out for itself. One of a
  /// matrix that is its whole tensor.
  std::optional<Magnitudes>* magnitudes = nullptr;

  T at(std::size_t r, std::size_t c) const {
    return data[offsets ? offsets.rows[r] + offsets.columns[c] : r * row_step + c * column_step];
  }
  MatrixView transposed() const {
    return {data, columns, rows, column_step, row_step, format, offsets.transposed(), magnitudes};
  }
};

template <class T>
MatrixView<T> matrix(const Tensor<T>& t) {
  return {t.data.data(), t.rows(), t.columns(), t.columns(), 1, t.format};
}

/// Where a reduction happens. Sites: (layer, op, pass, product) and (layer, op, pass, accumulator).
struct DotPlace {
  std::string layer;
  std::string op;
  Pass pass;
};

/// y[i][j] = sum over k of a[i][k] b[k][j], k ascending, in the order, formats and roundings of the
/// place's product and accumulator; a zero result is +0. The values of y are those of the accumulator
/// (chunked: the outer) format. REQUIRES a.columns == b.rows.
template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixView<T>& a, const MatrixView<T>& b);

/// A quantised operand as a matrix.
template <class T>
struct QuantizedView {
  MatrixView<T> matrix;
  bool scaled = false;
  double scale = 1;

  explicit QuantizedView(const Quantized<T>& x)
      : matrix(exmy::matrix(x.q)), scaled(x.scaled), scale(x.scale) {
    matrix.magnitudes = &x.magnitudes;
  }
  QuantizedView transposed() const {
    QuantizedView t = *this;
    t.matrix = matrix.transposed();
    return t;
  }
};

/// What follows a product of grid values: if an operand is scaled, y = P(acc * project_fp32(sa sb)) at the site
/// (layer, `rescale`, pass, elementwise).
template <class T>
Tensor<T> rescaled(Context& context, const DotPlace& place, Tensor<T> acc, const Quantized<T>& a,
                   const Quantized<T>& b);

/// The product of grid values, rescaled.
template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const QuantizedView<T>& a, const QuantizedView<T>& b);

/// Sums of the rows of a matrix (no products): y[i] = sum over k of x[i][k].
template <class T>
Tensor<T> sum_rows(Context& context, const DotPlace& place, const MatrixView<T>& x);

}  // namespace exmy
