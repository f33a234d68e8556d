#include "sim/tools/names.hpp"

#include <stdexcept>

#include "formats/catalog.hpp"
#include "sim/base/error.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/config/names.hpp"

namespace exmy {
namespace {

template <class Table>
auto named(const Table& table, const std::string& word, const std::string& what) {
  for (const auto& row : table)
    if (row.name == word) return row.value;
  throw UsageError("unknown " + what + " " + in_quotes(word) + " " + did_you_mean(word, names_of(table)));
}

}  // namespace

Format format_named(const std::string& name) {
  try {
    return format_of(name);
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    throw UsageError(text.starts_with("unknown") ? text + " " + did_you_mean(name, known_format_names())
                                                 : text);
  }
}

Rounding rounding_named(const std::string& word) { return named(rounding_names, word, "rounding"); }

Saturation saturation_named(const std::string& word) { return named(saturation_names, word, "saturation"); }

}  // namespace exmy
