#include "formats/exact.hpp"

#include <bit>

#include "formats/binary64.hpp"
#include "formats/integer_root.hpp"

namespace exmy {
namespace {

int leading_zeros(Uint128 x) {
  const auto high = static_cast<std::uint64_t>(x >> 64);
  return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<std::uint64_t>(x));
}

bool is(const Exact& x, Exact::Kind kind) { return x.kind == kind; }

bool is_smaller(const Exact& a, const Exact& b) {
  return a.exponent != b.exponent ? a.exponent < b.exponent : a.significand < b.significand;
}

/// Sum of two finite numbers that carry no sticky bit and at most 107 significant bits. The smaller
/// loses bits only when the exponents are at least 20 apart; then at most one leading bit cancels.
Exact sum_of_finite(const Exact& a, const Exact& b, ZeroSign cancelled) {
  const Exact& big = is_smaller(a, b) ? b : a;
  const Exact& small = is_smaller(a, b) ? a : b;
  const int shift = big.exponent - small.exponent + 1;  // one bit of headroom for the carry
  const Uint128 high = big.significand >> 1;
  const Uint128 low = shift < 128 ? small.significand >> shift : 0;
  const bool sticky = shift >= 128 || (low << shift) != small.significand;
  const Uint128 total = big.negative == small.negative ? high + low : high - low - (sticky ? 1 : 0);
  if (total == 0) return Exact::zero(cancelled == ZeroSign::negative);
  return Exact::scaled(big.negative, total, big.exponent - 126, sticky);
}

Exact sum(const Exact& a, const Exact& b, ZeroSign cancelled) {
  using enum Exact::Kind;
  if (is(a, nan) || is(b, nan)) return Exact::nan();
  if (is(a, infinite) && is(b, infinite) && a.negative != b.negative) return Exact::nan();
  if (is(a, infinite)) return a;
  if (is(b, infinite)) return b;
  if (is(a, zero) && is(b, zero))
    return a.negative == b.negative ? a : Exact::zero(cancelled == ZeroSign::negative);
  if (is(a, zero)) return b;
  if (is(b, zero)) return a;
  return sum_of_finite(a, b, cancelled);
}

/// The 53-bit significand of a finite number that came from a double.
std::uint64_t significand53(const Exact& x) { return static_cast<std::uint64_t>(x.significand >> 75); }

}  // namespace

Exact Exact::scaled(bool negative, Uint128 significand, int scale, bool sticky) {
  if (significand == 0) return zero(negative);
  const int shift = leading_zeros(significand);
  return {Kind::finite, negative, sticky, scale + 127 - shift, significand << shift};
}

Exact Exact::of(double x) {
  if (is_nan(x)) return nan();
  if (is_infinite(x)) return infinity(is_negative(x));
  if (x == 0) return zero(is_negative(x));
  const Parts p = parts_of(x);
  return {Kind::finite, is_negative(x), false, p.exponent, Uint128{p.significand} << 64};
}

Exact exact_add(double x, double y, ZeroSign cancelled) { return sum(Exact::of(x), Exact::of(y), cancelled); }

Exact exact_mul(double x, double y) {
  using enum Exact::Kind;
  const Exact a = Exact::of(x);
  const Exact b = Exact::of(y);
  const bool negative = a.negative != b.negative;
  if (is(a, nan) || is(b, nan)) return Exact::nan();
  if (is(a, infinite) || is(b, infinite))
    return is(a, zero) || is(b, zero) ? Exact::nan() : Exact::infinity(negative);
  if (is(a, zero) || is(b, zero)) return Exact::zero(negative);
  return Exact::scaled(negative, Uint128{significand53(a)} * significand53(b), a.exponent + b.exponent - 104);
}

Exact exact_fma(double x, double y, double z, ZeroSign cancelled) {
  return sum(exact_mul(x, y), Exact::of(z), cancelled);
}

Exact exact_add_scaled(double x, double sx, double y, double sy, ZeroSign cancelled) {
  return sum(exact_mul(x, sx), exact_mul(y, sy), cancelled);
}

Exact exact_div(double x, double y) {
  using enum Exact::Kind;
  const Exact a = Exact::of(x);
  const Exact b = Exact::of(y);
  const bool negative = a.negative != b.negative;
  if (is(a, nan) || is(b, nan) || (a.kind == b.kind && !is(a, finite))) return Exact::nan();
  if (is(a, infinite) || is(b, zero)) return Exact::infinity(negative);
  if (is(a, zero) || is(b, infinite)) return Exact::zero(negative);
  // Long division in two digits: a/b = (first + second 2^-62 + ...) 2^-64.
  const Uint128 divisor = significand53(b);
  const Uint128 first = (Uint128{significand53(a)} << 64) / divisor;
  const Uint128 rest = (Uint128{significand53(a)} << 64) % divisor;
  const Uint128 second = (rest << 62) / divisor;
  const bool sticky = (rest << 62) % divisor != 0;
  return Exact::scaled(negative, (first << 62) | second, a.exponent - b.exponent - 126, sticky);
}

Exact exact_sqrt(double x) {
  using enum Exact::Kind;
  const Exact a = Exact::of(x);
  if (is(a, nan) || is(a, zero)) return a;
  if (a.negative) return Exact::nan();
  if (is(a, infinite)) return a;
  const int scale = a.exponent - 52;
  const int odd = scale & 1;
  const auto [root, inexact] = root_of(Uint128{significand53(a) << odd} << 72, 0);  // n 2^200
  return Exact::scaled(false, root, (scale - odd) / 2 - 100 + 16, inexact);
}

}  // namespace exmy
