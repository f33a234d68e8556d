#pragma once
// What a person sees while runs go on: one rewritten line on a terminal, elsewhere a plain line every 10 s.

#include <chrono>
#include <string>

#include "sim/run/trainer.hpp"

namespace exmy {

/// Writes to stderr.
class Progress : public RunObserver {
 public:
  /// `label`: which run of how many. `quiet` prints nothing.
  Progress(std::string label, bool quiet);

  void started(std::uint64_t steps, std::uint64_t done) override;
  void stepped(std::uint64_t step, double loss, bool skipped) override;
  void evaluated(const ValidationPoint& point) override;
  void recorded(std::uint64_t, const std::vector<GradientSeries>&) override {}
  /// Ends the line with the outcome.
  void finished(const Trace& trace);

 private:
  using Clock = std::chrono::steady_clock;
  std::string tail() const;
  void show(bool now);

  std::string label_;
  bool quiet_;
  bool terminal_;
  std::uint64_t steps_ = 0, done_ = 0, first_ = 0;  ///< first_: done by an earlier process
  double loss_ = 0;
  std::string validation_;
  Clock::time_point begin_, shown_;
};

}  // namespace exmy
