#pragma once
// Names of formats: the catalogue, the eXmY suffix grammar of MLIR and ml_dtypes, P3109 names.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.hpp"

namespace exmy {

struct NamedFormat {
  std::string_view name;
  Format format;
  std::string_view aliases;   ///< blank-separated
  std::string_view standard;  ///< where it is defined
};

/// The formats with names of their own, in order of width.
std::span<const NamedFormat> catalog();

/// What a name means. Throws std::invalid_argument that says why not: an unknown name, or parameters
/// out of range (P3109 names whose values are not binary64 values, for instance).
Format format_of(std::string_view name);

/// The shortest name that `format_of` reads back to this format; empty if it has none.
std::string name_of(const Format& format);

/// Every name and alias of the catalogue, for suggestions.
std::vector<std::string> known_format_names();

}  // namespace exmy
