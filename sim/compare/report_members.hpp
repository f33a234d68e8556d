#pragma once
// Parts of a report, without reading the rest: most of a report is counters and histograms.

#include <set>
#include <string>
#include <string_view>

#include "sim/base/json.hpp"

namespace exmy {

/// The members of the JSON object `text` with these names, as one object; CorruptFile, naming `file`, if the
/// text is no object or one of them is no JSON. Of the others only quotes and brackets are looked at, so that
/// an end that is missing is noticed.
Json members_of(std::string_view text, const std::set<std::string>& names, const std::string& file);

}  // namespace exmy
