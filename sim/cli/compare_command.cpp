#include <algorithm>
#include <iostream>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/compare/render.hpp"
#include "sim/tools/columns.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

CompareOptions options_of(const CompareArguments& a) {
  CompareOptions options;
  for (const std::string& name : a.metrics) {
    Metric metric = metric_named(name);
    const auto same = [&](const Metric& m) { return m.name == metric.name; };
    if (std::none_of(options.metrics.begin(), options.metrics.end(), same))
      options.metrics.push_back(std::move(metric));
  }
  if (!a.sort.empty()) options.sort = metric_named(a.sort);
  options.baseline = a.baseline;
  options.confidence = number_named(a.confidence).nearest;
  if (!(options.confidence > 0 && options.confidence < 1))
    throw UsageError("--confidence is " + in_quotes(a.confidence) + ", must be between 0 and 1, as 0.95");
  if (a.top && *a.top < 1) throw UsageError("--top is " + std::to_string(*a.top) + ", must be at least 1");
  if (a.top) options.top = static_cast<std::size_t>(*a.top);
  if (int{a.csv} + int{a.latex} + int{a.json} > 1) throw UsageError("only one of --csv, --latex and --json");
  return options;
}

/// A baseline that is a directory takes part even if it is in none of the others.
std::vector<std::filesystem::path> directories_of(const CompareArguments& a) {
  std::vector<std::filesystem::path> all = a.directories;
  std::error_code ignored;
  if (!a.baseline.empty() && std::filesystem::is_directory(a.baseline, ignored)) all.emplace_back(a.baseline);
  return all;
}

std::string answer_of(const CompareArguments& a, const Comparison& c, const FoundRuns& found) {
  if (a.csv) return comparison_csv(c);
  if (a.latex) return comparison_latex(c);
  if (a.json) return pretty_text(comparison_json(c, found.incomplete));
  return comparison_text(c, output_width());
}

}  // namespace

int compare_command(const CompareArguments& a) {
  const CompareOptions options = options_of(a);
  const FoundRuns found = find_runs(directories_of(a));
  if (!found.incomplete.empty()) std::cerr << "not compared, " << incomplete_text(found.incomplete) << "\n";
  if (found.complete.empty()) throw UsageError("nothing to compare: no run is complete");
  const Comparison comparison = compare(read_runs(found.complete, options.all_metrics()), options);
  std::cout << answer_of(a, comparison, found);
  return 0;
}

}  // namespace exmy
