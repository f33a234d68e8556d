#pragma once
// What a run directory tells about its run, from its files alone: so that every process, on every host, sees the
// same. Nobody keeps a second account of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace exmy {

enum class RunPhase : std::uint8_t {
  pending,    ///< nothing was done
  running,    ///< somebody holds its lock
  stopped,    ///< nobody does, and there is a checkpoint (or was to be one): it can go on
  completed,  ///< report.json says so
  diverged,   ///< likewise: complete too
  failed,     ///< failure.json: it ended with an exit code that says error
  crashed,    ///< failure.json: a signal killed it, more often than it is retried
  timed_out,  ///< failure.json: over the time limit of its sweep
  pruned,     ///< pruned.json: successive halving left it behind
};
inline constexpr std::size_t run_phase_count = 9;
std::string_view name_of(RunPhase phase);

struct RunView {
  std::string run_id;  ///< name of the directory
  RunPhase phase = RunPhase::pending;
  std::uint64_t step = 0, steps_count = 0;  ///< of progress.json; of a complete run both the number of steps
  std::optional<double> train_loss, validation_loss, validation_accuracy_fraction;
  std::optional<double> wall_s;        ///< training time so far, or in all
  std::optional<double> seconds_left;  ///< of a running one, at its pace so far
  std::string finished_at;             ///< when a run ended that is neither pending, running nor stopped: UTC
  std::string message;  ///< of a failed run the last line of its stderr, of a diverged one where
  std::string owner;    ///< of a running one: host and process
};

/// Never throws for what is missing or torn (another process may be writing it); IoError if the directory cannot be
/// read, CorruptFile for a report of another schema_version.
RunView view_run(const std::filesystem::path& directory);

}  // namespace exmy
