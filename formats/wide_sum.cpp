#include "formats/wide_sum.hpp"

#include <bit>
#include <cstddef>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// A finite |x| = significand 2^scale with at most 53 bits and scale >= -1074 (not normalised).
struct Scaled {
  std::uint64_t significand;
  int scale;
};

Scaled scaled_of(double x) {
  const std::uint64_t bits = bits_of(x);
  const int field = static_cast<int>((bits >> 52) & 0x7ff);
  const std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (field == 0) return {mantissa, -1074};
  return {mantissa | (std::uint64_t{1} << 52), field - 1075};
}

}  // namespace

void WideSum::add(double x) {
  if (is_nan(x)) {
    nan_ = true;
  } else if (is_infinite(x)) {
    note_infinity(exmy::is_negative(x));
  } else if (x == 0) {
    note_zero(exmy::is_negative(x));
  } else {
    const Scaled a = scaled_of(x);
    add_finite(exmy::is_negative(x), a.significand, a.scale);
  }
}

void WideSum::add_product(double x, double y) {
  const bool negative = exmy::is_negative(x) != exmy::is_negative(y);
  if (is_nan(x) || is_nan(y)) {
    nan_ = true;
  } else if (is_infinite(x) || is_infinite(y)) {
    if (x == 0 || y == 0) nan_ = true;
    note_infinity(negative);
  } else if (x == 0 || y == 0) {
    note_zero(negative);
  } else {
    const Scaled a = scaled_of(x);
    const Scaled b = scaled_of(y);
    add_finite(negative, Uint128{a.significand} * b.significand, a.scale + b.scale);
  }
}

/// The significand, shifted to its place, covers up to three limbs; a carry or borrow may run to the top.
void WideSum::add_finite(bool negative, Uint128 significand, int scale) {
  non_zero_ = true;
  const auto place = static_cast<std::size_t>(scale - lowest);
  const std::size_t first = place / 64;
  const int shift = static_cast<int>(place % 64);
  const Uint128 low = significand << shift;
  const Uint128 high = shift == 0 ? 0 : significand >> (128 - shift);
  const std::array<std::uint64_t, 3> term{static_cast<std::uint64_t>(low),
                                          static_cast<std::uint64_t>(low >> 64),
                                          static_cast<std::uint64_t>(high)};
  std::uint64_t carry = 0;
  for (std::size_t i = 0; first + i < limbs_.size() && (i < term.size() || carry != 0); ++i) {
    std::uint64_t& limb = limbs_[first + i];
    const Uint128 operand = Uint128{i < term.size() ? term[i] : 0} + carry;
    const std::uint64_t before = limb;
    limb = negative ? before - static_cast<std::uint64_t>(operand)
                    : before + static_cast<std::uint64_t>(operand);
    const bool wrapped = negative ? operand > before : Uint128{before} + operand > ~std::uint64_t{0};
    carry = wrapped ? 1 : 0;
  }
}

Exact WideSum::zero(ZeroSign cancelled) const {
  if (non_zero_ || (positive_zero_ && negative_zero_)) return Exact::zero(cancelled == ZeroSign::negative);
  return Exact::zero(negative_zero_);
}

Exact WideSum::value(ZeroSign cancelled) const {
  if (nan_ || (positive_infinity_ && negative_infinity_)) return Exact::nan();
  if (positive_infinity_ || negative_infinity_) return Exact::infinity(negative_infinity_);
  const bool negative = is_negative();
  WideSum size;
  if (negative)  // |sum| = ~sum + 1
    for (std::size_t i = 0; i < limbs_.size(); ++i) size.limbs_[i] = ~limbs_[i];
  else
    size.limbs_ = limbs_;
  if (negative) size.add_finite(false, 1, lowest);
  std::size_t top = size.limbs_.size();
  while (top > 0 && size.limbs_[top - 1] == 0) --top;
  if (top == 0) return zero(cancelled);

  const auto limb = [&](std::size_t below) { return below < top ? size.limbs_[top - 1 - below] : 0; };
  const int shift = std::countl_zero(limb(0));
  Uint128 significand = (Uint128{limb(0)} << 64) | limb(1);
  std::uint64_t rest = limb(2);
  if (shift > 0) {
    significand = (significand << shift) | (rest >> (64 - shift));
    rest <<= shift;
  }
  bool sticky = rest != 0;
  for (std::size_t below = 3; below < top; ++below) sticky = sticky || limb(below) != 0;
  const int exponent = lowest + 64 * static_cast<int>(top) - 1 - shift;
  return {Exact::Kind::finite, negative, sticky, exponent, significand};
}

}  // namespace exmy
