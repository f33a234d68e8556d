#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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

/// Everything that is wrong with several files.
class DataErrors : public DataError {
 public:
  struct One {
    bool unreadable;  ///< else malformed
    std::string text;
  };
  /// REQUIRES at least one.
  explicit DataErrors(std::vector<One> all) : DataError(joined(all)), all_(std::move(all)) {}
  const std::vector<One>& all() const { return all_; }

 private:
  static std::string joined(const std::vector<One>& all) {
    std::string text;
    for (const One& one : all) text += (text.empty() ? "" : "\n") + one.text;
    return text;
  }
  std::vector<One> all_;
};

}  // namespace exmy
