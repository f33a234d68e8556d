#include "sim/compare/numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "formats/binary64.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

constexpr int least_fixed = -5;  ///< decimal exponents that are written without one
constexpr int most_fixed = 7;

std::string scientific(double x, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*e", std::max(decimals, 0), x);
  return text.data();
}

constexpr int all_decimals = 17;

/// The decimal exponent of the leading digit, once x is rounded to `decimals` + 1 digits.
int exponent_of(double x, int decimals = all_decimals) {
  const std::string text = scientific(x, decimals);
  return std::atoi(text.c_str() + text.find('e') + 1);
}

/// Rounded to the digit of weight 10^place, place > 0, without an exponent.
std::string whole(double x, int place) {
  return fixed(std::strtod(scientific(x, exponent_of(x) - place).c_str(), nullptr), 0);
}

}  // namespace

NumberText text_of(double x, const std::optional<double>& half_width) {
  constexpr int digits_alone = 4;
  constexpr int digits_exact = 6;
  if (!is_finite(x) || !half_width || !is_finite(*half_width)) return {brief(x, digits_alone), ""};
  if (*half_width == 0) return {brief(x, digits_exact), "0"};
  const int place = exponent_of(*half_width, 1) - 1;
  const int leading = exponent_of(std::max(std::abs(x), *half_width));
  if (leading < least_fixed || leading >= most_fixed) {
    const int own = x == 0 ? place : exponent_of(x);
    return {scientific(x, own - place), scientific(*half_width, 1)};
  }
  if (place > 0) return {whole(x, place), whole(*half_width, place)};
  return {fixed(x, -place), fixed(*half_width, -place)};
}

}  // namespace exmy
