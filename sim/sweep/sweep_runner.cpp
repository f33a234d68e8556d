#include "sim/sweep/sweep_runner.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"
#include "sim/sweep/pool.hpp"
#include "sim/sweep/schedule.hpp"
#include "sim/sweep/sweep_directory.hpp"

namespace exmy {
namespace {

class Runner {
 public:
  Runner(const std::vector<SweepTask>& tasks, const RunnerOptions& options, SweepObserver& observer)
      : tasks_(tasks),
        options_(options),
        observer_(observer),
        pool_(options.jobs, options.grace_s),
        schedule_(tasks, options, observer) {}

  SweepResult run() {
    while (true) {
      react();
      if (!stopping()) {
        if (pool_.has_room()) schedule_.update();
        fill();
      }
      if (pool_.is_empty() && (stopping() || !schedule_.next_look())) break;
      for (const Ended& ended : pool_.wait(signals_, wake_time()))
        schedule_.settle(ended.task, outcome_of(ended), stopping());
      observer_.tick();
    }
    if (!lost_.empty()) throw IoError(lost_);
    result_.views = schedule_.views();
    result_.stopped = result_.stopped || (schedule_.is_unfinished() && !result_.failed_fast);
    return std::move(result_);
  }

 private:
  bool stopping() const { return result_.stopped || result_.failed_fast || !lost_.empty(); }

  /// To what happened.
  void react() {
    if (signals_.stops() >= 1 && !result_.stopped) {
      result_.stopped = true;
      if (!pool_.is_empty()) observer_.stopping(pool_.count());
      pool_.stop();
    }
    if (signals_.stops() >= 2 && !result_.interrupted) {
      result_.interrupted = true;
      pool_.kill();
    }
    if (options_.fail_fast && schedule_.has_failed() && !stopping()) {
      result_.failed_fast = true;
      pool_.stop();
    }
  }

  void fill() {
    while (pool_.has_room() && is_there()) {
      const auto run = schedule_.next();
      if (!run || !start(*run)) return;
      schedule_.started(*run);
    }
  }

  bool is_there() {
    if (is_sweep_directory(options_.directory)) return true;
    lost_ = printable(options_.directory.string()) + " disappeared while its runs were going on";
    pool_.stop();
    return false;
  }

  /// False: no process can be started before one of ours ends.
  bool start(std::size_t run) {
    std::vector<std::string> words{"run",       "--quiet", "--json",
                                   "--no-wait", "--out",   options_.directory.string()};
    words.insert(words.end(), tasks_[run].words.begin(), tasks_[run].words.end());
    if (const auto rung = schedule_.next_rung(run))
      words.push_back("++limits.steps=" + std::to_string(*rung));
    try {
      pool_.start(run, words, options_.environment, options_.time_limit_s);
      return true;
    } catch (const IoError& error) {
      if (pool_.is_empty()) throw;
      observer_.note(error.what());
      return false;
    }
  }

  Pool::Clock::time_point wake_time() const {
    const auto tick = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options_.tick_s));
    const auto look = pool_.has_room() ? schedule_.next_look() : std::nullopt;
    const auto time = Pool::Clock::now() + tick;
    return look ? std::min(time, *look) : time;
  }

  const std::vector<SweepTask>& tasks_;
  const RunnerOptions& options_;
  SweepObserver& observer_;
  StopSignals signals_;
  Pool pool_;
  SweepSchedule schedule_;
  SweepResult result_;
  std::string lost_;  ///< why it cannot go on
};

}  // namespace

SweepResult run_sweep(const std::vector<SweepTask>& tasks, const RunnerOptions& options,
                      SweepObserver& observer) {
  return Runner(tasks, options, observer).run();
}

}  // namespace exmy
