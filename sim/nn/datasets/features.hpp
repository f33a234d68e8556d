#pragma once
// The features of all samples.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace exmy {

/// A list of numbers. Images are kept as the bytes that they came as, an eighth of the memory: each stands for byte * scale
/// + offset, one binary64 product and one binary64 sum, each rounded to nearest even, never fused.
class Features {
 public:
  /// Of numbers.
  Features() = default;
  explicit Features(std::vector<double> numbers) : numbers_(std::move(numbers)) {}
  /// Of bytes.
  Features(double scale, double offset) : value_of_byte_(256) {
    for (std::size_t byte = 0; byte < value_of_byte_.size(); ++byte)
      value_of_byte_[byte] = static_cast<double>(byte) * scale + offset;
  }

  void reserve(std::size_t count) { holds_bytes() ? bytes_.reserve(count) : numbers_.reserve(count); }
  /// REQUIRES a list of numbers.
  void push_back(double x) { numbers_.push_back(x); }
  /// REQUIRES a list of bytes.
  void push_byte(std::uint8_t byte) { bytes_.push_back(byte); }

  std::size_t size() const { return holds_bytes() ? bytes_.size() : numbers_.size(); }
  double operator[](std::size_t i) const { return holds_bytes() ? value_of_byte_[bytes_[i]] : numbers_[i]; }
  void copy(std::size_t first, std::size_t count, double* to) const {
    if (!holds_bytes()) std::copy_n(numbers_.data() + first, count, to);
    for (std::size_t i = 0; holds_bytes() && i < count; ++i) to[i] = value_of_byte_[bytes_[first + i]];
  }
  std::vector<double> values() const {
    std::vector<double> all(size());
    copy(0, all.size(), all.data());
    return all;
  }
  /// What it takes of the memory.
  std::size_t memory_bytes() const {
    return (numbers_.capacity() + value_of_byte_.size()) * sizeof(double) + bytes_.capacity();
  }

 private:
  bool holds_bytes() const { return !value_of_byte_.empty(); }

  std::vector<double> numbers_;
  std::vector<std::uint8_t> bytes_;
  std::vector<double> value_of_byte_;  ///< empty: a list of numbers
};

}  // namespace exmy
