#include "sim/tools/format_table.hpp"

#include <array>
#include <cstdio>

#include "formats/codec.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

std::string line(const char* format, const std::string& code, const std::string& kind, double x) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), format, code.c_str(), kind.c_str(), hex_float(x).c_str(),
                value_text(x).c_str());
  return text.data();
}

Json json_row(const std::string& code, const std::string& kind, double x) {
  return {{"code", code}, {"class", kind}, {"value_hex", hex_float(x)}, {"value", json_number(x)}};
}

}  // namespace

std::string format_table(const std::string& name, const Format& f, TableStyle style) {
  if (f.bits() > 16)
    throw UsageError("format " + in_quotes(name) + " has " + std::to_string(f.bits()) +
                     " bits; tables go up to 16");
  std::string text = style == TableStyle::csv    ? "code,class,value_hex,value\n"
                     : style == TableStyle::text ? "code  class       value_hex             value\n"
                                                 : "";
  Json rows = Json::array();
  for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
    const double x = decode(f, code);
    const std::string digits = code_text(f, code), kind = class_of(f, x);
    switch (style) {
      case TableStyle::text: text += line("%-5s %-11s %-21s %s\n", digits, kind, x); break;
      case TableStyle::csv: text += line("%s,%s,%s,%s\n", digits, kind, x); break;
      case TableStyle::json: rows.push_back(json_row(digits, kind, x)); break;
    }
  }
  return style == TableStyle::json ? pretty_text(rows) : text;
}

}  // namespace exmy
