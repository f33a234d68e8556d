#include "sim/sweep/schedule.hpp"

#include <algorithm>

#include "sim/base/error.hpp"
#include "sim/sweep/sweep_view.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

bool is_failure(RunPhase phase) {
  return phase == RunPhase::failed || phase == RunPhase::crashed || phase == RunPhase::timed_out;
}

}  // namespace

SweepSchedule::SweepSchedule(const std::vector<SweepTask>& tasks, const RunnerOptions& options,
                             SweepObserver& observer)
    : tasks_(tasks), options_(options), observer_(observer), slots_(tasks.size()) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (options_.halving) slots_[i].rungs = rungs_below(*options_.halving, tasks_[i].steps_count);
    slots_[i].old_failure = failure_time(i);
    look_at(i);
  }
  has_failed_ = false;  // what was complete before is no news
}

fs::path SweepSchedule::directory(std::size_t run) const { return options_.directory / tasks_[run].run_id; }

fs::file_time_type SweepSchedule::failure_time(std::size_t run) const {
  std::error_code none;
  return fs::last_write_time(directory(run) / "failure.json", none);
}

/// What its directory says, of a run that is not ours at the moment.
void SweepSchedule::look_at(std::size_t run) {
  Slot& slot = slots_[run];
  slot.view = view_run(directory(run));
  slot.results.clear();
  for (const std::uint64_t rung : slot.rungs) slot.results.push_back(read_rung(directory(run), rung));
  slot.state = State::waiting;
  if (is_complete(slot.view.phase))
    complete(run);
  else if (slot.view.phase == RunPhase::running)
    leave(run);
  else if (is_failure(slot.view.phase) &&
           failure_time(run) != slot.old_failure)  // another runner's, just now
    fail(run);
}

void SweepSchedule::complete(std::size_t run) {
  slots_[run].state = State::complete;
  has_failed_ = has_failed_ || (options_.divergence_fails && slots_[run].view.phase == RunPhase::diverged);
}

void SweepSchedule::leave(std::size_t run) {
  slots_[run].state = State::elsewhere;
  slots_[run].look_again =
      Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options_.look_again_s));
}

void SweepSchedule::fail(std::size_t run) {
  slots_[run].state = State::failed;
  has_failed_ = true;
}

void SweepSchedule::update() {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].state == State::elsewhere && Clock::now() >= slots_[i].look_again) look_at(i);
  if (options_.halving) judge_all();
}

std::optional<std::size_t> SweepSchedule::next() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].state != State::waiting) continue;
    if (slots_[i].crashes == 0) look_at(i);  // one of ours that crashed left nobody behind
    if (slots_[i].state == State::waiting) return i;
  }
  return std::nullopt;
}

void SweepSchedule::started(std::size_t run) { slots_[run].state = State::running; }

std::optional<SweepSchedule::Clock::time_point> SweepSchedule::next_look() const {
  std::optional<Clock::time_point> time;
  for (const Slot& slot : slots_)
    if (slot.state == State::elsewhere) time = std::min(time.value_or(slot.look_again), slot.look_again);
  return time;
}

bool SweepSchedule::is_unfinished() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
    return slot.state == State::stopped || slot.state == State::at_rung || slot.state == State::waiting;
  });
}

std::vector<RunView> SweepSchedule::views() {
  std::vector<RunView> all;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const State state = slots_[i].state;
    const bool known = state == State::complete || state == State::failed || state == State::pruned;
    all.push_back(known ? slots_[i].view : view_run(directory(i)));
    all.back().run_id = tasks_[i].run_id;
  }
  return all;
}

void SweepSchedule::judge_all() {
  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const bool out = slots_[i].state == State::complete || slots_[i].state == State::failed;
    contenders.push_back({tasks_[i].steps_count, tasks_[i].baseline, out, slots_[i].results});
  }
  const std::vector<Verdict> verdicts = judge(*options_.halving, contenders);
  for (std::size_t i = 0; i < slots_.size(); ++i) obey(i, verdicts[i]);
}

void SweepSchedule::obey(std::size_t run, const Verdict& verdict) {
  Slot& slot = slots_[run];
  if (slot.state != State::waiting && slot.state != State::at_rung) return;
  slot.next_rung = verdict.next_rung;
  slot.state = verdict.pruned ? State::pruned : verdict.waits ? State::at_rung : State::waiting;
  if (verdict.pruned) prune(run, verdict.rung);
}

void SweepSchedule::prune(std::size_t run, std::uint64_t rung) {
  const double value = metric_of(*options_.halving, *result_at(run, rung));
  guarded([&] { write_pruned(directory(run), rung, metric_name(*options_.halving), value); });
  slots_[run].view = view_run(directory(run));
  slots_[run].view.phase = RunPhase::pruned;
}

std::optional<RungResult>& SweepSchedule::result_at(std::size_t run, std::uint64_t rung) {
  Slot& slot = slots_[run];
  const auto found = std::find(slot.rungs.begin(), slot.rungs.end(), rung);
  return slot.results.at(static_cast<std::size_t>(found - slot.rungs.begin()));
}

/// What cannot be noted on the disk is in the result all the same.
template <class Write>
void SweepSchedule::guarded(Write write) {
  try {
    write();
  } catch (const IoError& error) {
    observer_.note(error.what());
  }
}

void SweepSchedule::settle(std::size_t run, const ChildOutcome& outcome, bool stopping) {
  switch (outcome.kind) {
    case EndKind::complete: return settle_complete(run);
    case EndKind::busy: return leave(run);
    case EndKind::stopped: return settle_stopped(run, outcome);
    case EndKind::crashed: return settle_crashed(run, outcome, stopping);
    case EndKind::timed_out: return settle_failed(run, outcome, RunPhase::timed_out);
    case EndKind::failed: return settle_failed(run, outcome, RunPhase::failed);
  }
}

void SweepSchedule::settle_complete(std::size_t run) {
  slots_[run].view = view_run(directory(run));
  if (is_complete(slots_[run].view.phase)) return complete(run);
  ChildOutcome outcome;
  outcome.message = "it says that it is complete, and there is no report";
  settle_failed(run, outcome, RunPhase::failed);
}

void SweepSchedule::settle_stopped(std::size_t run, const ChildOutcome& outcome) {
  Slot& slot = slots_[run];
  slot.state = State::stopped;
  const auto& at = outcome.stopped_at;
  if (!at || !slot.next_rung || at->step < *slot.next_rung) return;
  guarded([&] { write_rung(directory(run), *slot.next_rung, *at); });
  result_at(run, *slot.next_rung) = at;
  slot.state = State::at_rung;
}

void SweepSchedule::settle_crashed(std::size_t run, const ChildOutcome& outcome, bool stopping) {
  slots_[run].state = stopping ? State::stopped : State::waiting;
  if (!stopping && ++slots_[run].crashes > options_.retries) settle_failed(run, outcome, RunPhase::crashed);
}

void SweepSchedule::settle_failed(std::size_t run, const ChildOutcome& outcome, RunPhase phase) {
  guarded([&] { slots_[run].view = view_run(directory(run)); });
  if (is_complete(slots_[run].view.phase)) return complete(run);  // what failed came after its report
  const std::uint64_t attempts = slots_[run].crashes + (phase == RunPhase::crashed ? 0 : 1);
  guarded([&] {
    write_failure(directory(run), {phase, outcome.exit_code, outcome.signal, attempts, outcome.message});
  });
  RunView& view = slots_[run].view;
  guarded([&] { view = view_run(directory(run)); });
  if (view.phase != phase) {  // it could not be noted
    view.phase = phase;
    view.message = outcome.message;
  }
  fail(run);
}

}  // namespace exmy
