#pragma once
// Exact sums of any number of values and products of two values: a fixed-point number that is wide enough
// for all of them (Kulisch, "Computer Arithmetic and Validity", 2013, describes the idea).

#include <array>
#include <cstdint>

#include "formats/exact.hpp"

namespace exmy {

/// The sum of its terms: nothing is rounded and the order does not matter. Up to 2^62 terms. Infinities of
/// both signs, infinity times zero or a NaN term make it NaN; it is infinite if only one sign occurred.
class WideSum {
 public:
  void add(double x);
  void add_product(double x, double y);  ///< + x y
  /// The sum. Zero: -0 if there were terms and all of them were -0, +0 if all were +0 or there were none;
  /// otherwise `cancelled` says.
  Exact value(ZeroSign cancelled) const;

 private:
  static constexpr int limbs_count = 67;
  static constexpr int lowest = -2176;  // exponent of the last bit; products of subnormals reach 2^-2148
  static_assert(64 * limbs_count + lowest >= 2048 + 63 + 1, "2^62 largest products, and the sign");

  void add_finite(bool negative, Uint128 significand, int scale);
  void note_zero(bool negative) { (negative ? negative_zero_ : positive_zero_) = true; }
  void note_infinity(bool negative) { (negative ? negative_infinity_ : positive_infinity_) = true; }
  bool is_negative() const { return (limbs_.back() >> 63) != 0; }
  Exact zero(ZeroSign cancelled) const;

  std::array<std::uint64_t, limbs_count> limbs_{};  ///< two's complement, least significant first
  bool nan_ = false, positive_infinity_ = false, negative_infinity_ = false;
  bool positive_zero_ = false, negative_zero_ = false, non_zero_ = false;
};

}  // namespace exmy
