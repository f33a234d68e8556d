#include <iostream>
#include <limits>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/compare/run_profile.hpp"
#include "sim/compare/runs.hpp"
#include "sim/tools/columns.hpp"

namespace exmy {
namespace {

template <class Value>
Value value_named(const std::string& option, const std::string& word,
                  const std::vector<std::pair<std::string, Value>>& known) {
  std::string words;
  for (const auto& [name, value] : known) {
    if (name == word) return value;
    words += (words.empty() ? "" : ", ") + name;
  }
  throw UsageError(option + " is " + in_quotes(word) + ", known: " + words);
}

}  // namespace

int profile_command(const ProfileArguments& a) {
  const auto rows = value_named<ProfileRows>(
      "--by", a.by,
      {{"operation", ProfileRows::operation}, {"layer", ProfileRows::layer}, {"op", ProfileRows::op}});
  const auto order = value_named<ProfileOrder>("--sort", a.sort,
                                               {{"time", ProfileOrder::time},
                                                {"roundings", ProfileOrder::emulated_ops},
                                                {"multiply-adds", ProfileOrder::macs}});
  const int top_rows = a.top.value_or(a.json ? std::numeric_limits<int>::max() : 20);
  if (top_rows < 1) throw UsageError("--top is " + std::to_string(top_rows) + ", must be at least 1");
  const auto top = static_cast<std::size_t>(top_rows);
  const FoundRuns found = find_runs(a.directories);
  if (found.complete.empty()) throw UsageError("no run is complete");
  bool first = true;
  for (const RunPlace& place : found.complete) {
    const RunProfile profile = read_profile(place.directory, rows, order);
    if (a.json)
      std::cout << compact_text(json_of(profile, top)) << "\n";
    else
      std::cout << (first ? "" : "\n") << text_of(profile, top, output_width());
    first = false;
  }
  return 0;
}

}  // namespace exmy
