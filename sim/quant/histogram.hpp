#pragma once
// Exact counts of floor(log2 |x|) over the finite non-zero values.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"

namespace exmy {

class ExponentHistogram {
 public:
  void add(double x) {
    if (x != 0 && is_finite(x)) add_exponent(parts_of(x).exponent);
  }
  void add(const double* x, std::size_t n) {
    std::size_t i = 0;
    while (counts_.empty() && i < n) add(x[i++]);  // without a number that counts it stays empty
    if (counts_.empty()) return;
    std::uint64_t* const of_field =
        counts_.data() - lowest - 1023;  // by the exponent field of a normal number
    for (; i < n; ++i) {
      const std::uint64_t field = (bits_of(x[i]) >> 52) & 0x7ff;
      if (field - 1 < 0x7fe)
        ++of_field[field];
      else
        add(x[i]);
    }
  }
  /// REQUIRES: the exponent of an exact value, possibly outside of binary64 (then counted at the end).
  void add_exponent(int exponent) {
    const int clamped = exponent < lowest ? lowest : exponent > highest ? highest : exponent;
    if (counts_.empty()) counts_.resize(highest - lowest + 1);
    ++counts_[static_cast<std::size_t>(clamped - lowest)];
  }
  ExponentHistogram& operator+=(const ExponentHistogram& other) {
    if (counts_.empty()) counts_.resize(other.counts_.size());
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }
  bool empty() const { return counts_.empty(); }
  /// The first exponent that occurs, and the counts from there to the last one that does.
  std::pair<int, std::vector<std::uint64_t>> trimmed() const;
  /// Everything in short, for checkpoints: empty, or the index of the first count that is not 0 and the counts
  /// from there to the last one.
  std::vector<std::uint64_t> packed() const;
  /// The inverse; false for a list that `packed` does not make.
  bool unpack(const std::vector<std::uint64_t>& packed);

 private:
  static constexpr int lowest = -2148;
  static constexpr int highest = 2047;
  std::vector<std::uint64_t> counts_;
};

}  // namespace exmy
