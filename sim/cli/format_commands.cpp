#include <cstdio>
#include <iostream>

#include "formats/catalog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/tools/columns.hpp"
#include "sim/tools/format_comparison.hpp"
#include "sim/tools/format_drawing.hpp"
#include "sim/tools/names.hpp"
#include "sim/tools/number_line.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

std::vector<ComparedFormat> all_named(const std::vector<std::string>& names) {
  std::vector<ComparedFormat> formats;
  for (const std::string& name : names) formats.push_back({name, format_named(name)});
  return formats;
}

void print_facts(const Json& facts) {
  for (const auto& [key, value] : facts.items()) {
    if (key.ends_with("_hex")) continue;
    std::string text = value.is_string()         ? value.get<std::string>()
                       : value.is_number_float() ? value_text(value)
                                                 : value.dump();
    if (facts.contains(key + "_hex")) text += "  (" + facts[key + "_hex"].get<std::string>() + ")";
    std::printf("  %-20s %s\n", key.c_str(), text.c_str());
  }
}

void check_picture(const std::filesystem::path& picture) {
  if (!picture.empty() && picture.extension() != ".svg")
    throw UsageError("--plot writes SVG, so its file ends in .svg, not " + in_quotes(picture.string()));
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

int format_show_command(const std::vector<std::string>& names, const std::filesystem::path& picture,
                        bool json) {
  check_picture(picture);
  const std::vector<ComparedFormat> formats = all_named(names);
  if (!picture.empty()) write_atomically(picture, number_line_svg(formats));
  Json all = Json::array();
  for (const ComparedFormat& f : formats) all.push_back(derived_facts(f.name, f.format));
  if (json) {
    std::cout << pretty_text(all.size() == 1 ? all[0] : all);
    return 0;
  }
  for (std::size_t i = 0; i < formats.size(); ++i) {
    std::printf("%s\n%s", formats[i].name.c_str(), bit_fields(formats[i].format, output_width()).c_str());
    print_facts(all[i]);
  }
  return 0;
}

int format_compare_command(const std::vector<std::string>& names, bool json) {
  const std::vector<ComparedFormat> formats = all_named(names);
  if (json)
    std::cout << pretty_text(comparison_json(formats));
  else
    std::cout << text_of(comparison_table(formats), output_width());
  return 0;
}

int format_table_command(const std::string& name, TableStyle style) {
  std::cout << format_table(name, format_named(name), style);
  return 0;
}

}  // namespace exmy
