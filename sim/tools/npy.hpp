#pragma once
// NumPy's file format for one array (.npy, versions 1.0 to 3.0; NEP 1), for numbers only.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.hpp"

namespace exmy {

/// How an array lies in a file.
struct ArrayLayout {
  std::vector<std::uint64_t> shape;  ///< empty: a scalar
  bool fortran_order = false;        ///< the first index runs fastest
  std::string type;                  ///< NumPy's `descr`, such as "<f4"

  /// The row-major number of the element that stands at `position` in the file.
  std::uint64_t row_major(std::uint64_t position) const;
};

struct FloatArray {
  ArrayLayout layout;
  std::vector<double> values;  ///< in the file's order, exact
};

/// Reads float16, float32 or float64 of either byte order. NaN loses sign and payload. UsageError, naming the
/// file, if it cannot be read, is no .npy file, holds another type, is shorter or longer than its header says, or
/// has a header that NumPy would not write.
FloatArray read_npy(const std::filesystem::path& path);

/// The same from memory; `name` stands for the file in messages.
FloatArray npy_of(std::string_view bytes, const std::string& name);

/// An array of these values as a file of type "<f2", "<f4" or "<f8", which must have them.
std::string npy_of_values(const ArrayLayout& layout, const std::vector<double>& values);

/// An array of codes as a file of type "|u1", "<u2", "<u4" or "<u8".
std::string npy_of_codes(const ArrayLayout& layout, const std::vector<std::uint64_t>& codes);

/// The format of a type's values, whatever its byte order; UsageError naming the type if it is no float.
Format format_of_type(const std::string& type);

}  // namespace exmy
