#include "formats/project.hpp"

#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// |x| rounded to the grid of the format, without an upper bound on the exponent.
struct Rounded {
  double z = 0;  ///< magnitude; infinite when beyond binary64 (hence beyond every maximum)
  bool exact = true;
  bool away = false;  ///< z is the neighbour away from zero
  bool tie = false;
};

/// |x| as a multiple of 2^unit: the integer part and what lies beyond it.
struct Split {
  std::uint64_t whole;
  Fraction rest;
};

Split split(const Exact& x, int unit) {
  const int drop = 127 - x.exponent + unit;  // low bits of the significand that are beyond the point
  const Uint128 whole = drop < 128 ? x.significand >> drop : 0;
  const Uint128 rest = drop < 128   ? x.significand << (128 - drop)
                       : drop < 256 ? x.significand >> (drop - 128)
                                    : 0;
  const bool lost = drop >= 256 || (drop > 128 && (rest << (drop - 128)) != x.significand);
  const bool sticky = x.sticky || lost || static_cast<std::uint64_t>(rest) != 0;
  return {static_cast<std::uint64_t>(whole), {static_cast<std::uint64_t>(rest >> 64), sticky}};
}

double scaled(std::uint64_t whole, int exponent) {
  if (whole == 0) return 0.0;
  if (exponent > 1023) return infinity64;  // below that, a product beyond binary64 is infinite by itself
  return static_cast<double>(whole) * pow2(exponent);
}

bool rounds_away(const Projection& how, const Exact& x, bool odd, Fraction v, std::uint32_t random) {
  return rounds_away(how.rounding, x.negative, odd, v, random, how.random_bits);
}

/// |x| on the grid of one binade: neighbour, fraction and decision.
struct OnBinade {
  std::uint64_t whole;  ///< z in units of 2^(exponent - M)
  Fraction v;
  bool away;
};

/// Rounds on the binade of `exponent` (at least that of x): M bits after the point.
OnBinade round_on(const Projection& how, const Exact& x, int exponent, std::uint32_t random) {
  const Format& f = how.format;
  const auto [whole, v] = split(x, exponent - f.mantissa_bits);
  const bool odd = f.mantissa_bits > 0 ? (whole & 1) != 0 : whole != 0 && ((exponent + f.bias) & 1) != 0;
  const bool away = rounds_away(how, x, odd, v, random);
  return {whole + (away ? 1 : 0), v, away};
}

/// x_min = significand 2^unit, the smallest positive number next to zero where no subnormals are.
struct Smallest {
  std::uint64_t significand;
  int unit;
  double value() const { return static_cast<double>(significand) * pow2(unit); }
};

Smallest smallest_of(const Format& f) {
  if (f.subnormals == Subnormals::flush_nearest) return {1, f.e_min()};
  if (!f.zero) return {1, -f.bias};
  if (f.mantissa_bits == 0) return {1, 1 - f.bias};
  return {(std::uint64_t{1} << f.mantissa_bits) + 1, -f.bias - f.mantissa_bits};
}

bool is_below(const Exact& x, const Smallest& s) {
  const Exact limit = Exact::scaled(false, s.significand, s.unit);
  return x.exponent != limit.exponent ? x.exponent < limit.exponent : x.significand < limit.significand;
}

/// Between 0 (an even code) and x_min (odd): v = |x| / x_min.
Rounded round_below(const Projection& how, const Exact& x, const Smallest& s, std::uint32_t random) {
  if (!how.format.zero) return {s.value(), false, true, false};
  const int drop = 63 + s.unit - x.exponent;  // v 2^64 = significand 2^-drop / s.significand; drop >= 11
  const Uint128 numerator = drop < 128 ? x.significand >> drop : 0;
  const bool lost = drop >= 128 || (numerator << drop) != x.significand;
  const Fraction v{static_cast<std::uint64_t>(numerator / s.significand),
                   x.sticky || lost || numerator % s.significand != 0};
  const bool away = rounds_away(how, x, false, v, random);
  return {away ? s.value() : 0.0, false, away, v.is_half()};
}

Rounded round_magnitude(const Projection& how, const Exact& x, std::uint32_t random) {
  const Format& f = how.format;
  if (f.subnormals == Subnormals::none || f.subnormals == Subnormals::flush_nearest) {
    const Smallest smallest = smallest_of(f);
    if (is_below(x, smallest)) return round_below(how, x, smallest, random);
  }
  const int exponent = x.exponent > f.e_min() ? x.exponent : f.e_min();
  const OnBinade z = round_on(how, x, exponent, random);
  return {scaled(z.whole, exponent - f.mantissa_bits), z.v.is_zero(), z.away, z.v.is_half()};
}

/// IEEE: tiny after rounding, that is |x| rounded to P bits without exponent limits is below 2^e_min.
bool is_tiny(const Projection& how, const Exact& x, std::uint32_t random) {
  const int e_min = how.format.e_min();
  if (x.exponent != e_min - 1) return x.exponent < e_min;
  return round_on(how, x, x.exponent, random).whole < (std::uint64_t{2} << how.format.mantissa_bits);
}

/// The format's NaN, or what stands for it: 0, the smallest number where there is no zero.
double nan_or_substitute(const Format& f) {
  if (f.has_nan()) return nan64;
  return f.zero ? 0.0 : f.min_positive();
}

double zero_of(const Format& f, bool negative) {
  const bool keeps_sign = f.negative_zero && f.semantics == Semantics::ieee754;
  return with_sign(0.0, negative && keeps_sign);
}

/// Infinity of a sign, or what an unsaturated overflow gives where there is none.
double infinity_or_substitute(const Format& f, bool negative) {
  if (f.infinities) return with_sign(infinity64, negative);
  const bool clamps = !f.has_nan() || f.semantics == Semantics::p3109;
  return clamps ? with_sign(f.max_finite(), negative) : nan64;
}

bool overflows_to_infinity(const Projection& how, bool negative) {
  switch (how.rounding) {
    case Rounding::toward_zero: return false;
    case Rounding::toward_positive: return !negative;
    case Rounding::toward_negative: return negative;
    case Rounding::to_odd: return (how.format.max_finite_code() & 1) == 0;
    case Rounding::nearest_even:
    case Rounding::nearest_away:
    case Rounding::stochastic_a:
    case Rounding::stochastic_b:
    case Rounding::stochastic_c: return true;
  }
  return true;
}

/// z beyond the maximum.
double saturate(const Projection& how, bool negative) {
  if (how.saturation == Saturation::none && overflows_to_infinity(how, negative))
    return infinity_or_substitute(how.format, negative);
  return with_sign(how.format.max_finite(), negative);
}

/// A negative number (z != 0) or, without zero, anything that is not positive, into an unsigned format.
double below_range(const Projection& how) {
  const Format& f = how.format;
  const bool upward = how.rounding == Rounding::toward_zero || how.rounding == Rounding::toward_positive;
  if (how.saturation == Saturation::none && (!f.zero || !upward)) return nan_or_substitute(f);
  return f.zero ? 0.0 : f.min_positive();
}

Outcome project_nan(const Projection& how) {
  Outcome out{nan_or_substitute(how.format)};
  out.events.set(Event::nan_in);
  out.events.set(Event::nan_lost, !how.format.has_nan());
  return out;
}

double infinite_result(const Projection& how, bool negative) {
  const Format& f = how.format;
  if (negative && !f.is_signed)
    return how.saturation == Saturation::none ? nan_or_substitute(f) : below_range(how);
  if (how.saturation == Saturation::none) return infinity_or_substitute(f, negative);
  if (how.saturation == Saturation::propagate && f.infinities) return with_sign(infinity64, negative);
  return with_sign(f.max_finite(), negative);
}

bool is_subnormal(const Format& f, double q) { return q != 0 && magnitude(q) < pow2(f.e_min()); }

Outcome project_infinity(const Projection& how, bool negative) {
  Outcome out{infinite_result(how, negative)};
  out.events.set(Event::inf_in);
  out.events.set(Event::saturated, is_finite(out.value));
  out.events.set(Event::subnormal_out, is_subnormal(how.format, out.value));
  out.events.set(Event::nan_generated, is_nan(out.value));
  return out;
}

Outcome project_zero(const Projection& how, bool negative) {
  const Format& f = how.format;
  Outcome out{f.zero ? zero_of(f, negative) : below_range(how)};
  out.events.set(Event::zero_in);
  out.events.set(Event::inexact, !f.zero);
  out.events.set(Event::rounded_up, !f.zero && !is_nan(out.value));
  out.events.set(Event::nan_generated, is_nan(out.value));
  return out;
}

bool is_flushed(const Format& f, double z) {
  return f.subnormals == Subnormals::flush && z < pow2(f.e_min());
}

/// Still negative after rounding, in an unsigned format.
bool is_below_range(const Format& f, bool negative, double z) {
  return !f.is_signed && negative && (!f.zero || (z != 0 && !is_flushed(f, z)));
}

double special_or_rounded(const Projection& how, bool negative, double z) {
  const Format& f = how.format;
  if (is_below_range(f, negative, z)) return below_range(how);
  if (z == 0 || is_flushed(f, z)) return zero_of(f, negative);
  return z > f.max_finite() ? saturate(how, negative) : with_sign(z, negative);
}

Outcome project_finite(const Projection& how, const Exact& x, std::uint32_t random) {
  const Format& f = how.format;
  const Rounded r = round_magnitude(how, x, random);
  const double q = special_or_rounded(how, x.negative, r.z);
  const double z = with_sign(r.z, x.negative);
  const bool beyond = r.z > f.max_finite();
  const bool below = is_below_range(f, x.negative, r.z);
  Outcome out{q, {}, x.exponent};
  Events& e = out.events;
  e.set(Event::inexact, !r.exact || q != z || !is_finite(q));
  e.set(Event::rounded_up, r.away);
  e.set(Event::rounded_down, !r.exact && !r.away);
  e.set(Event::tie, r.tie);
  e.set(Event::beyond, beyond);
  e.set(Event::overflow, beyond && !is_finite(q));
  e.set(Event::saturated, (beyond || below) && is_finite(q));
  e.set(Event::underflow_to_zero, q == 0 && !e.has(Event::saturated));
  e.set(Event::flushed, e.has(Event::underflow_to_zero) && r.z != 0);
  e.set(Event::underflow_inexact, e.has(Event::inexact) && is_tiny(how, x, random));
  e.set(Event::subnormal_out, is_subnormal(f, q));
  e.set(Event::nan_generated, is_nan(q));
  return out;
}

}  // namespace

Outcome project(const Projection& how, const Exact& x, std::uint32_t random) {
  switch (x.kind) {
    case Exact::Kind::zero: return project_zero(how, x.negative);
    case Exact::Kind::finite: return project_finite(how, x, random);
    case Exact::Kind::infinite: return project_infinity(how, x.negative);
    case Exact::Kind::nan: return project_nan(how);
  }
  return project_nan(how);
}

Outcome project(const Projection& how, double x, std::uint32_t random) {
  return project(how, Exact::of(x), random);
}

std::uint8_t ieee_flags(const Outcome& outcome) {
  const Events& e = outcome.events;
  int flags = 0;
  if (e.has(Event::inexact)) flags |= flag_inexact;  // whatever is beyond the maximum is inexact too
  if (e.has(Event::underflow_inexact)) flags |= flag_underflow;
  if (e.has(Event::beyond)) flags |= flag_overflow;
  if (e.has(Event::infinite)) flags |= flag_infinite;
  if (e.has(Event::nan_generated) || e.has(Event::invalid)) flags |= flag_invalid;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace exmy
