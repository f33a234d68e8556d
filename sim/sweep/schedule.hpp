#pragma once
// Which runs of a sweep are to be started, which are waited for, and what became of the others.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/halving.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/sweep_runner.hpp"

namespace exmy {

class SweepSchedule {
 public:
  using Clock = std::chrono::steady_clock;

  /// Looks at all directories; what it cannot note in them it tells the observer.
  SweepSchedule(const std::vector<SweepTask>& tasks, const RunnerOptions& options, SweepObserver& observer);

  /// Looks again at runs that other processes work on, where it is time to; then lets the halving decide.
  void update();
  /// The next run to start, looked at just before.
  std::optional<std::size_t> next();
  void started(std::size_t run);
  /// Where it is to stop.
  std::optional<std::uint64_t> next_rung(std::size_t run) const { return slots_[run].next_rung; }
  /// The child of this run ended. `stopping`: it was told to.
  void settle(std::size_t run, const ChildOutcome& outcome, bool stopping);

  /// When update() has something to do; none: nobody else works on a run.
  std::optional<Clock::time_point> next_look() const;
  /// Something failed in this call (or diverged, where that counts).
  bool has_failed() const { return has_failed_; }
  /// Something can go on in another call.
  bool is_unfinished() const;
  std::vector<RunView> views();

 private:
  enum class State : std::uint8_t {
    waiting,    ///< to be started
    running,    ///< a child of ours
    elsewhere,  ///< another process works on it
    at_rung,    ///< of the halving, until others come
    pruned,
    complete,
    stopped,  ///< by a limit of its own; goes on in the next call
    failed,
  };
  struct Slot {
    State state = State::waiting;
    RunView view;
    std::filesystem::file_time_type old_failure;  ///< of before this call: is tried again
    std::uint64_t crashes = 0;                    ///< in this call
    Clock::time_point look_again;                 ///< elsewhere
    std::vector<std::uint64_t> rungs;
    std::vector<std::optional<RungResult>> results;  ///< at the rungs
    std::optional<std::uint64_t> next_rung;
  };

  std::filesystem::path directory(std::size_t run) const;
  std::filesystem::file_time_type failure_time(std::size_t run) const;
  void look_at(std::size_t run);
  void complete(std::size_t run);
  void leave(std::size_t run);
  void fail(std::size_t run);
  void judge_all();
  void obey(std::size_t run, const Verdict& verdict);
  void prune(std::size_t run, std::uint64_t rung);
  std::optional<RungResult>& result_at(std::size_t run, std::uint64_t rung);
  void settle_complete(std::size_t run);
  void settle_stopped(std::size_t run, const ChildOutcome& outcome);
  void settle_crashed(std::size_t run, const ChildOutcome& outcome, bool stopping);
  void settle_failed(std::size_t run, const ChildOutcome& outcome, RunPhase phase);
  template <class Write>
  void guarded(Write write);

  const std::vector<SweepTask>& tasks_;
  const RunnerOptions& options_;
  SweepObserver& observer_;
  std::vector<Slot> slots_;
  bool has_failed_ = false;
};

}  // namespace exmy
