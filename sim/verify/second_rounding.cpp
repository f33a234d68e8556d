// Step 1 of a projection by the second implementation: between two neighbouring codes.

#include "sim/verify/second.hpp"

namespace exmy::second {
namespace {

/// Whether bits of x below 2^n are set.
bool has_below(U128 x, int n) { return n >= 128 ? x != 0 : n > 0 && (x << (128 - n)) != 0; }
U128 down(U128 x, int n) { return n >= 128 ? 0 : x >> n; }

}  // namespace

/// v = (part + t) / (divisor 2^shift) of the way from `code` to the next; t in (0,1) if `more`, else 0.
struct Model::Place {
  U128 code = 0;
  U128 part = 0;
  int shift = 0;
  std::uint64_t divisor = 1;
  bool more = false;

  bool is_exact() const { return part == 0 && !more; }

  struct Floor {
    std::uint64_t whole;  ///< floor(v 2^n)
    bool exact;
  };
  Floor times_two_to(int n) const {
    const int right = shift - n;
    if (right < 0) return divide(part << -right, more);
    return divide(down(part, right), more || has_below(part, right));
  }
  bool is_tie() const {
    const Floor halves = times_two_to(1);
    return halves.whole == 1 && halves.exact;
  }
  bool goes_up(const Projection& how, bool negative, std::uint32_t random) const;

 private:
  Floor divide(U128 n, bool rest) const {
    if (divisor == 1) return {static_cast<std::uint64_t>(n), !rest};
    return {static_cast<std::uint64_t>(n / divisor), !rest && n % divisor == 0};
  }
};

bool Model::Place::goes_up(const Projection& how, bool negative, std::uint32_t random) const {
  if (is_exact()) return false;
  const bool odd = code % 2 != 0;
  const std::uint64_t one = std::uint64_t{1} << how.random_bits;
  switch (how.rounding) {
    case Rounding::nearest_even: return times_two_to(1).whole == 1 && (!is_tie() || odd);
    case Rounding::nearest_away: return times_two_to(1).whole == 1;
    case Rounding::toward_zero: return false;
    case Rounding::toward_positive: return !negative;
    case Rounding::toward_negative: return negative;
    case Rounding::to_odd: return !odd;
    case Rounding::stochastic_a: return random >= one - times_two_to(how.random_bits).whole;
    case Rounding::stochastic_b:
      return 2 * std::uint64_t{random} + 1 >= 2 * one - times_two_to(how.random_bits + 1).whole;
    case Rounding::stochastic_c: {
      const Floor halves = times_two_to(how.random_bits + 1);
      const std::uint64_t floor = halves.whole / 2;
      const bool up = halves.whole % 2 != 0 && (!halves.exact || floor % 2 != 0);
      return random >= one - (floor + (up ? 1 : 0));
    }
  }
  return false;
}

/// On the grid of the binade 2^exponent, which x does not exceed: M bits after the point.
Model::Place Model::place_on_binade(const Number& x, int exponent) const {
  const int field = exponent + f_.bias;  // may be negative, for tininess
  const int shift = exponent - f_.mantissa_bits - x.scale;
  const U128 whole = shift >= 0 ? down(x.whole, shift) : x.whole << -shift;
  const U128 part = shift <= 0 ? 0 : shift >= 128 ? x.whole : x.whole - (whole << shift);
  // `whole` has the hidden bit 2^M from the first binade of normal numbers on: 2^exponent is field 2^M.
  const U128 base = static_cast<U128>(field - 1) << f_.mantissa_bits;
  return {base + whole, part, shift > 0 ? shift : 0, 1, x.more};
}

bool Model::is_below_smallest(const Number& x) const {
  const int top_x = length_of(x.whole) + x.scale, top = length_of(smallest_.whole) + smallest_.scale;
  if (top_x != top) return top_x < top;
  const int gap_x = 128 - length_of(x.whole), gap = 128 - length_of(smallest_.whole);
  return x.whole << gap_x < smallest_.whole << gap;
}

/// Between zero, an even code, and x_min, an odd one whatever its code: v = |x| / x_min.
Model::Place Model::place_below_smallest(const Number& x) const {
  return {0, x.whole, smallest_.scale - x.scale, static_cast<std::uint64_t>(smallest_.whole), x.more};
}

Model::Rounded Model::round(const Projection& how, const Number& x, std::uint32_t random) const {
  const bool gap_above_zero = f_.subnormals == Subnormals::none || f_.subnormals == Subnormals::flush_nearest;
  if (gap_above_zero && is_below_smallest(x)) {
    if (!f_.zero) return {smallest_code_, false, true, false};
    const Place place = place_below_smallest(x);
    const bool away = place.goes_up(how, x.negative, random);
    return {away ? smallest_code_ : 0, false, away, place.is_tie()};
  }
  const int exponent = length_of(x.whole) - 1 + x.scale;
  const Place place = place_on_binade(x, exponent < e_min_ ? e_min_ : exponent);
  const bool away = place.goes_up(how, x.negative, random);
  return {place.code + (away ? 1 : 0), place.is_exact(), away, place.is_tie()};
}

/// |x| rounded to P bits without a lower limit is below 2^e_min.
bool Model::is_tiny(const Projection& how, const Number& x, std::uint32_t random) const {
  const int exponent = length_of(x.whole) - 1 + x.scale;
  if (exponent != e_min_ - 1) return exponent < e_min_;
  const Place place = place_on_binade(x, exponent);
  const Place top = place_on_binade({Number::Kind::number, false, 1, e_min_, false}, exponent);
  return place.code + (place.goes_up(how, x.negative, random) ? 1 : 0) != top.code;
}

}  // namespace exmy::second
