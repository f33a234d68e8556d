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

struct ProfileOptions {
  ProfileRows rows;
  ProfileOrder order;
  std::size_t top;
};

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

ProfileOptions options_of(const ProfileArguments& a) {
  const auto rows = value_named<ProfileRows>(
      "--by", a.by,
      {{"operation", ProfileRows::operation}, {"layer", ProfileRows::layer}, {"op", ProfileRows::op}});
  const auto order = value_named<ProfileOrder>("--sort", a.sort,
                                               {{"time", ProfileOrder::time},
                                                {"roundings", ProfileOrder::emulated_ops},
                                                {"multiply-adds", ProfileOrder::macs}});
  const int top = a.top.value_or(a.json ? std::numeric_limits<int>::max() : 20);
  if (top < 1) throw UsageError("--top is " + std::to_string(top) + ", must be at least 1");
  return {rows, order, static_cast<std::size_t>(top)};
}

std::string answer_of(const RunProfile& profile, const ProfileOptions& options, bool json, bool explain) {
  if (json) return compact_text(json_of(profile, options.top)) + "\n";
  const std::size_t width = output_width();
  const std::string table = text_of(profile, options.top, width);
  return explain ? table + "\n" + kernels_text_of(profile, options.top, width) : table;
}

}  // namespace

int profile_command(const ProfileArguments& a) {
  const ProfileOptions options = options_of(a);
  const FoundRuns found = find_runs(a.directories);
  if (!found.incomplete.empty()) std::cerr << "not shown, " << incomplete_text(found.incomplete) << "\n";
  if (found.complete.empty()) throw UsageError("nothing to show: no run is complete");
  int code = 0;
  bool first = true;
  for (const RunPlace& place : found.complete) try {
      const RunProfile profile = read_profile(place.directory, options.rows, options.order);
      std::cout << (first || a.json ? "" : "\n") << answer_of(profile, options, a.json, a.explain);
      first = false;
    } catch (const CorruptFile& error) {  // that of an older program, beside others
      std::cerr << error.what() << "\n";
      code = error.exit_code();
    }
  return code;
}

}  // namespace exmy
