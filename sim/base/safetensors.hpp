#pragma once
// The safetensors file format: 8 bytes with the length of a JSON header (little-endian), the header, the
// bytes of all arrays without gaps. Read strictly: what another reader might understand differently is
// refused.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace exmy {

/// An array as stored: row-major, little-endian.
struct StoredArray {
  std::string dtype;  ///< the format's word: "F32", "F64", "U64", "U8" ...
  std::vector<std::uint64_t> shape;
  std::string bytes;

  friend bool operator==(const StoredArray&, const StoredArray&) = default;
};

/// The arrays of a file by name, and its free text.
struct StoredArrays {
  std::map<std::string, StoredArray> arrays;
  std::map<std::string, std::string> metadata;

  friend bool operator==(const StoredArrays&, const StoredArrays&) = default;
};

/// Bytes of one element of a dtype; 0 for an unknown word.
std::size_t bytes_of_dtype(std::string_view dtype);

/// The file: arrays in order of their names, the header padded with blanks to a multiple of 8 bytes.
/// REQUIRES that each array has as many bytes as its shape and dtype say (else std::logic_error).
std::string to_safetensors(const StoredArrays& stored);

/// Reads a whole file. CorruptFile, which names `file`, for a header of more than 100,000,000 bytes or that is
/// not strict JSON, an unknown dtype, a size that does not fit shape and dtype, arrays that overlap, leave
/// holes or do not end with the file.
StoredArrays parse_safetensors(std::string_view bytes, const std::string& file);

}  // namespace exmy
