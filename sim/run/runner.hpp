#pragma once
// From configuration files to run directories.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/overrides.hpp"
#include "sim/run/experiment.hpp"
#include "sim/run/probe.hpp"
#include "sim/run/warnings.hpp"

namespace exmy {

/// An experiment that was checked and is ready to run.
struct Prepared {
  std::unique_ptr<Document> document;  ///< the experiment's rules point into it
  Experiment experiment;
  std::shared_ptr<const Dataset> data;
  Json data_files;
  DryStep dry_step;
  std::vector<Warning> warnings;
  std::vector<std::string> overrides;
  std::string config_sha256;
  std::string run_id;  ///< name and hash: the directory
};

/// Reads, checks and identifies one configuration; throws ConfigError with every problem. `data_cache` spares
/// reading one data set twice.
using DataCache = std::vector<std::pair<std::string, std::pair<std::shared_ptr<const Dataset>, Json>>>;
Prepared prepare(const std::string& file, const std::vector<Assignment>& assignments, DataCache& cache);

struct RunOptions {
  std::filesystem::path out = "results";
  bool quiet = false;
};

struct RunOutcome {
  std::filesystem::path directory;
  std::string status;  ///< completed, diverged; preempted: stopped, and can go on
  bool kept = false;   ///< was complete already
};

/// Trains and writes the run directory: config.json, config.resolved.json, events.jsonl, stats.jsonl, checkpoint/
/// on the way, weights.safetensors, report.json (last, and whole or not at all). A complete directory is kept, an
/// incomplete one goes on from its newest whole checkpoint, bit for bit.
RunOutcome execute(Prepared& run, const RunOptions& options, const std::string& label);

}  // namespace exmy
