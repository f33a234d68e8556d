#pragma once
// Whether any number of a span is NaN, or infinite or NaN: in additions of words, which vectorise everywhere.

#include <cstddef>
#include <cstdint>

#include "formats/binary64.hpp"

namespace exmy {

inline bool any_nan(const double* x, std::size_t n) {
  constexpr std::uint64_t magnitude_bits = ~std::uint64_t{0} >> 1, infinity_bits = std::uint64_t{0x7ff} << 52;
  std::uint64_t any = 0;  // the sign bit: whether a magnitude was above infinity's
  for (std::size_t i = 0; i < n; ++i)
    any |= (bits_of(x[i]) & magnitude_bits) + (magnitude_bits - infinity_bits);
  return any >> 63 != 0;
}

inline bool any_non_finite(const double* x, std::size_t n) {
  constexpr std::uint64_t exponent_bits = std::uint64_t{0x7ff} << 52, last_bit = std::uint64_t{1} << 52;
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < n; ++i) any |= (bits_of(x[i]) & exponent_bits) + last_bit;
  return any >> 63 != 0;
}
inline bool any_non_finite(const float* x, std::size_t n) {
  constexpr std::uint32_t exponent_bits = std::uint32_t{0xff} << 23, last_bit = std::uint32_t{1} << 23;
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < n; ++i) any |= (std::bit_cast<std::uint32_t>(x[i]) & exponent_bits) + last_bit;
  return any >> 31 != 0;
}

/// Whether a magnitude is that of `number`.
inline bool any_magnitude_is(double number, const double* x, std::size_t n) {
  const std::uint64_t wanted = bits_of(magnitude(number)), magnitude_bits = ~std::uint64_t{0} >> 1;
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < n; ++i) any |= ((bits_of(x[i]) & magnitude_bits) ^ wanted) - 1;
  return any >> 63 != 0;
}

}  // namespace exmy
