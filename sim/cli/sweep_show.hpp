#pragma once
// What a person sees while `exmy sweep` works: the view of its directory.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "sim/sweep/display.hpp"
#include "sim/sweep/sweep_runner.hpp"

namespace exmy {

class SweepShow : public SweepObserver {
 public:
  SweepShow(const std::filesystem::path& directory, bool quiet);

  void tick() override;
  void note(const std::string& text) override;
  void stopping(std::size_t children_count) override;
  /// Shows the end, and gives the terminal back.
  void end();
  /// How often it wants to be told.
  double tick_s() const;

 private:
  using Clock = std::chrono::steady_clock;
  void look();

  bool quiet_;
  SweepView view_;
  Clock::time_point looked_;
  std::string note_;
  std::unique_ptr<Display> display_;
};

}  // namespace exmy
