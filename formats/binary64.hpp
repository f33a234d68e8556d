#pragma once
// The parts of a binary64 number, without libm.

#include <bit>
#include <cstdint>
#include <limits>

namespace exmy {

inline constexpr double infinity64 = std::numeric_limits<double>::infinity();
/// The one NaN of a carrier: positive, quiet, payload 0.
inline constexpr double nan64 = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});

constexpr std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }
constexpr bool is_negative(double x) { return (bits_of(x) >> 63) != 0; }
constexpr bool is_nan(double x) { return x != x; }
constexpr bool is_infinite(double x) { return (bits_of(x) << 1) == (std::uint64_t{0x7ff} << 53); }
constexpr bool is_finite(double x) { return ((bits_of(x) >> 52) & 0x7ff) != 0x7ff; }
constexpr double magnitude(double x) { return std::bit_cast<double>(bits_of(x) & ~(std::uint64_t{1} << 63)); }
constexpr double with_sign(double magnitude, bool negative) { return negative ? -magnitude : magnitude; }

/// 2^e for -1074 <= e <= 1023.
constexpr double pow2(int e) {
  return e >= -1022 ? std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52)
                    : std::bit_cast<double>(std::uint64_t{1} << (e + 1074));
}

/// A finite non-zero |x| = significand 2^(exponent - 63), top bit of significand set.
struct Parts {
  std::uint64_t significand;
  int exponent;  ///< floor(log2 |x|)
};
constexpr Parts parts_of(double x) {
  const std::uint64_t magnitude = bits_of(x) & ~(std::uint64_t{1} << 63);
  const int field = static_cast<int>(magnitude >> 52);
  if (field != 0) return {(magnitude << 11) | (std::uint64_t{1} << 63), field - 1023};
  const int shift = std::countl_zero(magnitude);
  return {magnitude << shift, -1011 - shift};
}

}  // namespace exmy
