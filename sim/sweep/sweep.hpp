#pragma once
// A sweep, read and expanded: which runs it stands for. What a run is follows from the base configuration and its
// changes; that they fit is checked when a run is prepared (sim/run/runner.hpp).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/document.hpp"
#include "sim/base/overrides.hpp"

namespace exmy {

/// One combination of parameters.
struct SweepRun {
  /// Name of the parameter and its value, in the order of the file, the seed last: what tables show.
  std::vector<std::pair<std::string, Json>> parameters;
  std::vector<Assignment> assignments;  ///< what changes in the base configuration, in order
  bool baseline = false;
};

/// Successive halving (Jamieson and Talwalkar 2016): at the steps first_step * factor^i, only the best
/// 1 / factor of the runs that came so far go on. Baselines always do.
struct Halving {
  bool validation = false;  ///< by the newest validation loss; else by the recent training loss
  std::uint64_t first_step = 1;
  std::uint64_t factor = 3;
};

struct Sweep {
  std::string name;                    ///< of its directory, and of its runs
  std::filesystem::path base;          ///< the configuration file that all runs start from
  std::vector<SweepRun> runs;          ///< baselines first; two may still turn out to be one experiment
  std::uint64_t retries = 2;           ///< of a run that a signal killed, in one call of the program
  std::optional<double> time_limit_s;  ///< of one process; beyond it a run is stopped, then killed
  std::optional<Halving> halving;
  Json resolved;  ///< with every default
};

/// Overrides of the command line, on a sweep. Keys of a sweep are paths of configurations, which hold dots: what
/// follows `overrides.`, `baseline.`, `list.N.` or `parameters.NAME.cases.LABEL.` is one key, and so is NAME, up to
/// the word that begins its values (parameters.training.optimizer.lr.values=[0.1]). Otherwise as apply_overrides.
void apply_sweep_overrides(Document& sweep, const std::vector<Assignment>& assignments);

/// Reads a sweep and expands it; every problem is added to `problems`, and then there are no runs.
/// `default_name`: without `name`.
/// A base given relative is relative to the file that names it. Of the base configuration only the keys are
/// looked at, for suggestions.
Sweep read_sweep(const Document& document, const std::string& default_name, std::vector<Problem>& problems);

}  // namespace exmy
