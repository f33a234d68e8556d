#pragma once
// Children side by side, each with its time limit; waits without looking again and again.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/child.hpp"
#include "sim/sweep/stop_signals.hpp"

namespace exmy {

/// A child that ended.
struct Ended {
  std::size_t task = 0;    ///< as given to start()
  int status = 0;          ///< of waitpid(2)
  bool timed_out = false;  ///< was over its time limit, and told to stop
  double wall_s = 0;
  std::string out, err;  ///< the end of what it said
};

class Pool {
 public:
  using Clock = std::chrono::steady_clock;

  /// `grace_s`: between the request to stop and the end by force.
  Pool(std::size_t size, double grace_s, const char* program = this_program);

  bool has_room() const { return !stopping_ && places_.size() < size_; }
  bool is_empty() const { return places_.empty(); }
  std::size_t count() const { return places_.size(); }
  /// IoError if it cannot be started; then there is room again when one has ended.
  void start(std::size_t task, const std::vector<std::string>& words,
             const std::vector<std::pair<std::string, std::string>>& environment,
             std::optional<double> time_limit_s);
  /// Waits until a child ends, a signal comes, or until `until`; those that ended, in the order of their start.
  std::vector<Ended> wait(StopSignals& signals, Clock::time_point until);
  /// Asks all to stop; nothing is started any more.
  void stop();
  void kill();

 private:
  struct Place {
    std::size_t task;
    Child child;
    Clock::time_point begin;
    std::optional<Clock::time_point> deadline;  ///< of its next step: to be told, then to be killed
    bool timed_out = false;
  };
  unsigned life_of(double time_limit_s) const;
  void enforce_limits(Clock::time_point now);
  void sleep(StopSignals& signals, Clock::time_point until);

  const char* program_;
  std::size_t size_;
  Clock::duration grace_;
  std::vector<Place> places_;
  bool stopping_ = false;
};

}  // namespace exmy
