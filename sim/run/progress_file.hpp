#pragma once
// progress.json in a run directory: how far the run is, for those who look at it from outside.

#include <chrono>
#include <filesystem>
#include <string>

#include "sim/base/json.hpp"
#include "sim/run/trainer.hpp"

namespace exmy {

inline constexpr const char* progress_file_name = "progress.json";

/// {"step": steps done, "steps_count", "train_loss": of the newest step, "validation_loss"?,
/// "validation_accuracy_fraction"?: of the newest validation, "started_at", "updated_at",
/// "wall_s": of training, earlier processes included}, numbers as json_number writes them. Rewritten (renamed, so
/// that it is never torn, and not synced) at most once a second, the first time after one second. Failures are
/// ignored: nothing depends on it.
class ProgressFile : public RunObserver {
 public:
  ProgressFile(std::filesystem::path directory, std::string started_at);

  void trained_before(double wall_s) override { before_s_ = wall_s; }
  void started(std::uint64_t steps, std::uint64_t done) override;
  void stepped(std::uint64_t step, double loss, bool skipped) override;
  void evaluated(const ValidationPoint& point) override;
  void recorded(std::uint64_t, const std::vector<GradientSeries>&) override {}

 private:
  using Clock = std::chrono::steady_clock;
  void write(std::uint64_t done, double loss, Clock::time_point now) const;

  std::filesystem::path directory_;
  std::string started_at_;
  std::uint64_t steps_ = 0;
  double before_s_ = 0;
  Json validation_ = Json::object();
  Clock::time_point begin_, written_;
};

/// Takes progress.json away, and what a killed process left of its writing.
void remove_progress_file(const std::filesystem::path& directory);

}  // namespace exmy
