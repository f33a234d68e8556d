#include "sim/verify/number.hpp"

#include <bit>
#include <utility>

namespace exmy::second {
namespace {

using Kind = Number::Kind;

/// 256 bits.
struct Wide {
  U128 high = 0, low = 0;
};

Wide shifted_right(U128 high, int by) {  // by < 256
  if (by == 0) return {high, 0};
  return by < 128 ? Wide{high >> by, high << (128 - by)} : Wide{0, high >> (by - 128)};
}

bool loses_bits(U128 high, int by) { return by > 128 && (by >= 256 || (high << (256 - by)) != 0); }

Wide plus(Wide a, Wide b) {
  const U128 low = a.low + b.low;
  return {a.high + b.high + (low < a.low ? 1 : 0), low};
}

Wide minus(Wide a, Wide b) { return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low}; }

bool is_less(Wide a, Wide b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }

/// All 256 bits of a square.
Wide square(U128 x) {
  const U128 a = x >> 64, b = static_cast<std::uint64_t>(x);
  const U128 middle = a * b;  // counts twice: 2 a b 2^64
  return plus({a * a + (middle >> 63), b * b}, {0, middle << 65});
}

/// (high 2^128 + low + t) 2^scale with its leading 128 bits.
Number leading(bool negative, Wide w, int scale, bool more) {
  if (w.high == 0) {
    if (!more) return {Kind::number, negative, w.low, scale, false};
    w = {w.low, 0};
    scale -= 128;
  }
  const int gap = 128 - length_of(w.high);
  const U128 top = gap == 0 ? w.high : (w.high << gap) | (w.low >> (128 - gap));
  return {Kind::number, negative, top, scale + 128 - gap, more || (w.low << gap) != 0};
}

/// The top bit moved to bit 126: room for a carry.
Number aligned(Number x) {
  const int gap = 127 - length_of(x.whole);
  x.whole <<= gap;
  x.scale -= gap;
  return x;
}

/// Sum of two numbers that are not 0.
Number sum_of_numbers(const Number& x, const Number& y, bool downward) {
  Number big = aligned(x), small = aligned(y);
  const bool swap = big.scale != small.scale ? big.scale < small.scale : big.whole < small.whole;
  if (swap) std::swap(big, small);
  const int gap = big.scale - small.scale;
  const Wide a{big.whole, 0}, b = gap < 256 ? shifted_right(small.whole, gap) : Wide{};
  const bool lost = loses_bits(small.whole, gap);
  if (big.negative == small.negative) return leading(big.negative, plus(a, b), big.scale - 128, lost);
  Wide rest = minus(a, b);
  if (rest.high == 0 && rest.low == 0 && !lost) return zero(downward);
  if (lost) rest = minus(rest, {0, 1});  // what is lost of b reaches below the last of 256 bits
  return leading(big.negative, rest, big.scale - 128, lost);
}

}  // namespace

Number nan() { return {Kind::nan, false, 0, 0, false}; }
Number infinity(bool negative) { return {Kind::infinite, negative, 0, 0, false}; }
Number zero(bool negative) { return {Kind::number, negative, 0, 0, false}; }

int length_of(U128 x) {
  const auto high = static_cast<std::uint64_t>(x >> 64);
  const auto length = high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(x));
  return static_cast<int>(length);
}

Number number_of(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const bool negative = bits >> 63 != 0;
  const int field = static_cast<int>(bits >> 52 & 2047);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  if (field == 2047) return fraction != 0 ? nan() : infinity(negative);
  const std::uint64_t hidden = field != 0 ? std::uint64_t{1} << 52 : 0;
  return {Kind::number, negative, hidden | fraction, (field != 0 ? field : 1) - 1075, false};
}

double double_of(bool negative, std::uint64_t whole, int scale) {
  std::uint64_t code = 0;
  if (whole != 0) {
    const int gap = std::countl_zero(whole);
    const std::uint64_t top = whole << gap;  // 1.xxx at bit 63
    const int field = scale + 63 - gap + 1023;
    code = field > 0 ? (static_cast<std::uint64_t>(field) << 52) + ((top << 1) >> 12) : top >> (12 - field);
  }
  return std::bit_cast<double>(code | (negative ? std::uint64_t{1} << 63 : 0));
}

double double_of_infinity(bool negative) {
  return std::bit_cast<double>((negative ? std::uint64_t{0xfff} : std::uint64_t{0x7ff}) << 52);
}

double double_of_nan() { return std::bit_cast<double>(std::uint64_t{0xfff} << 51); }

Number sum(const Number& x, const Number& y, bool downward) {
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  if (x.kind == Kind::infinite && y.kind == Kind::infinite) return x.negative == y.negative ? x : nan();
  if (x.kind == Kind::infinite || (x.kind == Kind::number && y.is_zero() && !x.is_zero())) return x;
  if (y.kind == Kind::infinite || (x.is_zero() && !y.is_zero())) return y;
  if (x.is_zero()) return zero(x.negative == y.negative ? x.negative : downward);
  return sum_of_numbers(x, y, downward);
}

Number product(const Number& x, const Number& y) {
  const bool negative = x.negative != y.negative;
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  const bool infinite = x.kind == Kind::infinite || y.kind == Kind::infinite;
  if (infinite) return x.is_zero() || y.is_zero() ? nan() : infinity(negative);
  return {Kind::number, negative, x.whole * y.whole, x.scale + y.scale, false};
}

Number quotient(const Number& x, const Number& y) {
  const bool negative = x.negative != y.negative;
  if (x.kind == Kind::nan || y.kind == Kind::nan) return nan();
  if (x.kind == Kind::infinite) return y.kind == Kind::infinite ? nan() : infinity(negative);
  if (y.kind == Kind::infinite) return zero(negative);
  if (y.is_zero()) return x.is_zero() ? nan() : infinity(negative);
  if (x.is_zero()) return zero(negative);
  const int up_x = 53 - length_of(x.whole), up_y = 53 - length_of(y.whole);
  const U128 a = x.whole << up_x, b = y.whole << up_y;     // both have 53 bits
  const U128 first = (a << 60) / b, rest = (a << 60) % b;  // two digits of 60 bits
  const U128 second = (rest << 60) / b, last = (rest << 60) % b;
  const int scale = (x.scale - up_x) - (y.scale - up_y) - 120;
  return leading(negative, {0, (first << 60) + second}, scale, last != 0);
}

Number square_root(const Number& x) {
  if (x.kind == Kind::nan || x.is_zero()) return x;
  if (x.negative) return nan();
  if (x.kind == Kind::infinite) return x;
  const int up = 127 - length_of(x.whole) - ((x.scale - 127 + length_of(x.whole)) % 2 != 0 ? 1 : 0);
  const Wide radicand{x.whole << up, 0};  // an even power of two is left outside
  U128 root = 0;
  for (int bit = 127; bit >= 0; --bit) {
    const U128 trial = root | (U128{1} << bit);
    if (!is_less(radicand, square(trial))) root = trial;
  }
  const Wide found = square(root);
  const bool more = found.high != radicand.high || found.low != radicand.low;
  return leading(false, {0, root}, (x.scale - up) / 2 - 64, more);
}

}  // namespace exmy::second
