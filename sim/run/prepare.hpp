#pragma once
// From a configuration file and changes to an experiment that can run, and its identity.

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

}  // namespace exmy
