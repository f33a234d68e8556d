#pragma once
// Words of a command line that stand for formats and modes; a wrong one is a UsageError with a suggestion.

#include <string>

#include "formats/format.hpp"
#include "formats/rounding.hpp"

namespace exmy {

/// The format of that name (format_of), or a UsageError that says why there is none.
Format format_named(const std::string& name);

/// A word of rounding_names, of saturation_names.
Rounding rounding_named(const std::string& word);
Saturation saturation_named(const std::string& word);

}  // namespace exmy
