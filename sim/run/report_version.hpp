#pragma once
// Which reports this program reads.

#include <string>

#include "sim/base/json.hpp"

namespace exmy {

inline constexpr int report_schema_version = 1;

/// CorruptFile, naming `file`, for a report of another schema_version, or without one.
void check_report_version(const Json& report, const std::string& file);

}  // namespace exmy
