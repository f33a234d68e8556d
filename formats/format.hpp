#pragma once
// A floating-point format is a plain value: ten parameters. Everything else is derived from them.

#include <cstdint>
#include <string>

namespace exmy {

/// What the codes with exponent field 0 mean.
enum class Subnormals : std::uint8_t {
  gradual,        ///< IEEE 754: subnormal numbers on the grid 2^(e_min - M)
  flush,          ///< read as zero; a result below 2^e_min becomes zero in every rounding mode
  flush_nearest,  ///< read as zero; between 0 and 2^e_min the rounding mode decides
  none            ///< one more binade of normal numbers, only the all-zero code is 0 (DLFloat)
};

/// Which codes are NaN.
enum class NanCodes : std::uint8_t {
  ieee,           ///< top exponent field, mantissa not 0
  all_ones,       ///< the all-ones magnitude, both signs (OFP8 e4m3fn)
  negative_zero,  ///< only the code of -0 (fnuz, P3109 signed)
  top_code,       ///< only the all-ones code of an unsigned format (e8m0fnu, P3109 unsigned)
  none
};

/// Decides what the value set alone cannot: x/0, the sign of zero, unsaturated overflow without infinity.
enum class Semantics : std::uint8_t { ieee754, p3109 };

/// An ExMy format. A default-constructed one is fp32. Admissible: see `problem_of`.
struct Format {
  int exponent_bits = 8;   ///< E, 1..11
  int mantissa_bits = 23;  ///< M, 0..52: stored bits of the significand
  int bias = 127;          ///< exponent of a normal number = field - bias; any with binary64 values
  bool is_signed = true;
  bool negative_zero = true;  ///< false: the code of -0 reads as 0 (or is the NaN) and is never produced
  bool zero = true;           ///< false: the all-zero code is the number that its fields say
  Subnormals subnormals = Subnormals::gradual;
  bool infinities = true;
  NanCodes nan = NanCodes::ieee;
  Semantics semantics = Semantics::ieee754;

  friend constexpr bool operator==(const Format&, const Format&) = default;

  // ---- derived facts -------------------------------------------------------------------------
  /// K, the width of a code in bits: sign + E + M.
  constexpr int bits() const { return magnitude_bits() + (is_signed ? 1 : 0); }
  constexpr int magnitude_bits() const { return exponent_bits + mantissa_bits; }
  /// P = M + 1, the precision in bits, the hidden one counted.
  constexpr int precision() const { return mantissa_bits + 1; }
  /// Exponent of the smallest binade of normal numbers: 1 - bias (-bias with subnormals `none`).
  constexpr int e_min() const { return (subnormals == Subnormals::none ? 0 : 1) - bias; }
  /// Exponent of the largest finite value, floor(log2(max_finite)).
  int e_max() const;
  double max_finite() const;
  /// The most negative finite value: -max_finite, or the smallest finite value of an unsigned format.
  double min_finite() const;
  /// 2^e_min; with subnormals `none` the smallest positive number. (With E = 1 it can exceed the maximum.)
  double min_normal() const;
  /// The smallest positive number (a subnormal where the format has those).
  double min_positive() const;
  bool has_subnormals() const { return subnormals == Subnormals::gradual && mantissa_bits > 0; }
  bool has_nan() const { return nan != NanCodes::none; }
  /// The value of a magnitude code that is neither NaN nor infinity.
  double finite_value(std::uint64_t magnitude) const;

  // ---- codes -----------------------------------------------------------------------------------
  constexpr std::uint64_t sign_mask() const { return is_signed ? std::uint64_t{1} << magnitude_bits() : 0; }
  constexpr std::uint64_t magnitude_mask() const { return (std::uint64_t{1} << magnitude_bits()) - 1; }
  /// Magnitude code of the largest finite number.
  constexpr std::uint64_t max_finite_code() const {
    if (nan == NanCodes::ieee) return infinity_magnitude() - 1;
    return magnitude_mask() - (nan_on_top() ? 1 : 0) - (infinities ? 1 : 0);
  }
  /// Magnitude code of infinity (with `nan: ieee` and no infinities that code is NaN too).
  constexpr std::uint64_t infinity_magnitude() const {
    if (nan == NanCodes::ieee) return ((std::uint64_t{1} << exponent_bits) - 1) << mantissa_bits;
    return magnitude_mask() - (nan_on_top() ? 1 : 0);
  }

 private:
  constexpr bool nan_on_top() const { return nan == NanCodes::all_ones || nan == NanCodes::top_code; }
};

/// Why the parameters contradict each other or leave binary64; empty for an admissible format.
std::string problem_of(const Format& format);

}  // namespace exmy
