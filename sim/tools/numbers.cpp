#include "sim/tools/numbers.hpp"

#include <array>
#include <cfenv>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/functions/function.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

std::string formatted(const char* format, int digits, double x) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, digits, x);
  return text.data();
}

/// strtold in one direction; glibc's is correct in each.
long double read_in(int direction, const char* text) {
  const int before = std::fegetround();
  std::fesetround(direction);
  const long double x = std::strtold(text, nullptr);
  std::fesetround(before);
  return x < 0 ? -x : x;
}

/// Digits, points, exponents: strtod alone would also take blanks and NaN's payloads.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view allowed = hex ? "0123456789abcdefABCDEFxXpP+-." : "0123456789eE+-.";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// What the text says, cut to 64 bits, and whether there is more.
Exact exact_named(const char* text, bool negative) {
  const long double inner = read_in(FE_TOWARDZERO, text);
  const long double outer = read_in(negative ? FE_DOWNWARD : FE_UPWARD, text);
  if (outer == 0) return Exact::zero(negative);
  if (inner == 0) return Exact::scaled(negative, 1, -20000, true);  // far below every format
  int exponent = 0;
  const long double fraction = std::ldexp(std::frexp(inner, &exponent), 64);
  const auto significand = static_cast<std::uint64_t>(fraction);
  const bool more = inner != outer || static_cast<long double>(significand) != fraction;
  return Exact::scaled(negative, significand, exponent - 64, more);
}

double special_named(std::string_view word) {
  std::string text;
  for (const char c : word) text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.erase(0, 1);
  if (text == "nan") return nan64;
  if (text == "inf" || text == "infinity") return with_sign(infinity64, negative);
  throw UsageError(in_quotes(word) + " is no number (known: decimal, hexadecimal as 0x1.8p-3, inf, nan)");
}

double applied(functions::Function f, double x) { return functions::apply(f, {format_of("fp64")}, x).value; }

}  // namespace

std::string value_text(double x) {
  if (!is_finite(x)) return json_number(x).get<std::string>();
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), x).ptr};
}

std::string brief(double x, int digits) {
  return is_finite(x) ? formatted("%.*g", digits, x) : value_text(x);
}

std::string fixed(double x, int digits) {
  return is_finite(x) ? formatted("%.*f", digits, x) : value_text(x);
}

std::string code_text(const Format& f, std::uint64_t code) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 4 * ((f.bits() + 3) / 4 - 1); shift >= 0; shift -= 4) text += digits[(code >> shift) & 15];
  return text;
}

std::string class_of(const Format& f, double x) {
  if (is_nan(x)) return "nan";
  const std::string sign = is_negative(x) ? "-" : "+";
  if (is_infinite(x)) return sign + "infinity";
  if (x == 0) return sign + "zero";
  return sign + (magnitude(x) < pow2(f.e_min()) ? "subnormal" : "normal");
}

Number number_named(const std::string& word) {
  if (!is_plain_number(word)) {
    const double x = special_named(word);
    return {x, Exact::of(x)};
  }
  char* end = nullptr;
  const double x = std::strtod(word.c_str(), &end);
  if (end == word.c_str() || *end != '\0') return {special_named(word), {}};  // throws
  return {x, exact_named(word.c_str(), word.starts_with('-'))};
}

double decibels(double ratio) { return 10 * applied(functions::Function::log10, ratio); }

double log2_of(double x) { return applied(functions::Function::log2, x); }

}  // namespace exmy
