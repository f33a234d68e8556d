#pragma once
// What a sweep notes in the directories of its runs.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "sim/sweep/run_view.hpp"

namespace exmy {

/// How a run ended that did not end well: failure.json, written by the runner, removed by the process that starts the
/// run again.
struct Failure {
  RunPhase phase = RunPhase::failed;  ///< failed, crashed or timed_out
  std::optional<int> exit_code, signal;
  std::uint64_t attempts_count = 1;
  std::string message;
};
/// {"status", "exit_code"?, "signal"? (its name), "attempts_count", "message", "time"}
void write_failure(const std::filesystem::path& run, const Failure& failure);

/// What a run had at a rung of successive halving: rung-STEP.json. `step` may be beyond the rung's.
struct RungResult {
  std::uint64_t step = 0;
  double train_loss = 0;
  std::optional<double> validation_loss;
};
void write_rung(const std::filesystem::path& run, std::uint64_t rung, const RungResult& result);
/// Nothing where there is none, or a torn one.
std::optional<RungResult> read_rung(const std::filesystem::path& run, std::uint64_t rung);

/// pruned.json: {"step", "metric", "value", "time"}; not again if it says the same.
void write_pruned(const std::filesystem::path& run, std::uint64_t rung, const std::string& metric,
                  double value);

/// "SIGKILL"; "signal 64" where it has no name.
std::string signal_name(int number);

}  // namespace exmy
