#include "formats/format.hpp"

#include <algorithm>

#include "formats/binary64.hpp"

namespace exmy {

double Format::finite_value(std::uint64_t magnitude) const {
  const int field = static_cast<int>(magnitude >> mantissa_bits);
  const std::uint64_t hidden = std::uint64_t{1} << mantissa_bits;
  const std::uint64_t mantissa = magnitude & (hidden - 1);
  const bool normal = field != 0 || (subnormals == Subnormals::none && (magnitude != 0 || !zero));
  if (normal) return static_cast<double>(hidden + mantissa) * pow2(field - bias - mantissa_bits);
  if (subnormals != Subnormals::gradual || mantissa == 0) return 0.0;
  return static_cast<double>(mantissa) * pow2(e_min() - mantissa_bits);
}

int Format::e_max() const { return parts_of(max_finite()).exponent; }

double Format::max_finite() const { return finite_value(max_finite_code()); }

double Format::min_finite() const {
  if (is_signed) return -max_finite();
  return zero ? 0.0 : min_positive();
}

double Format::min_normal() const { return subnormals == Subnormals::none ? min_positive() : pow2(e_min()); }

double Format::min_positive() const {
  switch (subnormals) {
    case Subnormals::gradual: return pow2(e_min() - mantissa_bits);
    case Subnormals::flush:
    case Subnormals::flush_nearest: return pow2(e_min());
    case Subnormals::none: return finite_value(zero ? 1 : 0);
  }
  return 0.0;
}

namespace {

std::string contradiction_of(const Format& f) {
  if (f.nan == NanCodes::ieee && f.mantissa_bits == 0) return "nan \"ieee\" needs at least one mantissa bit";
  if (f.nan == NanCodes::all_ones && !f.is_signed) return "nan \"all_ones\" needs a signed format";
  if (f.nan == NanCodes::negative_zero && !f.is_signed) return "nan \"negative_zero\" needs a signed format";
  if (f.nan == NanCodes::top_code && f.is_signed) return "nan \"top_code\" needs an unsigned format";
  if (f.negative_zero && !f.is_signed) return "an unsigned format has no negative zero";
  if (f.negative_zero && f.nan == NanCodes::negative_zero)
    return "the code of -0 cannot be both -0 and NaN (nan is \"negative_zero\")";
  if (!f.zero && f.is_signed) return "a format without zero must be unsigned";
  if (!f.zero && f.subnormals != Subnormals::none) return "a format without zero needs subnormals \"none\"";
  return {};
}

/// Exponent of the unit in the last place of the smallest binade.
int lowest_exponent(const Format& f) {
  const bool first_binade_is_only_zero = f.mantissa_bits == 0 && f.zero;
  const int binade =
      f.subnormals == Subnormals::none && first_binade_is_only_zero ? f.e_min() + 1 : f.e_min();
  return binade - f.mantissa_bits;
}

std::string range_problem_of(const Format& f) {
  const int specials =
      (f.nan == NanCodes::all_ones || f.nan == NanCodes::top_code ? 1 : 0) + (f.infinities ? 1 : 0);
  const std::uint64_t first_number = f.zero ? 1 : 0;
  if (f.nan != NanCodes::ieee && f.magnitude_mask() < first_number + static_cast<unsigned>(specials))
    return "every code is special: no finite value above zero is left";
  const int top_field = static_cast<int>(f.max_finite_code() >> f.mantissa_bits);
  if (lowest_exponent(f) < -1074 || std::max(top_field - f.bias, f.e_min()) > 1023)
    return "bias " + std::to_string(f.bias) + " puts values outside of binary64 (exponents " +
           std::to_string(lowest_exponent(f)) + " to " + std::to_string(top_field - f.bias) +
           ", allowed: -1074 to 1023)";
  if (f.max_finite() <= 0) return "no finite value above zero is left";
  return {};
}

}  // namespace

std::string problem_of(const Format& f) {
  if (f.exponent_bits < 1 || f.exponent_bits > 11)
    return "exponent_bits is " + std::to_string(f.exponent_bits) + ", must be 1 to 11";
  if (f.mantissa_bits < 0 || f.mantissa_bits > 52)
    return "mantissa_bits is " + std::to_string(f.mantissa_bits) + ", must be 0 to 52";
  if (f.bias < -4096 || f.bias > 4096)
    return "bias " + std::to_string(f.bias) + " puts values outside of binary64";
  if (std::string text = contradiction_of(f); !text.empty()) return text;
  return range_problem_of(f);
}

}  // namespace exmy
