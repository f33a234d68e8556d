#include "tests/support/rational_oracle.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace exmy::oracle {
namespace {

using Kind = Real::Kind;

Real nan() { return {Kind::nan, false, {}}; }
Real number(bool negative, const mpq_class& size) { return {Kind::number, negative, size}; }

Place between(const mpq_class& lower, const mpq_class& upper, const mpq_class& x, bool lower_is_odd) {
  return {lower, upper, (x - lower) / (upper - lower), lower_is_odd};
}

bool is_odd(const mpz_class& n) { return mpz_odd_p(n.get_mpz_t()) != 0; }

}  // namespace

// ---- what the codes mean -------------------------------------------------------------------------

Model::Model(const Format& format, Search search)
    : format_(format),
      top_field_((std::uint64_t{1} << format.exponent_bits) - 1),
      all_ones_((std::uint64_t{1} << (format.exponent_bits + format.mantissa_bits)) - 1) {
  const Subnormals s = format.subnormals;
  smallest_binade_ = power_of_two((s == Subnormals::none ? 0 : 1) - format.bias);
  smallest_ = s == Subnormals::flush_nearest ? smallest_binade_ : by_fields(format.zero ? 1 : 0);
  find_maximum();
  const bool narrow = format.exponent_bits + format.mantissa_bits + (format.is_signed ? 1 : 0) <= 16;
  if (narrow && search == Search::automatic) fill_table();
}

/// The magnitude that the fields say, also for codes that mean infinity or NaN and for wider fields.
mpq_class Model::by_fields(std::uint64_t magnitude) const {
  const int m = format_.mantissa_bits;
  const auto field = static_cast<long>(magnitude >> m);
  const mpq_class fraction = mpq_class(magnitude & ((std::uint64_t{1} << m) - 1)) * power_of_two(-m);
  if (format_.subnormals == Subnormals::none) {
    if (magnitude == 0 && format_.zero) return 0;
  } else if (field == 0) {
    return fraction * power_of_two(1 - format_.bias);
  }
  return (1 + fraction) * power_of_two(field - format_.bias);
}

bool Model::reads_as_nan(bool negative, std::uint64_t magnitude) const {
  const std::uint64_t infinity_code = top_field_ << format_.mantissa_bits;
  switch (format_.nan) {
    case NanCodes::ieee:
      return magnitude > infinity_code || (magnitude == infinity_code && !format_.infinities);
    case NanCodes::all_ones: return magnitude == all_ones_;
    case NanCodes::negative_zero: return negative && magnitude == 0;
    case NanCodes::top_code: return magnitude == all_ones_;
    case NanCodes::none: return false;
  }
  throw std::logic_error("nan");
}

bool Model::reads_as_infinity(std::uint64_t magnitude) const {
  if (!format_.infinities) return false;
  if (format_.nan == NanCodes::ieee) return magnitude == top_field_ << format_.mantissa_bits;
  return magnitude == (reads_as_nan(false, all_ones_) ? all_ones_ - 1 : all_ones_);
}

void Model::find_maximum() {
  maximum_code_ = format_.nan == NanCodes::ieee ? (top_field_ << format_.mantissa_bits) - 1 : all_ones_;
  while (reads_as_nan(false, maximum_code_) || reads_as_infinity(maximum_code_)) --maximum_code_;
  maximum_ = by_fields(maximum_code_);
}

Real Model::decode(std::uint64_t code) const {
  const std::uint64_t magnitude = code & all_ones_;
  const bool negative = format_.is_signed && (code & (all_ones_ + 1)) != 0;
  if (reads_as_nan(negative, magnitude)) return nan();
  if (reads_as_infinity(magnitude)) return {Kind::infinite, negative, {}};
  mpq_class size = by_fields(magnitude);
  const Subnormals s = format_.subnormals;
  if ((s == Subnormals::flush || s == Subnormals::flush_nearest) && size < smallest_binade_) size = 0;
  return number(negative && (size != 0 || format_.negative_zero), size);
}

/// All finite magnitudes; under `flush` a result is first rounded among the subnormals, which so take part.
void Model::fill_table() {
  for (std::uint64_t code = 0; code <= maximum_code_; ++code) {
    const mpq_class size = format_.subnormals == Subnormals::flush ? by_fields(code) : decode(code).size;
    if (code == 0 || size != 0) table_.emplace_back(size, code);
  }
  std::sort(table_.begin(), table_.end());
}

std::vector<mpq_class> Model::magnitudes() const {
  std::vector<mpq_class> result;
  for (const auto& [size, code] : table_) result.push_back(size);
  return result;
}

// ---- neighbours ----------------------------------------------------------------------------------

Place Model::locate_magnitude(const mpq_class& size) const {
  if (size < smallest_) return between(0, smallest_, size, false);
  if (table_.empty()) return locate_by_division(size);
  return size < maximum_ ? locate_in_table(size) : locate_beyond(size);
}

Place Model::locate_in_table(const mpq_class& size) const {
  const auto above = std::upper_bound(table_.begin(), table_.end(), size,
                                      [](const mpq_class& x, const auto& entry) { return x < entry.first; });
  const auto below = std::prev(above);
  return between(below->first, above->first, size, below->second % 2 == 1);
}

/// The codes above the maximum continue with an exponent field of any width.
Place Model::locate_beyond(const mpq_class& size) const {
  std::uint64_t low = maximum_code_, high = low + 1;
  while (by_fields(high) <= size) high *= 2;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (by_fields(middle) <= size ? low : high) = middle;
  }
  return between(by_fields(low), by_fields(high), size, low % 2 == 1);
}

/// Wide formats: multiples of the unit in the last place, whose exponent is floored at e_min.
Place Model::locate_by_division(const mpq_class& size) const {
  return size >= smallest_binade_ ? locate_unbounded(size) : [&] {
    const mpq_class unit = smallest_binade_ * power_of_two(-format_.mantissa_bits);
    const mpz_class n = whole_part(size / unit);
    return between(n * unit, (n + 1) * unit, size, is_odd(n));
  }();
}

/// Codes of neighbouring binades differ by 2^M: the last significand bit decides, or for M = 0 the field.
Place Model::locate_unbounded(const mpq_class& size) const {
  const int m = format_.mantissa_bits;
  const long e = floor_log2(size);
  const mpq_class unit = power_of_two(e - m);
  const mpz_class n = whole_part(size / unit);
  return between(n * unit, (n + 1) * unit, size, m > 0 ? is_odd(n) : (e + format_.bias) % 2 != 0);
}

Point Model::locate(const Real& x) const {
  Point point;
  point.x = x;
  point.p3109 = format_.semantics == Semantics::p3109;
  point.nan_operand = x.kind == Kind::nan;
  if (!x.is_number() || x.size == 0) return point;
  point.place = locate_magnitude(x.size);
  if (x.size < smallest_binade_) point.unbounded = locate_unbounded(x.size);
  return point;
}

Point Model::locate(Operation operation, bool toward_negative, double x, double y, double z,
                    Semantics operands) const {
  return locate(operation, toward_negative, std::array{x, y, z}, operands);
}

Point Model::locate(Operation operation, bool toward_negative, std::span<const double> x,
                    Semantics operands) const {
  std::vector<Real> reals;
  for (const double each : x) reals.push_back(real_of(each));
  const bool p3109 = operands == Semantics::p3109 || format_.semantics == Semantics::p3109;
  Point point = locate(exact_result(operation, {toward_negative, p3109}, reals));
  const auto any = [&](Kind kind) {
    return std::any_of(reals.begin(), reals.end(), [&](const Real& r) { return r.kind == kind; });
  };
  point.operation = true;
  point.p3109 = p3109;
  point.nan_operand = any(Kind::nan);
  point.infinite_operand = any(Kind::infinite);
  point.zero_times_infinity = has_zero_times_infinity(operation, reals);
  return point;
}

}  // namespace exmy::oracle
