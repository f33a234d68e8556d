#pragma once
// Runs side by side: one row for all runs that differ in their seed only.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/compare/runs.hpp"
#include "sim/compare/statistics.hpp"

namespace exmy {

struct ComparedRow {
  std::string name;             ///< of its runs; of several names all, with commas
  std::vector<Json> values;     ///< of the columns; null where it has none
  std::vector<RunRecord> runs;  ///< by seed
  std::size_t diverged_count = 0;
  bool baseline = false;
  /// Of each metric over the runs that have it: the completed ones, unless Metric::is_of_diverged_runs.
  std::vector<Summary> summaries;
  std::vector<std::optional<Difference>> differences;  ///< from the baseline row, which has none
};

struct Comparison {
  std::vector<Metric> metrics;
  std::vector<std::string> columns;  ///< parameters of the one sweep, or dotted paths: what differs
  std::vector<ComparedRow> rows;
  double confidence = 0.95;

  /// Rows are told apart by names too, or by nothing else.
  bool shows_names() const;
  const ComparedRow& baseline() const;
  bool any_diverged() const;
};

struct CompareOptions {
  std::vector<Metric> metrics;  ///< none: default_metrics, as far as a run has them
  std::optional<Metric> sort;   ///< best first; without it the order of the runs
  std::string baseline;  ///< a run's directory or one above, run id, or name; empty: the sweep's, the first
  std::optional<std::size_t> top;  ///< so many rows, and the baseline
  double confidence = 0.95;

  /// Every metric that has to be read.
  std::vector<Metric> all_metrics() const;
};

/// `runs` are not empty and have the values of options.all_metrics(). UsageError for a metric that no run
/// has, and for a baseline that is not there or is no single row.
Comparison compare(std::vector<RunRecord> runs, const CompareOptions& options);

}  // namespace exmy
