#pragma once
// The exact result of an operation before it is rounded: 128 bits of significand and a sticky bit.

#include <cstdint>

namespace exmy {

// The 128-bit integer of gcc and clang; pedantic mode wants to be told that it is meant.
__extension__ typedef unsigned __int128 Uint128;

/// A real number known well enough to be rounded once to any format with P <= 53, by any mode with up
/// to 32 random bits. magnitude = (significand + s) 2^(exponent - 127), s in (0,1) if sticky, else 0;
/// the top bit of significand is set, so exponent = floor(log2 |x|).
/// 53 + 32 + 2 bits are needed at most; every operation below delivers more.
struct Exact {
  enum class Kind : std::uint8_t { zero, finite, infinite, nan };
  Kind kind = Kind::zero;
  bool negative = false;  ///< of a NaN: meaningless
  bool sticky = false;
  int exponent = 0;
  Uint128 significand = 0;

  static Exact zero(bool negative) { return {Kind::zero, negative, false, 0, 0}; }
  static Exact infinity(bool negative) { return {Kind::infinite, negative, false, 0, 0}; }
  static Exact nan() { return {Kind::nan, false, false, 0, 0}; }
  /// magnitude = significand 2^scale (any significand; 0 gives a zero of that sign).
  static Exact scaled(bool negative, Uint128 significand, int scale, bool sticky = false);
  static Exact of(double x);
};

/// The sign of an exact zero sum of non-zero terms or of zeros of different signs.
enum class ZeroSign : bool { positive, negative };

// Exact results of the operands' values. Special cases are those of IEEE 754-2019: inf - inf, 0 x inf,
// 0/0, inf/inf and the root of a negative number are NaN; x/0 is infinite; sqrt(-0) = -0.
Exact exact_add(double x, double y, ZeroSign cancelled);
Exact exact_mul(double x, double y);
Exact exact_fma(double x, double y, double z, ZeroSign cancelled);                     ///< x y + z
Exact exact_faa(double x, double y, double z, ZeroSign cancelled);                     ///< x + y + z
Exact exact_add_scaled(double x, double sx, double y, double sy, ZeroSign cancelled);  ///< x sx + y sy
Exact exact_mul_scaled(double x, double sx, double y, double sy);                      ///< (x sx) (y sy)
Exact exact_div(double x, double y);
Exact exact_sqrt(double x);
/// sqrt(x^2 + y^2): +0 for zeros, +infinity as soon as one operand is infinite, otherwise NaN if one is NaN.
Exact exact_hypot(double x, double y);

}  // namespace exmy
