#pragma once
// Products of several pairs of matrices as one use of a site.

#include "sim/ops/dot.hpp"

namespace exmy {

/// Matrices of one size in one tensor, in two levels (samples and their heads): number i = outer * inner_count + inner
/// begins outer * outer_step + inner * inner_step elements after the first.
template <class T>
struct MatrixBatch {
  MatrixView<T> first;
  std::size_t outer_count = 1, outer_step = 0;
  std::size_t inner_count = 1, inner_step = 0;
  std::size_t stored =
      0;  ///< elements that there are from first.data on; what is proven is proven for all of them

  /// One alone.
  MatrixBatch(const MatrixView<T>& alone)  // NOLINT(google-explicit-constructor)
      : first(alone), stored(alone.offsets ? alone.offsets.stored : alone.rows * alone.columns) {}
  /// x[B][T][heads D]: matrices [T][D], sample by sample, head by head. REQUIRES three dimensions.
  static MatrixBatch of_heads(const Tensor<T>& x, std::size_t heads) {
    const std::size_t rows = x.shape[1], width = x.shape[2];
    MatrixBatch batch(MatrixView<T>{x.data.data(), rows, width / heads, width, 1, x.format});
    batch.outer_count = x.shape[0], batch.outer_step = rows * width;
    batch.inner_count = heads, batch.inner_step = width / heads;
    batch.stored = x.size();
    return batch;
  }
  /// x[N][rows][columns] of any shape with so many elements: its N matrices.
  static MatrixBatch of_rows(const Tensor<T>& x, std::size_t rows, std::size_t columns) {
    MatrixBatch batch(MatrixView<T>{x.data.data(), rows, columns, columns, 1, x.format});
    batch.outer_count = x.size() / (rows * columns), batch.outer_step = rows * columns;
    batch.stored = x.size();
    return batch;
  }

  std::size_t count() const { return outer_count * inner_count; }
  MatrixView<T> operator[](std::size_t i) const {
    MatrixView<T> m = first;
    m.data += i / inner_count * outer_step + i % inner_count * inner_step;
    return m;
  }
  MatrixBatch transposed() const {
    MatrixBatch t = *this;
    t.first = first.transposed();
    return t;
  }
};

/// y[i] = a[i] b[i] for each pair, as `dot` (sim/ops/dot.hpp) computes them, in one use of the site: output (i, r, c) is
/// number (i m + r) n + c of the random numbers, and every counter is the sum over the pairs. The result has the shape
/// [count m][n]. REQUIRES equal counts, a.columns == b.rows.
template <class T>
Tensor<T> batched_dot(Context& context, const DotPlace& place, const MatrixBatch<T>& a,
                      const MatrixBatch<T>& b);

}  // namespace exmy
