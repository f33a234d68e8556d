#pragma once
// From prepared runs to run directories.

#include <filesystem>
#include <optional>
#include <string>

#include "sim/run/prepare.hpp"
#include "sim/run/run_lock.hpp"

namespace exmy {

struct RunOptions {
  std::filesystem::path out = "results";
  bool quiet = false;
  WhenLocked when_locked = WhenLocked::wait;
};

/// What a stopped run had.
struct StoppedAt {
  std::uint64_t step = 0;                 ///< steps done
  double train_loss = 0;                  ///< mean of the last at most 20
  std::optional<double> validation_loss;  ///< the newest
};

struct RunOutcome {
  std::filesystem::path directory;
  std::string
      status;  ///< completed, diverged; preempted: stopped, and can go on; busy: another process works there
  bool kept = false;  ///< was complete already
  std::optional<StoppedAt>
      stopped_at;  ///< of a preempted run, unless it was stopped while it waited for the lock
};

/// Nothing was done: another process holds the lock, and the run was not to wait for it.
inline constexpr const char* busy_status = "busy";

/// Trains and writes the run directory: config.json, config.resolved.json, events.jsonl, stats.jsonl, checkpoint/
/// on the way, weights.safetensors, report.json (last, and whole or not at all). A complete directory is kept, an
/// incomplete one goes on from its newest whole checkpoint, bit for bit; failure.json and pruned.json go then.
/// CorruptFile if the directory holds results of another schema_version, numerics_version or configuration.
RunOutcome execute(Prepared& run, const RunOptions& options, const std::string& label);

}  // namespace exmy
