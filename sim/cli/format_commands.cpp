#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/suggest.hpp"
#include "sim/cli/commands.hpp"
#include "sim/run/report.hpp"

namespace exmy {
namespace {

Format named(const std::string& name) {
  try {
    return format_of(name);
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    throw UsageError(text.starts_with("unknown") ? text + " " + did_you_mean(name, known_format_names())
                                                 : text);
  }
}

std::string shortest(double x) {
  std::array<char, 64> text{};
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text.data(), text.size(), "%.*g", digits, x);
    if (std::strtod(text.data(), nullptr) == x) break;
  }
  return text.data();
}

/// At most six digits.
std::string brief(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", x);
  return text.data();
}

std::string class_of(const Format& f, double x) {
  if (is_nan(x)) return "nan";
  const std::string sign = is_negative(x) ? "-" : "+";
  if (is_infinite(x)) return sign + "infinity";
  if (x == 0) return sign + "zero";
  return sign + (magnitude(x) < pow2(f.e_min()) ? "subnormal" : "normal");
}

std::string code_text(const Format& f, std::uint64_t code) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 4 * ((f.bits() + 3) / 4 - 1); shift >= 0; shift -= 4) text += digits[(code >> shift) & 15];
  return text;
}

std::string value_text(double x) { return is_finite(x) ? shortest(x) : json_number(x).get<std::string>(); }

void print_facts(const Json& facts) {
  for (const auto& [key, value] : facts.items()) {
    if (key.ends_with("_hex")) continue;
    std::string text = value.is_string()         ? value.get<std::string>()
                       : value.is_number_float() ? shortest(value)
                                                 : value.dump();
    if (facts.contains(key + "_hex")) text += "  (" + facts[key + "_hex"].get<std::string>() + ")";
    std::printf("  %-20s %s\n", key.c_str(), text.c_str());
  }
}

}  // namespace

int format_list_command(bool json) {
  Json all = Json::array();
  for (const NamedFormat& row : catalog()) {
    const Format& f = row.format;
    all.push_back(
        {{"name", row.name}, {"bits", f.bits()}, {"aliases", row.aliases}, {"standard", row.standard}});
    if (!json)
      std::printf("%-12s %2d bits  max %-12s  min %-12s  %-34s %s\n", std::string(row.name).c_str(), f.bits(),
                  brief(f.max_finite()).c_str(), brief(f.min_positive()).c_str(),
                  std::string(row.standard).c_str(), std::string(row.aliases).c_str());
  }
  if (json)
    std::cout << pretty_text(all);
  else
    std::puts(
        "Also: eXmY[bN][fn|fnuz|fnu] (e4m2, e3m2b5, e4m0fn ...) and IEEE P3109 names (Binary8p4se ...).");
  return 0;
}

int format_show_command(const std::vector<std::string>& names, bool json) {
  Json all = Json::array();
  for (const std::string& name : names) all.push_back(format_facts(name, named(name)));
  if (json) {
    std::cout << pretty_text(all.size() == 1 ? all[0] : all);
    return 0;
  }
  for (const Json& facts : all) {
    std::printf("%s\n", facts["name"].get<std::string>().c_str());
    print_facts(facts);
  }
  return 0;
}

int format_table_command(const std::string& name, TableStyle style) {
  const Format f = named(name);
  if (f.bits() > 16)
    throw UsageError("format \"" + name + "\" has " + std::to_string(f.bits()) + " bits; tables go up to 16");
  Json rows = Json::array();
  if (style == TableStyle::csv) std::puts("code,class,value_hex,value");
  if (style == TableStyle::text) std::puts("code  class       value_hex             value");
  for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
    const double x = decode(f, code);
    const std::string digits = code_text(f, code);
    const std::string kind = class_of(f, x);
    if (style == TableStyle::json)
      rows.push_back(
          {{"code", digits}, {"class", kind}, {"value_hex", hex_float(x)}, {"value", json_number(x)}});
    else
      std::printf(style == TableStyle::csv ? "%s,%s,%s,%s\n" : "%-5s %-11s %-21s %s\n", digits.c_str(),
                  kind.c_str(), hex_float(x).c_str(), value_text(x).c_str());
  }
  if (style == TableStyle::json) std::cout << pretty_text(rows);
  return 0;
}

}  // namespace exmy
