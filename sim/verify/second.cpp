#include "sim/verify/second.hpp"

namespace exmy::second {
namespace {

constexpr std::uint32_t when(bool on, Event e) { return on ? bit(e) : 0; }

}  // namespace

// ---- what codes mean -----------------------------------------------------------------------------

Model::Model(const Format& format)
    : f_(format),
      magnitude_bits_(format.exponent_bits + format.mantissa_bits),
      e_min_((format.subnormals == Subnormals::none ? 0 : 1) - format.bias),
      all_ones_((std::uint64_t{1} << magnitude_bits_) - 1),
      infinity_code_(all_ones_),
      first_normal_(std::uint64_t{1} << format.mantissa_bits) {
  if (f_.nan == NanCodes::ieee) {
    infinity_code_ = all_ones_ - (first_normal_ - 1);
    maximum_code_ = infinity_code_ - 1;
  } else {
    if (f_.nan == NanCodes::all_ones || f_.nan == NanCodes::top_code) --infinity_code_;
    maximum_code_ = f_.infinities ? infinity_code_ - 1 : infinity_code_;
  }
  smallest_code_ = f_.zero ? 1 : 0;
  if (f_.subnormals == Subnormals::flush_nearest) smallest_code_ = first_normal_;
  smallest_ = by_fields(false, smallest_code_);
}

Number Model::by_fields(bool negative, std::uint64_t magnitude) const {
  const auto field = static_cast<int>(magnitude >> f_.mantissa_bits);
  const std::uint64_t fraction = magnitude % first_normal_;
  const int unit = -f_.bias - f_.mantissa_bits;
  const Number normal{Number::Kind::number, negative, first_normal_ + fraction, field + unit, false};
  if (field > 0) return normal;
  switch (f_.subnormals) {
    case Subnormals::gradual: return {Number::Kind::number, negative, fraction, 1 + unit, false};
    case Subnormals::flush:
    case Subnormals::flush_nearest: return zero(negative);
    case Subnormals::none: return magnitude == 0 && f_.zero ? zero(negative) : normal;
  }
  return normal;
}

bool Model::is_nan_code(std::uint64_t code) const {
  const std::uint64_t magnitude = code & all_ones_;
  switch (f_.nan) {
    case NanCodes::ieee: return f_.infinities ? magnitude > infinity_code_ : magnitude >= infinity_code_;
    case NanCodes::all_ones:
    case NanCodes::top_code: return magnitude == all_ones_;
    case NanCodes::negative_zero: return code == all_ones_ + 1;
    case NanCodes::none: return false;
  }
  return false;
}

Number Model::decode(std::uint64_t code) const {
  if (is_nan_code(code)) return nan();
  const std::uint64_t magnitude = code & all_ones_;
  const bool negative = code != magnitude;
  if (f_.infinities && magnitude == infinity_code_) return infinity(negative);
  const Number x = by_fields(negative, magnitude);
  return x.is_zero() ? zero(negative && f_.negative_zero) : x;
}

double Model::value(std::uint64_t code) const {
  const Number x = decode(code);
  if (x.kind == Number::Kind::nan) return double_of_nan();
  if (x.kind == Number::Kind::infinite) return double_of_infinity(x.negative);
  return double_of(x.negative, static_cast<std::uint64_t>(x.whole), x.scale);
}

// ---- saturation and what the format cannot say ----------------------------------------------------

Model::Final Model::zero_with_sign(bool negative) const {
  return {Final::Kind::finite, negative && f_.negative_zero && f_.semantics == Semantics::ieee754, 0};
}

Model::Final Model::due_nan() const {
  if (f_.nan == NanCodes::none) return {Final::Kind::finite, false, f_.zero ? 0 : smallest_code_};
  return {Final::Kind::nan};
}

Model::Final Model::due_infinity(bool negative) const {
  if (f_.infinities) return {Final::Kind::infinite, negative, infinity_code_};
  if (f_.nan == NanCodes::none || f_.semantics == Semantics::p3109)
    return {Final::Kind::finite, negative, maximum_code_};
  return {Final::Kind::nan};
}

Model::Final Model::beyond_maximum(const Projection& how, bool negative) const {
  const Final maximum{Final::Kind::finite, negative, maximum_code_};
  if (how.saturation != Saturation::none) return maximum;
  const bool inward =
      negative ? how.rounding == Rounding::toward_positive : how.rounding == Rounding::toward_negative;
  const bool odd_enough = how.rounding == Rounding::to_odd && maximum_code_ % 2 != 0;
  return inward || odd_enough || how.rounding == Rounding::toward_zero ? maximum : due_infinity(negative);
}

Model::Final Model::below_zero(const Projection& how) const {
  if (!f_.zero) return how.saturation == Saturation::none ? due_nan() : Final{{}, false, smallest_code_};
  const bool to_zero = how.saturation != Saturation::none || how.rounding == Rounding::toward_zero ||
                       how.rounding == Rounding::toward_positive;
  return to_zero ? Final{} : due_nan();
}

Model::Final Model::of_infinity(const Projection& how, bool negative) const {
  if (negative && !f_.is_signed) {
    if (how.saturation == Saturation::none) return due_nan();
    return {Final::Kind::finite, false, f_.zero ? 0 : smallest_code_};
  }
  switch (how.saturation) {
    case Saturation::none: return due_infinity(negative);
    case Saturation::finite: break;
    case Saturation::propagate:
      if (f_.infinities) return {Final::Kind::infinite, negative, infinity_code_};
  }
  return {Final::Kind::finite, negative, maximum_code_};
}

/// Still negative after rounding, in an unsigned format; in one without zero anything negative is.
bool Model::falls_below(const Number& x, const Rounded& z) const {
  if (f_.is_signed || !x.negative) return false;
  return !f_.zero || (z.code != 0 && !is_flushed(z.code));
}

Model::Final Model::settle(const Projection& how, const Number& x, const Rounded& z) const {
  if (falls_below(x, z)) return below_zero(how);
  if (f_.zero && (z.code == 0 || is_flushed(z.code))) return zero_with_sign(x.negative);
  if (z.code > maximum_code_) return beyond_maximum(how, x.negative);
  return {Final::Kind::finite, x.negative, static_cast<std::uint64_t>(z.code)};
}

// ---- results -------------------------------------------------------------------------------------

/// 0 < |q| < 2^e_min: only a gradual format has such values.
bool Model::is_subnormal(const Final& q) const {
  return q.kind == Final::Kind::finite && f_.subnormals == Subnormals::gradual && q.code != 0 &&
         q.code < first_normal_;
}

Result Model::finished(const Final& q, std::uint32_t events) const {
  Result result;
  switch (q.kind) {
    case Final::Kind::nan: result.value = double_of_nan(); break;
    case Final::Kind::infinite: result.value = double_of_infinity(q.negative); break;
    case Final::Kind::finite: {
      const Number x = by_fields(q.negative, q.code);
      result.value = double_of(q.negative, static_cast<std::uint64_t>(x.whole), x.scale);
    }
  }
  result.events = events | when(is_subnormal(q), Event::subnormal_out);
  return result;
}

Result Model::project_zero(const Projection& how, bool negative) const {
  if (f_.zero) return finished(zero_with_sign(negative), bit(Event::zero_in));
  const Final q = below_zero(how);
  const bool is_nan = q.kind == Final::Kind::nan;
  return finished(q, bit(Event::zero_in) | bit(Event::inexact) | when(!is_nan, Event::rounded_up) |
                         when(is_nan, Event::nan_generated));
}

Result Model::project_infinity(const Projection& how, bool negative) const {
  const Final q = of_infinity(how, negative);
  return finished(q, bit(Event::inf_in) | when(q.kind == Final::Kind::finite, Event::saturated) |
                         when(q.kind == Final::Kind::nan, Event::nan_generated));
}

Result Model::project_nan() const {
  return finished(due_nan(), bit(Event::nan_in) | when(f_.nan == NanCodes::none, Event::nan_lost));
}

Result Model::project_number(const Projection& how, const Number& x, std::uint32_t random) const {
  const Rounded z = round(how, x, random);
  const Final q = settle(how, x, z);
  const bool finite = q.kind == Final::Kind::finite;
  const bool beyond = z.code > maximum_code_;
  const bool saturated = finite && (beyond || falls_below(x, z));
  const bool is_zero = finite && f_.zero && q.code == 0;
  const bool kept = finite && q.code == z.code && q.negative == x.negative;  // q = z
  const bool inexact = !z.exact || !kept;
  return finished(q, when(inexact, Event::inexact) | when(z.away, Event::rounded_up) |
                         when(!z.exact && !z.away, Event::rounded_down) | when(z.tie, Event::tie) |
                         when(beyond, Event::beyond) | when(beyond && !finite, Event::overflow) |
                         when(saturated, Event::saturated) |
                         when(is_zero && !saturated, Event::underflow_to_zero) |
                         when(is_zero && !saturated && z.code != 0, Event::flushed) |
                         when(inexact && is_tiny(how, x, random), Event::underflow_inexact) |
                         when(q.kind == Final::Kind::nan, Event::nan_generated));
}

Result Model::project(const Projection& how, const Number& x, std::uint32_t random) const {
  Result result;
  switch (x.kind) {
    case Number::Kind::nan: result = project_nan(); break;
    case Number::Kind::infinite: result = project_infinity(how, x.negative); break;
    case Number::Kind::number:
      result = x.whole == 0 ? project_zero(how, x.negative) : project_number(how, x, random);
  }
  result.flags = flags_of(result.events);
  return result;
}

}  // namespace exmy::second
