// The second half of the oracle: from the neighbours of x to the result and the events.
// Readings where numerics leaves a choice: a value that `flush` makes zero is no negative value of an
// unsigned format any more; in a format without zero, 0 is rounded up to x_min unless it becomes NaN, and
// a lost NaN becomes x_min; projecting to a P3109 format is an operation, so -0 becomes +0.

#include <stdexcept>

#include "tests/support/rational_oracle.hpp"

namespace exmy::oracle {
namespace {

using Kind = Real::Kind;

Real nan() { return {Kind::nan, false, {}}; }
Real number(bool negative, const mpq_class& size) { return {Kind::number, negative, size}; }
mpq_class times_two_to(const mpq_class& v, int n) { return v * power_of_two(n); }

/// v to the nearest integer, ties to even.
mpz_class nearest_integer(const mpq_class& v) {
  const mpz_class below = whole_part(v);
  const mpq_class rest = v - below, half(1, 2);
  return rest > half || (rest == half && mpz_odd_p(below.get_mpz_t()) != 0) ? mpz_class(below + 1) : below;
}

/// The definition of each mode, as an inequality.
bool goes_up(const Projection& how, bool negative, const Place& place, std::uint32_t random) {
  const mpq_class& v = place.fraction;
  const mpq_class half(1, 2);
  const int n = how.random_bits;
  const mpz_class one = mpz_class(1) << static_cast<unsigned long>(n), r(random);
  if (v == 0) return false;
  switch (how.rounding) {
    case Rounding::nearest_even: return v > half || (v == half && place.lower_is_odd);
    case Rounding::nearest_away: return v >= half;
    case Rounding::toward_zero: return false;
    case Rounding::toward_positive: return !negative;
    case Rounding::toward_negative: return negative;
    case Rounding::to_odd: return !place.lower_is_odd;
    case Rounding::stochastic_a: return whole_part(times_two_to(v, n)) + r >= one;
    case Rounding::stochastic_b: return whole_part(times_two_to(v, n + 1)) + 2 * r + 1 >= 2 * one;
    case Rounding::stochastic_c: return nearest_integer(times_two_to(v, n)) + r >= one;
  }
  throw std::logic_error("rounding");
}

mpq_class round(const Projection& how, bool negative, const Place& place, std::uint32_t random) {
  return goes_up(how, negative, place, random) ? place.upper : place.lower;
}

}  // namespace

/// z of numerics section 2, before `flush`.
Real Model::rounded(const Projection& how, const Point& point, std::uint32_t random) const {
  const Real& x = point.x;
  const bool below = x.is_number() && !format_.zero && x.size < smallest_;
  const bool zero_is_nan = how.saturation == Saturation::none && format_.nan != NanCodes::none;
  if (below && !(x.size == 0 && zero_is_nan)) return number(x.negative, smallest_);
  if (!x.is_number() || x.size == 0) return x;
  return number(x.negative, round(how, x.negative, point.place, random));
}

Real Model::due_infinity(bool negative) const {
  if (format_.infinities) return {Kind::infinite, negative, {}};
  const bool gives_maximum = format_.nan == NanCodes::none || format_.semantics == Semantics::p3109;
  return gives_maximum ? number(negative, maximum_) : nan();
}

/// Saturation `none` of a finite z beyond the maximum.
Real Model::beyond_maximum(Rounding rounding, bool negative) const {
  const bool stays = rounding == Rounding::toward_zero ||
                     (rounding == Rounding::toward_positive && negative) ||
                     (rounding == Rounding::toward_negative && !negative) ||
                     (rounding == Rounding::to_odd && maximum_code_ % 2 == 1);
  return stays ? number(negative, maximum_) : due_infinity(negative);
}

Real Model::saturated(const Projection& how, const Real& x, const Real& z) const {
  if (z.kind == Kind::nan || (z.is_number() && z.size <= maximum_)) return z;
  if (how.saturation == Saturation::finite) return number(z.negative, maximum_);
  if (how.saturation == Saturation::propagate)
    return x.kind == Kind::infinite && format_.infinities ? x : number(z.negative, maximum_);
  return x.kind == Kind::infinite ? due_infinity(x.negative) : beyond_maximum(how.rounding, z.negative);
}

/// q: the value that the format has for the saturated z.
Real Model::admitted(const Projection& how, const Point& point, const Real& z, Real q) const {
  const Real& x = point.x;
  const bool none = how.saturation == Saturation::none, has_nan = format_.nan != NanCodes::none;
  if (x.kind == Kind::nan) return has_nan ? nan() : number(false, format_.zero ? 0 : smallest_);
  if (!format_.zero && (x.negative || x.is_zero())) return none && has_nan ? nan() : number(false, smallest_);
  if (format_.subnormals == Subnormals::flush && z.is_number() && z.size < smallest_binade_) q.size = 0;
  const bool negative = x.negative && !(q.is_number() && q.size == 0);
  if (!format_.is_signed && negative) return without_sign(how, point, q);
  if (q.is_zero() && (!format_.negative_zero || point.p3109)) q.negative = false;
  return q;
}

/// What a negative result becomes in an unsigned format.
Real Model::without_sign(const Projection& how, const Point& point, const Real& q) const {
  const bool clamps = how.saturation != Saturation::none || format_.nan == NanCodes::none;
  const bool truncates = how.rounding == Rounding::toward_zero || how.rounding == Rounding::toward_positive;
  if (clamps || (truncates && point.x.is_number() && q.kind != Kind::nan)) return number(false, 0);
  return nan();
}

/// Rounded with unbounded exponent it lies below 2^e_min.
bool Model::is_tiny(const Projection& how, const Point& point, std::uint32_t random) const {
  if (!point.x.is_number() || point.x.size == 0 || point.x.size >= smallest_binade_) return false;
  return round(how, point.x.negative, point.unbounded, random) < smallest_binade_;
}

Answer Model::project(const Projection& how, const Point& point, std::uint32_t random) const {
  const Real& x = point.x;
  const Real z = rounded(how, point, random), q = admitted(how, point, z, saturated(how, x, z));
  const bool finite = x.is_number(), q_finite = q.is_number(), beyond = finite && z.size > maximum_;
  const bool inexact = finite && !(q_finite && q.size == x.size && (q.size == 0 || q.negative == x.negative));
  const bool flushes = format_.subnormals == Subnormals::flush && finite && z.size < smallest_binade_;
  const bool negative = finite && z.negative && x.size != 0 && z.size != 0 && !flushes;
  const bool clipped_sign = !format_.is_signed && negative;
  const bool is_saturated = q_finite && (beyond || clipped_sign || x.kind == Kind::infinite);
  const bool to_zero = finite && x.size != 0 && q.is_zero() && !is_saturated;
  const bool underflow = inexact && is_tiny(how, point, random);
  const bool generated = q.kind == Kind::nan && !point.nan_operand;
  const bool invalid =
      point.zero_times_infinity || (point.operation && x.kind == Kind::nan && !point.nan_operand);
  const bool infinite = point.operation && x.kind == Kind::infinite && !point.infinite_operand;
  const bool below = finite && !format_.zero && x.size < smallest_;

  Events events;
  events.set(Event::zero_in, x.is_zero());
  events.set(Event::nan_in, x.kind == Kind::nan);
  events.set(Event::inf_in, x.kind == Kind::infinite);
  events.set(Event::inexact, inexact);
  events.set(Event::rounded_up, finite && z.size > x.size);
  events.set(Event::rounded_down, finite && z.size < x.size);
  events.set(Event::tie, finite && !below && point.place.fraction == mpq_class(1, 2));
  events.set(Event::overflow, beyond && !q_finite);
  events.set(Event::saturated, is_saturated);
  events.set(Event::underflow_to_zero, to_zero);
  events.set(Event::flushed, to_zero && z.size != 0);
  events.set(Event::underflow_inexact, underflow);
  events.set(Event::subnormal_out, q_finite && q.size > 0 && q.size < smallest_binade_);
  events.set(Event::nan_generated, generated);
  events.set(Event::nan_lost, x.kind == Kind::nan && format_.nan == NanCodes::none);
  events.set(Event::beyond, beyond);
  events.set(Event::infinite, infinite);
  events.set(Event::invalid, invalid);

  unsigned flags = 0;
  if (inexact || beyond) flags |= flag_inexact;
  if (underflow) flags |= flag_underflow;
  if (beyond) flags |= flag_overflow;
  if (infinite) flags |= flag_infinite;
  if (generated || invalid) flags |= flag_invalid;
  return {double_of(q), events.bits, static_cast<std::uint8_t>(flags)};
}

}  // namespace exmy::oracle
