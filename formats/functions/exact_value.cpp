#include "formats/functions/exact_value.hpp"

#include <bit>

#include "formats/binary64.hpp"
#include "formats/functions/approximation.hpp"

namespace exmy::functions {
namespace {

__extension__ using Int128 = __int128;

constexpr int highest = 2048, lowest = -2049;

Exact at_the_end(bool negative, int exponent) { return Exact::scaled(negative, 1, exponent, true); }

/// floor(x) for |x| < 2^126.
Int128 floor_of(double x) {
  const auto whole = static_cast<Int128>(x);
  return static_cast<double>(whole) > x ? whole - 1 : whole;
}

Int128 ceiling_of(double x) { return -floor_of(-x); }

/// The integers around |hi + lo| -+ error: `low` at most, `high` at least, both in units of 2^(e - 124),
/// 2^e <= |hi| < 2^(e + 1).
struct Interval {
  Int128 low, high;
  int unit;
};

Interval interval_of(const Approximation& f) {
  const Parts hi = parts_of(f.value.hi);
  const double scale = power_of_two(124 - hi.exponent);
  const double lo = is_negative(f.value.hi) ? -f.value.lo * scale : f.value.lo * scale;
  const Int128 middle = static_cast<Int128>(hi.significand) << 61;
  const Int128 error = ceiling_of(f.error * scale);
  return {middle + floor_of(lo) - error, middle + ceiling_of(lo) + error, hi.exponent - 124 + f.exponent};
}

}  // namespace

Exact truncated(const Exact& x, int bits) {
  if (x.kind != Exact::Kind::finite) return x;
  if (x.exponent >= highest) return at_the_end(x.negative, highest);
  if (x.exponent <= lowest) return at_the_end(x.negative, lowest);
  Exact cut = x;
  cut.significand = x.significand >> (128 - bits) << (128 - bits);
  cut.sticky = x.sticky || cut.significand != x.significand;
  return cut;
}

/// The interval is open: what lies in it has an integer part from `low` to `high` - 1, and numbers with one
/// integer part have the same leading bits, there being more than 123.
std::optional<Exact> decided(const Approximation& f, int bits) {
  if (f.exact) return truncated(exact_value(f), bits);
  const bool negative = is_negative(f.value.hi);
  const int exponent = parts_of(f.value.hi).exponent + f.exponent;
  if (exponent > highest + 1) return at_the_end(negative, highest);
  if (exponent <= lowest && f.error >= magnitude(f.value.hi)) return at_the_end(negative, lowest);
  const Interval x = interval_of(f);
  if (x.low <= 0) return {};
  const auto number = [&](Int128 units) {
    return truncated(Exact::scaled(negative, static_cast<Uint128>(units), x.unit, true), bits);
  };
  const Exact low = number(x.low), high = number(x.high - 1);
  if (low.exponent != high.exponent || low.significand != high.significand) return {};
  return low;
}

}  // namespace exmy::functions
