#include "formats/codec.hpp"

#include "formats/binary64.hpp"

namespace exmy {
namespace {

bool is_nan_code(const Format& f, bool negative, std::uint64_t magnitude) {
  switch (f.nan) {
    case NanCodes::ieee:
      return magnitude > f.infinity_magnitude() || (magnitude == f.infinity_magnitude() && !f.infinities);
    case NanCodes::all_ones:
    case NanCodes::top_code: return magnitude == f.magnitude_mask();
    case NanCodes::negative_zero: return negative && magnitude == 0;
    case NanCodes::none: return false;
  }
  return false;
}

std::optional<std::uint64_t> nan_code(const Format& f) {
  switch (f.nan) {
    case NanCodes::ieee: return f.infinity_magnitude() | (std::uint64_t{1} << (f.mantissa_bits - 1));
    case NanCodes::all_ones:
    case NanCodes::top_code: return f.magnitude_mask();
    case NanCodes::negative_zero: return f.sign_mask();
    case NanCodes::none: return std::nullopt;
  }
  return std::nullopt;
}

/// The only magnitude code that can have this finite value; the caller checks that it has.
std::uint64_t candidate(const Format& f, double magnitude) {
  if (magnitude == 0) return 0;
  const Parts p = parts_of(magnitude);
  const int below = p.exponent < f.e_min() ? f.e_min() - p.exponent : 0;
  const int shift = 63 - f.mantissa_bits + below;
  const std::uint64_t significand = shift < 64 ? p.significand >> shift : 0;
  if (below > 0) return significand;
  const auto field = static_cast<std::uint64_t>(p.exponent + f.bias);
  return (field << f.mantissa_bits) + (significand - (std::uint64_t{1} << f.mantissa_bits));
}

std::optional<std::uint64_t> finite_code(const Format& f, double magnitude) {
  const std::uint64_t code = candidate(f, magnitude);
  if (code > f.max_finite_code() || f.finite_value(code) != magnitude) return std::nullopt;
  return code;
}

}  // namespace

double decode(const Format& f, std::uint64_t code) {
  const bool negative = (code & f.sign_mask()) != 0;
  const std::uint64_t magnitude = code & f.magnitude_mask();
  if (is_nan_code(f, negative, magnitude)) return nan64;
  if (f.infinities && magnitude == f.infinity_magnitude()) return with_sign(infinity64, negative);
  const double value = f.finite_value(magnitude);
  return with_sign(value, negative && (value != 0 || f.negative_zero));
}

std::optional<std::uint64_t> encode(const Format& f, double x) {
  if (is_nan(x)) return nan_code(f);
  const bool negative = is_negative(x);
  if (negative && (!f.is_signed || (x == 0 && !f.negative_zero))) return std::nullopt;
  const std::uint64_t sign = negative ? f.sign_mask() : 0;
  if (is_infinite(x)) return f.infinities ? std::optional{sign | f.infinity_magnitude()} : std::nullopt;
  const std::optional<std::uint64_t> code = finite_code(f, exmy::magnitude(x));
  return code ? std::optional{sign | *code} : std::nullopt;
}

}  // namespace exmy
