#include "sim/compare/comparison.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include "formats/binary64.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

std::string names_of_runs(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names;
  for (const RunRecord& run : runs)
    if (std::find(names.begin(), names.end(), run.name) == names.end()) names.push_back(run.name);
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Rows in the order of their first runs.
std::vector<ComparedRow> rows_of(std::vector<RunRecord> runs) {
  std::vector<ComparedRow> rows;
  std::map<Keys, std::size_t> known;
  for (RunRecord& run : runs) {
    const auto [row, is_new] = known.try_emplace(run.keys, rows.size());
    if (is_new) rows.emplace_back();
    rows[row->second].runs.push_back(std::move(run));
  }
  for (ComparedRow& row : rows) {
    std::stable_sort(row.runs.begin(), row.runs.end(),
                     [](const RunRecord& a, const RunRecord& b) { return a.seed < b.seed; });
    row.name = names_of_runs(row.runs);
    row.diverged_count = static_cast<std::size_t>(
        std::count_if(row.runs.begin(), row.runs.end(), [](const RunRecord& r) { return r.diverged; }));
  }
  return rows;
}

bool are_of_one_sweep(const std::vector<ComparedRow>& rows) {
  const auto& first = rows.front().runs.front().place.sweep;
  return first && std::all_of(rows.begin(), rows.end(), [&](const ComparedRow& row) {
           return std::all_of(row.runs.begin(), row.runs.end(),
                              [&](const RunRecord& run) { return run.place.sweep == first; });
         });
}

Keys parameters_of(const ComparedRow& row) {
  Keys parameters;
  for (const auto& [name, value] : row.runs.front().place.parameters)
    if (name != "seed") parameters[name] = value;
  return parameters;
}

/// The columns that differ, parameters in the order of the sweep.
std::vector<std::string> differing_parameters(const std::vector<ComparedRow>& rows,
                                              const std::vector<const Keys*>& all) {
  const std::vector<std::string> differ = differing(all);
  std::vector<std::string> ordered;
  for (const ComparedRow& row : rows)
    for (const auto& [name, value] : row.runs.front().place.parameters)
      if (std::find(differ.begin(), differ.end(), name) != differ.end() &&
          std::find(ordered.begin(), ordered.end(), name) == ordered.end())
        ordered.push_back(name);
  return ordered;
}

void fill_columns(Comparison& c, const std::vector<const Keys*>& all) {
  for (std::size_t i = 0; i < c.rows.size(); ++i) {
    c.rows[i].values.clear();
    for (const std::string& column : c.columns) {
      const auto found = all[i]->find(column);
      c.rows[i].values.push_back(found == all[i]->end() ? Json() : found->second);
    }
  }
}

bool tells_rows_apart(const Comparison& c) {
  std::set<std::vector<Json>> values;
  for (const ComparedRow& row : c.rows) values.insert(row.values);
  return values.size() == c.rows.size();
}

void choose_columns(Comparison& c) {
  std::vector<Keys> parameters;
  std::vector<const Keys*> all;
  if (are_of_one_sweep(c.rows)) {
    for (const ComparedRow& row : c.rows) parameters.push_back(parameters_of(row));
    for (const Keys& keys : parameters) all.push_back(&keys);
    c.columns = differing_parameters(c.rows, all);
    fill_columns(c, all);
    if (tells_rows_apart(c)) return;
  }
  all.clear();
  for (const ComparedRow& row : c.rows) all.push_back(&row.runs.front().keys);
  c.columns = differing(all);
  fill_columns(c, all);
}

void summarise(Comparison& c) {
  for (ComparedRow& row : c.rows)
    for (std::size_t m = 0; m < c.metrics.size(); ++m) {
      std::vector<double> values;
      for (const RunRecord& run : row.runs)
        if (run.values[m] && (!run.diverged || c.metrics[m].is_of_diverged_runs()))
          values.push_back(*run.values[m]);
      row.summaries.push_back(summary_of(values, c.confidence));
    }
}

bool is_below(const fs::path& path, const fs::path& directory) {
  const auto [end, rest] = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end == directory.end();
}

/// Whether the words of `--baseline` mean this run.
bool is_meant(const RunRecord& run, const std::string& wanted, const std::optional<fs::path>& directory) {
  if (run.run_id == wanted || run.name == wanted) return true;
  std::error_code ignored;
  return directory &&
         is_below(fs::weakly_canonical(run.place.directory / "", ignored).parent_path(), *directory);
}

std::size_t baseline_named(const std::vector<ComparedRow>& rows, const std::string& wanted) {
  std::optional<fs::path> directory;
  std::error_code error;
  if (fs::is_directory(wanted, error))
    directory = fs::weakly_canonical(fs::path(wanted) / "", error).parent_path();
  std::vector<std::size_t> found;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bool meant = false;
    for (const RunRecord& run : rows[i].runs) {
      meant = meant || is_meant(run, wanted, directory);
      known.push_back(run.run_id);
    }
    if (meant) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  throw UsageError("--baseline " + in_quotes(wanted) +
                   (found.empty()
                        ? " is no run that is compared " + did_you_mean(wanted, known)
                        : " stands for " + std::to_string(found.size()) + " rows; name one of their runs"));
}

std::size_t baseline_of(const std::vector<ComparedRow>& rows, const std::string& wanted) {
  if (!wanted.empty()) return baseline_named(rows, wanted);
  const auto marked = std::find_if(rows.begin(), rows.end(), [](const ComparedRow& row) {
    return std::any_of(row.runs.begin(), row.runs.end(), [](const RunRecord& r) { return r.place.baseline; });
  });
  return marked == rows.end() ? 0 : static_cast<std::size_t>(marked - rows.begin());
}

void take_differences(Comparison& c) {
  const ComparedRow& baseline = c.baseline();
  for (ComparedRow& row : c.rows)
    for (std::size_t m = 0; m < c.metrics.size(); ++m) {
      const Summary& s = row.summaries[m];
      const Summary& b = baseline.summaries[m];
      const bool comparable = !row.baseline && s.count > 0 && b.count > 0 && is_finite(s.mean - b.mean);
      row.differences.push_back(comparable ? std::optional(difference_of(s, b, c.confidence)) : std::nullopt);
    }
}

/// Best first; what has no number comes last.
void sort_rows(Comparison& c, const Metric& by) {
  const auto m = static_cast<std::size_t>(
      std::find_if(c.metrics.begin(), c.metrics.end(), [&](const Metric& x) { return x.name == by.name; }) -
      c.metrics.begin());
  const auto rank = [&](const ComparedRow& row) {
    const Summary& s = row.summaries[m];
    if (s.count == 0 || is_nan(s.mean)) return std::pair(1, 0.0);
    return std::pair(0, by.larger_is_better ? -s.mean : s.mean);
  };
  std::stable_sort(c.rows.begin(), c.rows.end(),
                   [&](const ComparedRow& a, const ComparedRow& b) { return rank(a) < rank(b); });
}

void keep_top(Comparison& c, std::size_t top) {
  std::size_t seen = 0;
  std::erase_if(c.rows, [&](const ComparedRow& row) { return seen++ >= top && !row.baseline; });
}

/// Of metrics that nobody asked for only those that some run has; the others each must be had.
std::vector<std::size_t> metrics_shown(const std::vector<RunRecord>& runs, const std::vector<Metric>& metrics,
                                       const CompareOptions& options) {
  std::vector<std::size_t> shown;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const bool asked = !options.metrics.empty() || (options.sort && options.sort->name == metrics[m].name);
    const bool some = std::any_of(runs.begin(), runs.end(), [&](const RunRecord& r) { return r.values[m]; });
    if (some)
      shown.push_back(m);
    else if (asked)
      throw UsageError("no run has the metric " + in_quotes(metrics[m].name));
  }
  return shown;
}

}  // namespace

bool Comparison::shows_names() const {
  return columns.empty() || std::any_of(rows.begin(), rows.end(), [&](const ComparedRow& row) {
           return row.name != rows.front().name;
         });
}

const ComparedRow& Comparison::baseline() const {
  return *std::find_if(rows.begin(), rows.end(), [](const ComparedRow& row) { return row.baseline; });
}

bool Comparison::any_diverged() const {
  return std::any_of(rows.begin(), rows.end(), [](const ComparedRow& row) { return row.diverged_count > 0; });
}

std::vector<Metric> CompareOptions::all_metrics() const {
  std::vector<Metric> all = metrics.empty() ? default_metrics() : metrics;
  const auto is_there = [&](const Metric& m) { return m.name == sort->name; };
  if (sort && std::none_of(all.begin(), all.end(), is_there)) all.push_back(*sort);
  return all;
}

Comparison compare(std::vector<RunRecord> runs, const CompareOptions& options) {
  Comparison c;
  c.confidence = options.confidence;
  const std::vector<Metric> metrics = options.all_metrics();
  const auto shown = metrics_shown(runs, metrics, options);
  for (const std::size_t m : shown) c.metrics.push_back(metrics[m]);
  for (RunRecord& run : runs) {
    std::vector<std::optional<double>> values;
    for (const std::size_t m : shown) values.push_back(run.values[m]);
    run.values = std::move(values);
  }
  c.rows = rows_of(std::move(runs));
  c.rows[baseline_of(c.rows, options.baseline)].baseline = true;
  choose_columns(c);
  summarise(c);
  take_differences(c);
  if (options.sort) sort_rows(c, *options.sort);
  if (options.top) keep_top(c, *options.top);
  return c;
}

}  // namespace exmy
