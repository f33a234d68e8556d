#pragma once
// Rows of numbers from one place to another.

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "formats/kernels/tiles.hpp"

namespace exmy {

/// to[r to_step + c] = from[r from_step + c]
template <class T>
void copy_rows(const T* from, std::size_t from_step, std::size_t rows, std::size_t columns, T* to,
               std::size_t to_step) {
  if constexpr (std::is_same_v<T, float>)
    tile_kernels().copy(from, from_step, rows, columns, to, to_step);
  else
    for (std::size_t r = 0; r < rows; ++r) std::copy_n(from + r * from_step, columns, to + r * to_step);
}

}  // namespace exmy
