#include "sim/arith/names.hpp"

#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/config/names.hpp"

namespace exmy::arith {
namespace {

/// A mode by the word of a configuration (`own`) or the standard's (`rows`).
template <class Own, class Rows>
auto mode_named(std::string_view what, const std::string& name, const Own& own, const Rows& rows) {
  for (const auto& row : own)
    if (row.name == name) return row.value;
  std::vector<std::string> known = names_of(own);
  for (const auto& row : rows) {
    if (row.p3109 == name) return row.value;
    known.emplace_back(row.p3109);
  }
  unknown(what, name, known);
}

}  // namespace

void unknown(std::string_view what, const std::string& name, const std::vector<std::string>& known) {
  throw UsageError("unknown " + std::string(what) + " " + in_quotes(name) + " " + did_you_mean(name, known));
}

Format format_named(const std::string& name) {
  try {
    return format_of(name);
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    if (text.starts_with("unknown")) unknown("format", name, known_format_names());
    throw UsageError(text);
  }
}

Rounding rounding_named(const std::string& name) {
  return mode_named("rounding", name, rounding_names, rounding_modes);
}

Saturation saturation_named(const std::string& name) {
  return mode_named("saturation", name, saturation_names, saturation_modes);
}

const Operation& operation_named(const std::string& name) {
  if (const Operation* found = find_operation(name); found != nullptr && !name.empty()) return *found;
  std::vector<std::string> known;
  for (const Operation& o : operations()) known.emplace_back(o.name);
  for (const Operation& o : operations())
    if (!o.p3109.empty()) known.emplace_back(o.p3109);
  unknown("operation", name, known);
}

Rounding testfloat_rounding(const std::string& name) {
  std::vector<std::string> known;
  for (const RoundingName& row : rounding_modes) {
    if (row.testfloat.empty()) continue;
    if (row.testfloat == name) return row.value;
    known.push_back("-r" + std::string(row.testfloat));
  }
  unknown("option", "-r" + name, known);
}

}  // namespace exmy::arith
