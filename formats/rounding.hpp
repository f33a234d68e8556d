#pragma once
// The whole table of rounding, once (numerics: projection, step 1).

#include <cstdint>

namespace exmy {

enum class Rounding : std::uint8_t {
  nearest_even,  ///< ties to the even code
  nearest_away,  ///< ties away from zero
  toward_zero,
  toward_positive,
  toward_negative,
  to_odd,        ///< inexact values go to the neighbour with the odd code
  stochastic_a,  ///< up if floor(v 2^N) + R >= 2^N
  stochastic_b,  ///< up if floor(v 2^(N+1)) + 2R + 1 >= 2^(N+1)
  stochastic_c   ///< up if rne(v 2^N) + R >= 2^N
};

constexpr bool is_stochastic(Rounding r) { return r >= Rounding::stochastic_a; }

/// Where a magnitude lies between its two neighbours of the format: v = (bits + (sticky ? something in
/// (0,1) : 0)) / 2^64, 0 <= v < 1; 0 is the neighbour nearer to zero.
struct Fraction {
  std::uint64_t bits = 0;
  bool sticky = false;

  static constexpr std::uint64_t half = std::uint64_t{1} << 63;
  constexpr bool is_zero() const { return bits == 0 && !sticky; }
  constexpr bool is_half() const { return bits == half && !sticky; }
  constexpr bool above_half() const { return bits > half || (bits == half && sticky); }
  /// floor(v 2^n), n = 1..63.
  constexpr std::uint64_t top(int n) const { return bits >> (64 - n); }
  /// v 2^n to the nearest integer, ties to even, n = 1..63.
  constexpr std::uint64_t nearest(int n) const {
    const Fraction rest{bits << n, sticky};
    return top(n) + ((rest.above_half() || (rest.is_half() && (top(n) & 1) != 0)) ? 1 : 0);
  }
};

/// Whether a magnitude with fraction v goes to the neighbour away from zero.
/// `odd`: the code of the neighbour nearer to zero is odd. `random`: R, in [0, 2^N); `n`: N, 1..32.
/// An exact value (v = 0) never moves.
constexpr bool rounds_away(Rounding mode, bool negative, bool odd, Fraction v, std::uint32_t random, int n) {
  if (v.is_zero()) return false;
  const std::uint64_t one = std::uint64_t{1} << n;
  switch (mode) {
    case Rounding::nearest_even: return v.above_half() || (v.is_half() && odd);
    case Rounding::nearest_away: return v.above_half() || v.is_half();
    case Rounding::toward_zero: return false;
    case Rounding::toward_positive: return !negative;
    case Rounding::toward_negative: return negative;
    case Rounding::to_odd: return !odd;
    case Rounding::stochastic_a: return v.top(n) + random >= one;
    case Rounding::stochastic_b: return v.top(n + 1) + 2 * std::uint64_t{random} + 1 >= 2 * one;
    case Rounding::stochastic_c: return v.nearest(n) + random >= one;
  }
  return false;
}

enum class Saturation : std::uint8_t {
  none,      ///< beyond the maximum: infinity, NaN or the maximum, as rounding mode and format say
  finite,    ///< everything clamps to the finite range, infinities too (OFP8's saturating conversion)
  propagate  ///< finite values clamp, an infinite one keeps its infinity
};

}  // namespace exmy
