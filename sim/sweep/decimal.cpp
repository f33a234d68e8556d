#include "sim/sweep/decimal.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace exmy {
namespace {

__extension__ typedef __int128 Int128;

constexpr std::int64_t one_more_digit = 1'000'000'000'000'000'000;  // 10^18

Decimal without_zeros(Decimal x) {
  if (x.digits == 0) return {};
  for (; x.digits % 10 == 0; x.digits /= 10) ++x.exponent;
  return x;
}

/// At most 18 digits; of two equally near ones the even one.
Decimal shortened(Int128 digits, int exponent) {
  Int128 unit = 1;
  for (; digits / unit >= one_more_digit || digits / unit <= -one_more_digit; unit *= 10) ++exponent;
  Int128 quotient = digits / unit;
  const Int128 rest = 2 * (digits < 0 ? unit * quotient - digits : digits - unit * quotient);
  if (rest > unit || (rest == unit && quotient % 2 != 0)) quotient += digits < 0 ? -1 : 1;
  return without_zeros({static_cast<std::int64_t>(quotient), exponent});
}

}  // namespace

Decimal decimal_of(double x) {
  std::array<char, 40> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  Decimal result;
  const std::size_t sign = text[e + 1] == '+' ? 1 : 0;  // from_chars takes no plus
  std::from_chars(text.data() + e + 1 + sign, end, result.exponent);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    result.exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), result.digits);
  return without_zeros(result);
}

std::optional<double> to_double(const Decimal& x) {
  const std::string text = std::to_string(x.digits) + 'e' + std::to_string(x.exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<Decimal> with_exponent(const Decimal& x, int e) {
  if (x.digits == 0) return Decimal{0, e};
  Decimal result = x;
  for (; result.exponent > e; --result.exponent)
    if (__builtin_mul_overflow(result.digits, 10, &result.digits)) return std::nullopt;
  if (result.exponent < e) return std::nullopt;
  return result;
}

Decimal multiplied(const Decimal& a, const Decimal& b) {
  const Decimal x = shortened(a.digits, a.exponent), y = shortened(b.digits, b.exponent);
  return shortened(static_cast<Int128>(x.digits) * y.digits, x.exponent + y.exponent);
}

}  // namespace exmy
