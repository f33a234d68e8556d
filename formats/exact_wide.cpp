// Exact results that need more than 128 bits.

#include <algorithm>
#include <array>
#include <utility>

#include "formats/binary64.hpp"
#include "formats/exact.hpp"
#include "formats/integer_root.hpp"
#include "formats/wide_sum.hpp"

namespace exmy {
namespace {

struct Uint256 {
  Uint128 high, low;
};

Uint256 product(Uint128 x, Uint128 y) {
  const Uint128 mask = ~std::uint64_t{0};
  const Uint128 x1 = x >> 64, x0 = x & mask, y1 = y >> 64, y0 = y & mask;
  const Uint128 low = x0 * y0;
  const Uint128 middle = x1 * y0 + (low >> 64);  // at most (2^64 - 1)^2 + 2^64 - 1
  const Uint128 carry = x0 * y1 + (middle & mask);
  return {x1 * y1 + (middle >> 64) + (carry >> 64), (carry << 64) | (low & mask)};
}

Uint256 sum(const Uint256& x, const Uint256& y) {
  const Uint128 low = x.low + y.low;
  return {x.high + y.high + (low < x.low ? 1 : 0), low};
}

/// n <= 255
Uint256 shifted_left(const Uint256& x, int n) {
  if (n == 0) return x;
  if (n >= 128) return {x.low << (n - 128), 0};
  return {(x.high << n) | (x.low >> (128 - n)), x.low << n};
}

/// Whole number and power of two: |x| = significand 2^scale, 53 bits, the first set.
struct Whole {
  std::uint64_t significand;
  int scale;
};

Whole whole_of(double x) {
  const Parts p = parts_of(x);
  return {p.significand >> 11, p.exponent - 52};
}

/// big >= small > 0. From 2^64 on small^2 / (2 big) is less than the last of 128 bits of big.
Exact hypot_of_finite(double big, double small) {
  const Whole a = whole_of(big);
  const Whole b = whole_of(small);
  const int apart = a.scale - b.scale;
  if (apart >= 64) {
    Exact x = Exact::of(big);
    x.sticky = true;
    return x;
  }
  const Uint256 square_a{0, Uint128{a.significand} * a.significand};
  const Uint256 square_b{0, Uint128{b.significand} * b.significand};
  constexpr int headroom =
      22;  // the sum has at most 106 + 2 * 63 + 1 bits; even, so that the root shifts too
  const int up = headroom + 2 * (63 - apart);
  const Uint256 squares = shifted_left(sum(shifted_left(square_a, 2 * apart), square_b), up);
  const IntegerRoot r = root_of(squares.high, squares.low);
  return Exact::scaled(false, r.root, b.scale - up / 2 + 16, r.inexact);
}

/// Three numbers whose exponents lie within 64 of each other, in an integer of 128 bits. Not zeros.
Exact near_sum(const std::array<double, 3>& x, int lowest, ZeroSign cancelled) {
  Uint128 total = 0;  // two's complement
  for (const double term : x) {
    const Whole w = whole_of(term);
    const Uint128 size = Uint128{w.significand} << (w.scale - lowest);
    total += is_negative(term) ? -size : size;
  }
  const bool negative = (total >> 127) != 0;
  if (total == 0) return Exact::zero(cancelled == ZeroSign::negative);
  return Exact::scaled(negative, negative ? -total : total, lowest);
}

}  // namespace

Exact exact_faa(double x, double y, double z, ZeroSign cancelled) {
  const std::array terms{x, y, z};
  const auto is_number = [](double term) { return is_finite(term) && term != 0; };
  if (std::all_of(terms.begin(), terms.end(), is_number)) {
    const auto [low, high] = std::minmax({whole_of(x).scale, whole_of(y).scale, whole_of(z).scale});
    if (high - low <= 64) return near_sum(terms, low, cancelled);
  }
  WideSum total;
  for (const double term : terms) total.add(term);
  return total.value(cancelled);
}

Exact exact_mul_scaled(double x, double sx, double y, double sy) {
  using enum Exact::Kind;
  const Exact a = exact_mul(x, sx);
  const Exact b = exact_mul(y, sy);
  const bool negative = a.negative != b.negative;
  if (a.kind == nan || b.kind == nan) return Exact::nan();
  if (a.kind == infinite || b.kind == infinite)
    return a.kind == zero || b.kind == zero ? Exact::nan() : Exact::infinity(negative);
  if (a.kind == zero || b.kind == zero) return Exact::zero(negative);
  const Uint256 n = product(a.significand, b.significand);  // at least 2^254
  const bool carried = (n.high >> 127) != 0;
  const Uint256 top = shifted_left(n, carried ? 0 : 1);
  return {finite, negative, top.low != 0, a.exponent + b.exponent + (carried ? 1 : 0), top.high};
}

Exact exact_hypot(double x, double y) {
  x = magnitude(x);
  y = magnitude(y);
  if (is_infinite(x) || is_infinite(y)) return Exact::infinity(false);
  if (is_nan(x) || is_nan(y)) return Exact::nan();
  if (x < y) std::swap(x, y);
  return y == 0 ? Exact::of(x) : hypot_of_finite(x, y);
}

}  // namespace exmy
