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

/// Is told what happens.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// Was complete or pruned before.
  virtual void kept(std::size_t /*run*/, const RunView& /*view*/) {}
  virtual void started(std::size_t /*run*/) {}
  /// Came to an end, was pruned, or stopped by a limit of its own. `wall_s`: of its last process, if it was ours.
  virtual void finished(std::size_t /*run*/, const RunView& /*view*/, std::optional<double> /*wall_s*/) {}
  virtual void note(const std::string& /*text*/) {}
  virtual void tick() {}
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
