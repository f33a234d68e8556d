#pragma once
// Where elements of a matrix lie that no two steps describe: images seen through sliding windows.

#include <cstddef>

namespace exmy {

/// Element (r, c) is data[rows[r] + columns[c]]; several may be the same one.
struct Offsets {
  const std::size_t *rows = nullptr, *columns = nullptr;
  std::size_t stored = 0;  ///< elements that there are from `data` on

  explicit operator bool() const { return rows != nullptr; }
  Offsets transposed() const { return {columns, rows, stored}; }
  /// Of the part that begins there.
  Offsets from(std::size_t row, std::size_t column) const {
    return rows == nullptr ? *this : Offsets{rows + row, columns + column, stored};
  }
};

}  // namespace exmy
