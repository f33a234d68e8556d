#pragma once
// Runs what a sweep lists, each run a process of its own, until every run is complete or cannot be.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/run_view.hpp"
#include "sim/sweep/sweep.hpp"

namespace exmy {

/// A run, ready to be started.
struct SweepTask {
  std::string run_id;
  std::vector<std::string> words;  ///< the configuration and its overrides, for `exmy run`
  std::uint64_t steps_count = 0;
  bool baseline = false;
};

struct RunnerOptions {
  std::filesystem::path directory;                               ///< of the sweep; exists, with its index
  std::size_t jobs = 1;                                          ///< children at once
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to the children's
  std::uint64_t retries = 2;
  std::optional<double> time_limit_s;
  std::optional<Halving> halving;
  bool fail_fast = false;
  bool divergence_fails = false;  ///< for fail_fast
  double grace_s = 10;            ///< between a request to stop and the end by force
  double look_again_s = 1;        ///< at runs that another process works on
  double tick_s = 3600;           ///< of the observer
};

/// Is told what happens; what became of the runs is in their directories.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// After everything that happened, and every tick_s.
  virtual void tick() {}
  virtual void note(const std::string& /*text*/) {}
  /// Was asked to stop, and waits for so many children.
  virtual void stopping(std::size_t /*children_count*/) {}
};

struct SweepResult {
  std::vector<RunView> views;  ///< one a task
  bool stopped = false;        ///< asked to; runs can go on
  bool interrupted = false;    ///< twice: children were killed
  bool failed_fast = false;
};

/// Complete runs are kept; failed ones are tried again; runs that another process works on are waited for. IoError if
/// the directory disappears, or no process can be started.
SweepResult run_sweep(const std::vector<SweepTask>& tasks, const RunnerOptions& options,
                      SweepObserver& observer);

}  // namespace exmy
