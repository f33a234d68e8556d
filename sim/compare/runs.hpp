#pragma once
// Which runs there are to compare, and what their reports say.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/compare/keys.hpp"
#include "sim/compare/metric.hpp"
#include "sim/sweep/run_view.hpp"

namespace exmy {

/// A complete run: where it is, and what its sweep says of it.
struct RunPlace {
  std::filesystem::path directory;
  std::optional<std::filesystem::path> sweep;  ///< the directory with sweep.json
  std::vector<std::pair<std::string, Json>> parameters;
  bool baseline = false;
};

/// A run without a report.
struct IncompleteRun {
  std::filesystem::path directory;
  RunPhase phase = RunPhase::pending;
};

struct FoundRuns {
  std::vector<RunPlace> complete;  ///< in the order of the directories given, of a sweep, of names
  std::vector<IncompleteRun> incomplete;
};

/// The runs in and below these directories, each once. Of a sweep those that sweep.json lists. UsageError for
/// a directory that is not there or holds no run.
FoundRuns find_runs(const std::vector<std::filesystem::path>& directories);

/// "incomplete: DIRECTORY (stopped), DIRECTORY (pending)", the first five of them and how many more there are.
std::string incomplete_text(const std::vector<IncompleteRun>& runs);

/// What is compared of a run.
struct RunRecord {
  RunPlace place;
  std::string run_id, name, sha256;
  Json seed;
  bool diverged = false;
  Keys keys;  ///< with numerics_version and the hashes of the data files, which belong to what was run
  std::vector<std::optional<double>> values;  ///< of each metric
};

/// Reads the reports, as far as they are needed, in this order; CorruptFile that names every report that is
/// corrupt or of another schema_version. A run that is there twice counts once (by config.sha256).
std::vector<RunRecord> read_runs(const std::vector<RunPlace>& places, const std::vector<Metric>& metrics);

}  // namespace exmy
