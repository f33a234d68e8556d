#pragma once
// The reference projection: rounding, then saturation, then the format's special values. It is the
// definition: everything faster must equal it bit for bit.

#include <cstdint>

#include "formats/exact.hpp"
#include "formats/format.hpp"
#include "formats/rounding.hpp"

namespace exmy {

/// How a real number becomes a value of a format.
struct Projection {
  Format format{};
  Rounding rounding = Rounding::nearest_even;
  Saturation saturation = Saturation::none;
  int random_bits = 16;  ///< N of the stochastic modes, 1..32

  friend constexpr bool operator==(const Projection&, const Projection&) = default;
};

/// What happened in one projection; the names are those of the counters (numerics: counters).
/// x is the exact argument, z its rounded value before saturation, q the result.
enum class Event : std::uint32_t {
  zero_in = 1u << 0,             ///< x = 0
  nan_in = 1u << 1,              ///< x is NaN (for an operation: its exact result)
  inf_in = 1u << 2,              ///< x is infinite
  inexact = 1u << 3,             ///< q != x, x finite
  rounded_up = 1u << 4,          ///< |z| > |x|
  rounded_down = 1u << 5,        ///< |z| < |x|
  tie = 1u << 6,                 ///< x lay halfway between its neighbours
  overflow = 1u << 7,            ///< |z| > maximum, q infinite or NaN
  saturated = 1u << 8,           ///< |z| > maximum (or z < 0 into unsigned) or x infinite; q finite
  underflow_to_zero = 1u << 9,   ///< x finite, not 0, q = 0, not saturated
  flushed = 1u << 10,            ///< underflow_to_zero with z != 0: subnormals `flush`
  underflow_inexact = 1u << 11,  ///< IEEE: tiny after rounding, and inexact
  subnormal_out = 1u << 12,      ///< 0 < |q| < 2^e_min
  nan_generated = 1u << 13,      ///< q is NaN, no operand is
  nan_lost = 1u << 14,           ///< NaN into a format without NaN: q = +0
  beyond = 1u << 15,             ///< |z| > maximum, x finite (IEEE's overflow flag; saturated or not)
  infinite = 1u << 16,           ///< exact infinite result of finite operands (x/0, log 0)
  invalid = 1u << 17             ///< an operation without a defined result: inf - inf, 0 inf, 0/0, sqrt(-1)
};

/// A set of events.
struct Events {
  std::uint32_t bits = 0;
  constexpr bool has(Event e) const { return (bits & static_cast<std::uint32_t>(e)) != 0; }
  constexpr void set(Event e, bool on = true) {
    if (on) bits |= static_cast<std::uint32_t>(e);
  }
  constexpr void clear(Event e) { bits &= ~static_cast<std::uint32_t>(e); }
};

struct Outcome {
  double value = 0;  ///< q, a value of the format (NaN: positive, quiet, payload 0)
  Events events{};
  int exponent = 0;  ///< floor(log2 |x|) of a finite non-zero x
};

/// The five flags of IEEE 754 in TestFloat's bit order.
enum Flag : std::uint8_t {
  flag_inexact = 0x01,
  flag_underflow = 0x02,
  flag_overflow = 0x04,
  flag_infinite = 0x08,
  flag_invalid = 0x10
};

/// Flags of a projection or an operation: underflow is tininess after rounding and inexact; overflow
/// (with inexact) whenever |z| exceeds the maximum and x is finite, saturated too.
std::uint8_t ieee_flags(const Outcome& outcome);

/// Projects the exact number x. `random`: R in [0, 2^N), used by the stochastic modes only.
/// Defined for every real number, the infinities and NaN; never throws.
Outcome project(const Projection& how, const Exact& x, std::uint32_t random = 0);
Outcome project(const Projection& how, double x, std::uint32_t random = 0);

}  // namespace exmy
