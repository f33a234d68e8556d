#pragma once
// Exact counts of floor(log2 |x|) over the finite non-zero values.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"

namespace exmy {

struct ExponentCounts;

class ExponentHistogram {
 public:
  void add(double x) {
    if (x != 0 && is_finite(x)) add_exponent(parts_of(x).exponent);
  }
  void add(const double* x, std::size_t n);
  /// `twin`: gets the same counts, for hardly more work.
  void add(const float* x, std::size_t n, ExponentHistogram* twin = nullptr);
  /// Takes back one number that was added.
  void remove(double x) {
    if (x != 0 && is_finite(x)) --at(parts_of(x).exponent);
  }
  /// REQUIRES: the exponent of an exact value, possibly outside of binary64 (then counted at the end).
  void add_exponent(int exponent) {
    ++at(exponent < lowest ? lowest : exponent > highest ? highest : exponent);
  }
  ExponentHistogram& operator+=(const ExponentHistogram& other);
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
  // Most tensors stay within binary32's exponents: their counts are few, and quick to clear and to add.
  static constexpr int narrow_lowest = -160;
  static constexpr int narrow_highest = 159;

  bool covers(int exponent) const { return static_cast<unsigned>(exponent - first_) < counts_.size(); }
  std::uint64_t& at(int exponent) {
    if (!covers(exponent)) cover(exponent);
    return counts_[static_cast<std::size_t>(exponent - first_)];
  }
  template <class T>
  void add_numbers(const T* x, std::size_t n, ExponentHistogram* twin);
  template <class T, class Which>
  void add_each(const T* x, std::size_t n, ExponentHistogram* twin, const Which& counts);
  void add_counts(const ExponentCounts& counts);
  void cover(int exponent);
  void cover(int first, int last);

  int first_ = narrow_lowest;  ///< exponent of the first count
  std::vector<std::uint64_t> counts_;
};

}  // namespace exmy
