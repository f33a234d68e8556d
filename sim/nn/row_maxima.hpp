#pragma once

#include "sim/tensor/tensor.hpp"

namespace exmy {

/// The largest element of each row, the first one on ties; NaN if there is one. REQUIRES columns.
template <class T>
Tensor<T> row_maxima(const Tensor<T>& x) {
  Tensor<T> m({x.rows()}, x.format);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    const T* row = x.data.data() + r * x.columns();
    T best = row[0];
    for (std::size_t c = 1; c < x.columns(); ++c)
      if (row[c] > best || row[c] != row[c]) best = row[c];
    m.data[r] = best;
  }
  return m;
}

}  // namespace exmy
