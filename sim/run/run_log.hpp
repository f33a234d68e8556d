#pragma once
// What a run tells while it goes on: to its logs, to those who look at its directory, to the person at the terminal.

#include <filesystem>
#include <vector>

#include "sim/base/files.hpp"
#include "sim/base/json.hpp"
#include "sim/run/trainer.hpp"

namespace exmy {

/// events.jsonl and stats.jsonl.
class RunLog : public RunObserver {
 public:
  /// `lengths`: how much of each log is kept, in bytes; what is not named starts again.
  RunLog(const std::filesystem::path& directory, const Json& lengths);

  void event(const Json& line);
  /// Lengths of the logs, once they are safe on the disk.
  Json synced();
  void started(std::uint64_t steps, std::uint64_t done) override;
  void stepped(std::uint64_t step, double loss, bool skipped) override;
  void evaluated(const ValidationPoint& point) override;
  void recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) override;

 private:
  AppendLog events_, stats_;
};

/// Tells several observers, in order.
class Observers : public RunObserver {
 public:
  explicit Observers(std::vector<RunObserver*> all) : all_(std::move(all)) {}

  void trained_before(double wall_s) override;
  void started(std::uint64_t steps, std::uint64_t done) override;
  void stepped(std::uint64_t step, double loss, bool skipped) override;
  void evaluated(const ValidationPoint& point) override;
  void recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) override;

 private:
  std::vector<RunObserver*> all_;
};

}  // namespace exmy
