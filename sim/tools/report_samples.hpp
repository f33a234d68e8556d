#pragma once
// The data of a finished run, as far as its report remembers them: histograms of exponents.

#include <filesystem>
#include <string>
#include <vector>

#include "sim/tools/sample.hpp"

namespace exmy {

struct NamedSample {
  std::string name;  ///< layer/op/pass/role
  Sample sample;
};

/// The values before rounding at each place of report.json (or of the directory that holds it) whose name matches
/// the glob and that has a histogram with a value; an approximation, Sample::of_histogram. ConfigError or
/// UsageError for a file that is no such report, or has no such place.
std::vector<NamedSample> samples_of_report(const std::filesystem::path& path, const std::string& glob);

}  // namespace exmy
