#pragma once
// The only emulated reduction: sums of products, every step rounded as the policy says.

#include "sim/ops/context.hpp"
#include "sim/ops/epilogue.hpp"
#include "sim/ops/matrix_batch.hpp"
#include "sim/quant/quantized.hpp"

namespace exmy {

/// For each pair of matrices y[i][j] = sum over k of a[i][k] b[k][j], k ascending, in the order, formats and roundings of
/// the place's product and accumulator; a zero result is +0. The values are those of the accumulator (chunked: the outer)
/// format. All pairs are one use of the site: output (pair p, i, j) of matrices with m rows and n columns is number
/// (p m + i) n + j of the random numbers, every counter is the sum over the pairs, and the result has the shape [pairs m][n].
/// `then`: what is done to the outputs, of this place; its owner finishes it. REQUIRES equal numbers of pairs, a.columns == b.rows.
template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixBatch<T>& a, const MatrixBatch<T>& b,
              Epilogue<T>& then);
/// The sums as they are, of one pair.
template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixView<T>& a, const MatrixView<T>& b);

/// Matrices of a quantised operand.
template <class T>
struct QuantizedView {
  MatrixBatch<T> matrices;
  const Quantized<T>* operand;

  QuantizedView(const Quantized<T>& x, const MatrixBatch<T>& in_x) : matrices(in_x), operand(&x) {}
  /// All of it as one matrix.
  explicit QuantizedView(const Quantized<T>& x) : QuantizedView(x, MatrixBatch<T>(matrix(x.q))) {
    matrices.first.magnitudes = &x.magnitudes;
  }
  QuantizedView transposed() const { return {*operand, matrices.transposed()}; }
};

/// The products of grid values, rescaled (Epilogue::rescale).
template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const QuantizedView<T>& a, const QuantizedView<T>& b);

/// Sums of the rows of a matrix (no products): y[i] = sum over k of x[i][k].
template <class T>
Tensor<T> sum_rows(Context& context, const DotPlace& place, const MatrixView<T>& x);

}  // namespace exmy
