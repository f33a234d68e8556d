#include "sim/sweep/sweep_runner.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"
#include "sim/sweep/halving.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/pool.hpp"
#include "sim/sweep/sweep_directory.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;
using Clock = Pool::Clock;

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

bool is_complete(RunPhase phase) { return phase == RunPhase::completed || phase == RunPhase::diverged; }
bool is_failure(RunPhase phase) {
  return phase == RunPhase::failed || phase == RunPhase::crashed || phase == RunPhase::timed_out;
}

struct Slot {
  State state = State::waiting;
  RunView view;
  fs::file_time_type old_failure;  ///< of before this call: is tried again
  std::uint64_t crashes = 0;       ///< in this call
  Clock::time_point look_again;    ///< elsewhere
  std::vector<std::uint64_t> rungs;
  std::vector<std::optional<RungResult>> results;
  std::optional<std::uint64_t> next_rung;
};

class Runner {
 public:
  Runner(const std::vector<SweepTask>& tasks, const RunnerOptions& options, SweepObserver& observer)
      : tasks_(tasks),
        options_(options),
        observer_(observer),
        pool_(options.jobs, options.grace_s),
        slots_(tasks.size()) {}

  SweepResult run() {
    for (std::size_t i = 0; i < slots_.size(); ++i) open(i);
    opening_ = false;
    while (true) {
      react();
      if (!stopping()) {
        look_again();
        judge_all();
        fill();
      }
      if (pool_.is_empty() && (stopping() || !somebody(State::elsewhere))) break;
      for (const Ended& ended : pool_.wait(signals_, wake_time())) settle(ended);
      observer_.tick();
    }
    return finish();
  }

 private:
  fs::path directory(std::size_t i) const { return options_.directory / tasks_[i].run_id; }
  bool stopping() const { return result_.stopped || result_.failed_fast || !lost_.empty(); }
  bool somebody(State state) const {
    return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.state == state; });
  }

  void open(std::size_t i) {
    Slot& slot = slots_[i];
    if (options_.halving) slot.rungs = rungs_below(*options_.halving, tasks_[i].steps_count);
    slot.old_failure = failure_time(i);
    look_at(i);
  }

  fs::file_time_type failure_time(std::size_t i) const {
    std::error_code none;
    return fs::last_write_time(directory(i) / "failure.json", none);
  }

  /// What its directory says, of a run that is not ours at the moment.
  void look_at(std::size_t i) {
    Slot& slot = slots_[i];
    slot.view = view_run(directory(i));
    slot.results.clear();
    for (const std::uint64_t rung : slot.rungs) slot.results.push_back(read_rung(directory(i), rung));
    if (is_complete(slot.view.phase))
      complete(i);
    else if (slot.view.phase == RunPhase::running)
      leave(i);
    else if (is_failure(slot.view.phase) &&
             failure_time(i) != slot.old_failure)  // by another runner, just now
      end_badly(i);
    else
      slot.state = State::waiting;
  }

  void look_again() {
    if (!pool_.has_room()) return;
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (slots_[i].state == State::elsewhere && Clock::now() >= slots_[i].look_again) look_at(i);
  }

  void leave(std::size_t i) {
    slots_[i].state = State::elsewhere;
    slots_[i].look_again =
        Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options_.look_again_s));
  }

  void complete(std::size_t i) {
    slots_[i].state = State::complete;
    if (slots_[i].view.phase == RunPhase::diverged && options_.divergence_fails && !opening_) fail_fast();
  }

  void end_badly(std::size_t i) {
    slots_[i].state = State::failed;
    fail_fast();
  }

  void fail_fast() {
    if (!options_.fail_fast || stopping()) return;
    result_.failed_fast = true;
    pool_.stop();
  }

  /// To what came from outside.
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
  }

  void judge_all() {
    if (!options_.halving) return;
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const bool out = slots_[i].state == State::complete || slots_[i].state == State::failed;
      contenders.push_back({tasks_[i].steps_count, tasks_[i].baseline, out, slots_[i].results});
    }
    const std::vector<Verdict> verdicts = judge(*options_.halving, contenders);
    for (std::size_t i = 0; i < slots_.size(); ++i) obey(i, verdicts[i]);
  }

  void obey(std::size_t i, const Verdict& verdict) {
    Slot& slot = slots_[i];
    slot.next_rung = verdict.next_rung;
    if (slot.state != State::waiting && slot.state != State::at_rung) return;
    slot.state = verdict.pruned ? State::pruned : verdict.waits ? State::at_rung : State::waiting;
    if (verdict.pruned) prune(i, verdict.rung);
  }

  void prune(std::size_t i, std::uint64_t rung) {
    const std::size_t level = static_cast<std::size_t>(
        std::find(slots_[i].rungs.begin(), slots_[i].rungs.end(), rung) - slots_[i].rungs.begin());
    const double value = metric_of(*options_.halving, *slots_[i].results[level]);
    guarded([&] { write_pruned(directory(i), rung, metric_name(*options_.halving), value); });
    slots_[i].view = view_run(directory(i));
    slots_[i].view.phase = RunPhase::pruned;
  }

  /// What cannot be noted on the disk is in the result all the same.
  template <class Write>
  void guarded(Write write) {
    try {
      write();
    } catch (const IoError& error) {
      observer_.note(error.what());
    }
  }

  void fill() {
    for (std::size_t i = 0; i < slots_.size() && pool_.has_room() && !stopping(); ++i)
      if (slots_[i].state == State::waiting && !start(i)) return;
  }

  /// False: no process can be started now.
  bool start(std::size_t i) {
    if (!is_sweep_directory(options_.directory)) {
      lost_ = printable(options_.directory.string()) + " disappeared while its runs were going on";
      pool_.stop();
      return false;
    }
    if (slots_[i].crashes == 0) look_at(i);
    if (slots_[i].state != State::waiting) return true;
    try {
      pool_.start(i, words_of(i), options_.environment, options_.time_limit_s);
    } catch (const IoError& error) {
      if (pool_.is_empty()) throw;
      observer_.note(error.what());
      return false;  // when one of ours ends there is room again
    }
    slots_[i].state = State::running;
    return true;
  }

  std::vector<std::string> words_of(std::size_t i) const {
    std::vector<std::string> words{"run",       "--quiet", "--json",
                                   "--no-wait", "--out",   options_.directory.string()};
    words.insert(words.end(), tasks_[i].words.begin(), tasks_[i].words.end());
    if (slots_[i].next_rung) words.push_back("++limits.steps=" + std::to_string(*slots_[i].next_rung));
    return words;
  }

  Clock::time_point wake_time() const {
    Clock::time_point time =
        Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options_.tick_s));
    if (pool_.has_room())
      for (const Slot& slot : slots_)
        if (slot.state == State::elsewhere) time = std::min(time, slot.look_again);
    return time;
  }

  void settle(const Ended& ended) {
    const std::size_t i = ended.task;
    const ChildOutcome outcome = outcome_of(ended);
    switch (outcome.kind) {
      case EndKind::complete: return settle_complete(i);
      case EndKind::busy: return leave(i);
      case EndKind::stopped: return settle_stopped(i, outcome);
      case EndKind::crashed:
        if (stopping()) return settle_stopped(i, outcome);
        slots_[i].state = State::waiting;
        if (++slots_[i].crashes <= options_.retries) return;
        return settle_failed(i, outcome, RunPhase::crashed);
      case EndKind::timed_out: return settle_failed(i, outcome, RunPhase::timed_out);
      case EndKind::failed: return settle_failed(i, outcome, RunPhase::failed);
    }
  }

  void settle_complete(std::size_t i) {
    slots_[i].view = view_run(directory(i));
    if (is_complete(slots_[i].view.phase)) return complete(i);
    settle_failed(i, {EndKind::failed, std::nullopt, 0, std::nullopt, "there is no report"},
                  RunPhase::failed);
  }

  void settle_stopped(std::size_t i, const ChildOutcome& outcome) {
    Slot& slot = slots_[i];
    slot.state = State::stopped;
    const auto& at = outcome.stopped_at;
    if (!at || !slot.next_rung || at->step < *slot.next_rung) return;
    guarded([&] { write_rung(directory(i), *slot.next_rung, *at); });
    const auto rung = std::find(slot.rungs.begin(), slot.rungs.end(), *slot.next_rung);
    slot.results[static_cast<std::size_t>(rung - slot.rungs.begin())] = *at;
    slot.state = State::at_rung;
  }

  void settle_failed(std::size_t i, const ChildOutcome& outcome, RunPhase phase) {
    const Failure failure{phase, outcome.exit_code, outcome.signal,
                          slots_[i].crashes + (phase != RunPhase::crashed), outcome.message};
    guarded([&] { write_failure(directory(i), failure); });
    RunView& view = slots_[i].view;
    guarded([&] { view = view_run(directory(i)); });
    if (view.phase != phase) {  // it could not be noted
      view.phase = phase;
      view.message = failure.message;
    }
    end_badly(i);
  }

  SweepResult finish() {
    if (!lost_.empty()) throw IoError(lost_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      const bool known =
          slot.state == State::complete || slot.state == State::failed || slot.state == State::pruned;
      if (!known) slot.view = view_run(directory(i));
      slot.view.run_id = tasks_[i].run_id;
      result_.views.push_back(slot.view);
    }
    const bool unfinished = somebody(State::stopped) || somebody(State::at_rung) || somebody(State::waiting);
    result_.stopped = result_.stopped || (unfinished && !result_.failed_fast);
    return std::move(result_);
  }

  const std::vector<SweepTask>& tasks_;
  const RunnerOptions& options_;
  SweepObserver& observer_;
  StopSignals signals_;
  Pool pool_;
  std::vector<Slot> slots_;
  SweepResult result_;
  bool opening_ = true;
  std::string lost_;  ///< why it cannot go on
};

}  // namespace

SweepResult run_sweep(const std::vector<SweepTask>& tasks, const RunnerOptions& options,
                      SweepObserver& observer) {
  return Runner(tasks, options, observer).run();
}

}  // namespace exmy
