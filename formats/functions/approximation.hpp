#pragma once
// How the functions make their results: inside exmy::functions only.

#include <bit>
#include <cstdint>
#include <limits>

#include "formats/functions/elementary.hpp"

namespace exmy::functions {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// The bound that every function meets, relative to hi.
inline constexpr double relative_error = 0x1p-90;

constexpr double magnitude(double x) { return x < 0 ? -x : x; }

constexpr bool is_finite(double x) { return x - x == 0; }

/// 2^e. REQUIRES -1022 <= e <= 1023.
constexpr double power_of_two(int e) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
}

/// (hi + lo) 2^exponent.
struct Scaled {
  DoubleDouble value;
  int exponent = 0;
};

/// m 2^e with 1 <= |m| < 2.
struct Split {
  double m;
  int e;
};

/// REQUIRES x finite and not zero.
constexpr Split split(double x) {
  const bool tiny = magnitude(x) < 0x1p-1022;
  const auto bits = std::bit_cast<std::uint64_t>(tiny ? x * 0x1p54 : x);
  const int field = static_cast<int>(bits >> 52 & 0x7ff);
  const std::uint64_t unit = (bits & 0x800fffffffffffff) | 0x3ff0000000000000;
  return {std::bit_cast<double>(unit), field - 1023 - (tiny ? 54 : 0)};
}

/// The nearest integer, ties to even. REQUIRES |x| < 2^31.
constexpr int nearest_integer(double x) {
  constexpr double magic = 0x1.8p52;  // in [2^52, 2^53) doubles are integers
  return static_cast<int>((x + magic) - magic);
}

constexpr Approximation exactly(double value, int exponent = 0) { return {{value, 0}, exponent, true, 0}; }

constexpr Approximation not_a_number() { return exactly(std::numeric_limits<double>::quiet_NaN()); }

constexpr Approximation about(DoubleDouble value, int exponent = 0) {
  return {value, exponent, false, relative_error * magnitude(value.hi)};
}

constexpr Approximation about(Scaled s) { return about(s.value, s.exponent); }

enum class Side { below, above };

/// A value strictly between x and the number 2^-90 |x| below or above it. REQUIRES x finite and not zero.
constexpr Approximation beside(double x, Side side) {
  const Split s = split(x);
  const double step = relative_error / 2;
  return {{s.m, side == Side::above ? step : -step}, s.e, false, step};
}

constexpr Side toward_zero(double x) { return x > 0 ? Side::below : Side::above; }

/// Whether gated_special(x) is the value of silu, gelu and gelu_tanh at x: x/2 (1 + c x), 0 < c < 1, if tiny.
constexpr bool is_gated_special(double x) { return !is_finite(x) || magnitude(x) < relative_error / 2; }

constexpr Approximation gated_special(double x) {
  if (x != x) return not_a_number();
  if (x == 0) return exactly(x);
  if (!is_finite(x)) return exactly(x > 0 ? x : -0.0);
  Approximation half = beside(x, Side::above);
  half.exponent -= 1;
  return half;
}

/// A value strictly between 0 and sign 2^-2048.
constexpr Approximation vanishing(double sign) { return {{sign, 0}, -2049, false, 1}; }

/// A value strictly between 0 and sign 2^-1200.
constexpr Approximation minute(double sign) { return {{sign, 0}, -1201, false, 1}; }

/// A value above 2^2048.
constexpr Approximation enormous() { return {{1, 0}, 4096, false, 0.5}; }

}  // namespace exmy::functions
