#include "tests/support/rational_operations.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace exmy::oracle {
namespace {

using Kind = Real::Kind;

Real nan() { return {Kind::nan, false, {}}; }
Real infinity(bool negative) { return {Kind::infinite, negative, {}}; }
Real zero(bool negative) { return {Kind::number, negative, {}}; }
bool is_nan(const Real& x) { return x.kind == Kind::nan; }
bool is_infinite(const Real& x) { return x.kind == Kind::infinite; }

mpq_class signed_value(const Real& x) { return x.negative ? mpq_class(-x.size) : x.size; }

Real with_sign(Real x, bool negative) {
  x.negative = negative;
  return x;
}

Real negated(const Real& x) { return is_nan(x) ? x : with_sign(x, !x.negative); }

// ---- arithmetic ----------------------------------------------------------------------------------

Real sum(std::span<const Real> terms, bool toward_negative) {
  if (std::any_of(terms.begin(), terms.end(), is_nan)) return nan();
  const auto infinite = [&](bool negative) {
    return std::any_of(terms.begin(), terms.end(),
                       [&](const Real& x) { return is_infinite(x) && x.negative == negative; });
  };
  if (infinite(true) && infinite(false)) return nan();
  if (infinite(true) || infinite(false)) return infinity(infinite(true));
  mpq_class total;
  for (const Real& x : terms) total += signed_value(x);
  if (total != 0) return {Kind::number, total < 0, abs(total)};
  const auto all_zeros = [&](bool negative) {
    return std::all_of(terms.begin(), terms.end(),
                       [&](const Real& x) { return x.is_zero() && x.negative == negative; });
  };
  if (all_zeros(true) || all_zeros(false)) return zero(all_zeros(true));
  return zero(toward_negative);
}

Real product(const Real& x, const Real& y) {
  if (is_nan(x) || is_nan(y)) return nan();
  const bool negative = x.negative != y.negative;
  if (is_infinite(x) || is_infinite(y)) return x.is_zero() || y.is_zero() ? nan() : infinity(negative);
  return {Kind::number, negative, x.size * y.size};
}

Real quotient(const Real& x, const Real& y, bool p3109) {
  if (is_nan(x) || is_nan(y)) return nan();
  const bool negative = x.negative != y.negative;
  if (y.is_zero()) return p3109 || x.is_zero() ? nan() : infinity(negative);
  if (is_infinite(x)) return is_infinite(y) ? nan() : infinity(negative);
  if (is_infinite(y)) return zero(negative);
  return {Kind::number, negative, x.size / y.size};
}

/// sqrt(size) 2^k lies between two neighbouring integers r and r + 1, k large: r + 1/2 stands for it.
Real root(const Real& x) {
  if (is_nan(x) || x.is_zero()) return x;
  if (x.negative) return nan();
  if (is_infinite(x)) return x;
  const long k = 200 - floor_log2(x.size) / 2;
  const mpq_class scaled = x.size * power_of_two(2 * k);
  const mpz_class r = ::sqrt(whole_part(scaled));
  mpq_class value(r);
  if (mpq_class(r * r) != scaled) value += mpq_class(1, 2);
  return {Kind::number, false, value * power_of_two(-k)};
}

Real hypotenuse(const Real& x, const Real& y, bool p3109) {
  if (p3109 && (is_nan(x) || is_nan(y))) return nan();
  if (is_infinite(x) || is_infinite(y)) return infinity(false);
  const std::array squares{product(x, x), product(y, y)};
  return root(sum(squares, false));
}

// ---- choices -------------------------------------------------------------------------------------

/// x < y for operands that are not NaN; -0 < +0.
bool is_less(const Real& x, const Real& y) {
  if (is_infinite(x) && is_infinite(y)) return x.negative && !y.negative;
  if (is_infinite(x)) return x.negative;
  if (is_infinite(y)) return !y.negative;
  if (x.is_zero() && y.is_zero()) return x.negative && !y.negative;
  return signed_value(x) < signed_value(y);
}

Real minimum(const Real& x, const Real& y) {
  if (is_nan(x) || is_nan(y)) return nan();
  return is_less(x, y) ? x : y;
}

Real maximum(const Real& x, const Real& y) {
  if (is_nan(x) || is_nan(y)) return nan();
  return is_less(x, y) ? y : x;
}

Real minimum_magnitude(const Real& x, const Real& y) {
  if (is_nan(x) || is_nan(y)) return nan();
  if (is_less(with_sign(x, false), with_sign(y, false))) return x;
  if (is_less(with_sign(y, false), with_sign(x, false))) return y;
  return minimum(x, y);
}

Real maximum_magnitude(const Real& x, const Real& y) {
  if (is_nan(x) || is_nan(y)) return nan();
  if (is_less(with_sign(y, false), with_sign(x, false))) return x;
  if (is_less(with_sign(x, false), with_sign(y, false))) return y;
  return maximum(x, y);
}

using Choice = Real (*)(const Real&, const Real&);

Real number(Choice choose, const Real& x, const Real& y) {
  if (is_nan(x) && is_nan(y)) return nan();
  if (is_nan(x)) return y;
  if (is_nan(y)) return x;
  return choose(x, y);
}

/// P3109's cases: NaN gives way to anything, an infinity to a finite number.
Real finite(Choice choose, const Real& x, const Real& y) {
  if (is_nan(x)) return is_nan(y) ? nan() : y;
  if (is_nan(y)) return x;
  if (is_infinite(x) && is_infinite(y)) return choose(x, y);
  if (is_infinite(x)) return y;
  if (is_infinite(y)) return x;
  return choose(x, y);
}

Real clamped(const Real& x, const Real& lo, const Real& hi) {
  if (is_nan(x) || is_nan(lo) || is_nan(hi)) return nan();
  const bool zeros = lo.is_zero() && hi.is_zero();  // +0 is not above -0
  if (is_less(hi, lo) && !zeros) return nan();
  return minimum(maximum(x, lo), hi);
}

Real copied_sign(const Real& x, const Real& y, bool p3109) {
  if (is_nan(x)) return nan();
  if (!p3109) return with_sign(x, y.negative);  // NaN has sign +
  if (is_nan(y)) return nan();
  return with_sign(x, y.negative && !y.is_zero());
}

/// In the order of the enumeration.
constexpr std::array<std::string_view, 27> names{"convert",
                                                 "add",
                                                 "sub",
                                                 "mul",
                                                 "div",
                                                 "fma",
                                                 "faa",
                                                 "sqrt",
                                                 "recip",
                                                 "hypot",
                                                 "add_scaled",
                                                 "sub_scaled",
                                                 "mul_scaled",
                                                 "negate",
                                                 "abs",
                                                 "copy_sign",
                                                 "minimum",
                                                 "maximum",
                                                 "minimum_number",
                                                 "maximum_number",
                                                 "minimum_finite",
                                                 "maximum_finite",
                                                 "minimum_magnitude",
                                                 "maximum_magnitude",
                                                 "minimum_magnitude_number",
                                                 "maximum_magnitude_number",
                                                 "clamp"};

}  // namespace

std::optional<Operation> operation_named(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Operation>(found - names.begin());
}

Real exact_result(Operation operation, const Rules& rules, std::span<const Real> x) {
  const auto total = [&](const Real& a, const Real& b) {
    return sum(std::array{a, b}, rules.toward_negative);
  };
  switch (operation) {
    case Operation::convert: return x[0];
    case Operation::add: return total(x[0], x[1]);
    case Operation::sub: return total(x[0], negated(x[1]));
    case Operation::mul: return product(x[0], x[1]);
    case Operation::div: return quotient(x[0], x[1], rules.p3109);
    case Operation::fma: return total(product(x[0], x[1]), x[2]);
    case Operation::faa: return sum(x.first(3), rules.toward_negative);
    case Operation::sqrt: return root(x[0]);
    case Operation::recip: return quotient({Kind::number, false, 1}, x[0], rules.p3109);
    case Operation::hypot: return hypotenuse(x[0], x[1], rules.p3109);
    case Operation::add_scaled: return total(product(x[0], x[1]), product(x[2], x[3]));
    case Operation::sub_scaled: return total(product(x[0], x[1]), negated(product(x[2], x[3])));
    case Operation::mul_scaled: return product(product(x[0], x[1]), product(x[2], x[3]));
    case Operation::negate: return negated(x[0]);
    case Operation::abs: return with_sign(x[0], false);
    case Operation::copy_sign: return copied_sign(x[0], x[1], rules.p3109);
    case Operation::minimum: return minimum(x[0], x[1]);
    case Operation::maximum: return maximum(x[0], x[1]);
    case Operation::minimum_number: return number(minimum, x[0], x[1]);
    case Operation::maximum_number: return number(maximum, x[0], x[1]);
    case Operation::minimum_finite: return finite(minimum, x[0], x[1]);
    case Operation::maximum_finite: return finite(maximum, x[0], x[1]);
    case Operation::minimum_magnitude: return minimum_magnitude(x[0], x[1]);
    case Operation::maximum_magnitude: return maximum_magnitude(x[0], x[1]);
    case Operation::minimum_magnitude_number: return number(minimum_magnitude, x[0], x[1]);
    case Operation::maximum_magnitude_number: return number(maximum_magnitude, x[0], x[1]);
    case Operation::clamp: return clamped(x[0], x[1], x[2]);
  }
  throw std::logic_error("operation");
}

Real exact_result(Operation operation, bool toward_negative, bool p3109, const Real& x, const Real& y,
                  const Real& z) {
  return exact_result(operation, {toward_negative, p3109}, std::array{x, y, z});
}

bool has_zero_times_infinity(Operation operation, std::span<const Real> x) {
  const auto undefined = [](const Real& a, const Real& b) {
    return (a.is_zero() && is_infinite(b)) || (is_infinite(a) && b.is_zero());
  };
  const bool scaled = operation == Operation::add_scaled || operation == Operation::sub_scaled ||
                      operation == Operation::mul_scaled;
  if (scaled) return undefined(x[0], x[1]) || undefined(x[2], x[3]);
  return operation == Operation::fma && undefined(x[0], x[1]);
}

}  // namespace exmy::oracle
