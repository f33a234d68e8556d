#pragma once
// Matrices inside of tensors, as the factors of products.

#include <cstddef>
#include <optional>

#include "formats/kernels/tiles.hpp"
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

}  // namespace exmy
