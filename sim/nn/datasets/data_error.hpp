#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace exmy {

/// A data file that is missing, unreadable, truncated or malformed, or a request that it cannot fill.
/// what() names the file, the place (byte offset from 0, or line and column from 1) and what was wanted.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  static DataError in_file(const std::string& path, const std::string& text) {
    return DataError(path + ": " + text);
  }
  static DataError at_byte(const std::string& path, std::size_t offset, const std::string& text) {
    return DataError(path + ": byte " + std::to_string(offset) + ": " + text);
  }
  static DataError at_place(const std::string& path, std::size_t line, std::size_t column,
                            const std::string& text) {
    return DataError(path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + text);
  }
};

/// The file is not there, or the system does not give it.
class UnreadableData : public DataError {
 public:
  using DataError::DataError;
};

}  // namespace exmy
