#include "sim/base/json_text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace exmy {
namespace {

std::string scalar_text(const Json& value) {
  const Json safe = value.is_number_float() ? json_number(value.get<double>()) : value;
  return safe.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool fits_one_line(const Json& value) {
  return value.is_array() && std::none_of(value.begin(), value.end(),
                                          [](const Json& element) { return element.is_structured(); });
}

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  std::string text;

  void write(const Json& value) {
    if (!value.is_structured()) {
      text += scalar_text(value);
    } else if (value.empty()) {
      text += value.is_object() ? "{}" : "[]";
    } else {
      write_structured(value);
    }
  }

 private:
  void write_structured(const Json& value) {
    const bool one_line = fits_one_line(value);
    text += value.is_object() ? '{' : '[';
    ++level_;
    for (auto element = value.begin(); element != value.end(); ++element) {
      if (element != value.begin()) text += pretty_ && one_line ? ", " : ",";
      if (!one_line) start_line();
      if (value.is_object()) text += scalar_text(element.key()) + (pretty_ ? ": " : ":");
      write(*element);
    }
    --level_;
    if (!one_line) start_line();
    text += value.is_object() ? '}' : ']';
  }

  void start_line() {
    if (pretty_) text += '\n' + std::string(level_ * 2, ' ');
  }

  bool pretty_;
  std::size_t level_ = 0;
};

std::string hex_digits(std::uint64_t fraction) {  // 52 bits, without trailing zeros
  std::string digits;
  for (; fraction != 0; fraction = (fraction << 4) & ((std::uint64_t{1} << 52) - 1)) {
    digits += "0123456789abcdef"[fraction >> 48];
  }
  return digits.empty() ? "" : '.' + digits;
}

}  // namespace

Json json_number(double x) {
  if (std::isnan(x)) return "NaN";
  if (std::isinf(x)) return x < 0 ? "-Infinity" : "Infinity";
  return x;
}

std::optional<double> number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::string hex_float(double x) {
  if (!std::isfinite(x)) return json_number(x).get<std::string>();
  const std::string sign = std::signbit(x) ? "-" : "";
  if (x == 0) return sign + "0x0p+0";
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  if (exponent == -1023) {  // subnormal: move its first bit to the place of the hidden one
    const int shift = std::countl_zero(fraction) - 11;
    fraction = (fraction << shift) & ((std::uint64_t{1} << 52) - 1);
    exponent = -1022 - shift;
  }
  return sign + "0x1" + hex_digits(fraction) + 'p' + (exponent < 0 ? "" : "+") + std::to_string(exponent);
}

void add_number(Json& object, const std::string& key, double x) {
  object[key] = json_number(x);
  object[key + "_hex"] = hex_float(x);
}

std::string compact_text(const Json& value) {
  Writer writer(false);
  writer.write(value);
  return writer.text;
}

std::string pretty_text(const Json& value) {
  Writer writer(true);
  writer.write(value);
  return writer.text + '\n';
}

}  // namespace exmy
