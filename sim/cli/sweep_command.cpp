#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <set>
#include <system_error>

#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/sweep_output.hpp"
#include "sim/cli/sweep_show.hpp"
#include "sim/sweep/calibration.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

Sweep sweep_of(const std::vector<std::string>& words) {
  std::vector<std::string> files, overrides;
  for (const std::string& word : words) (is_override(word) ? overrides : files).push_back(word);
  if (files.size() != 1) throw UsageError("give one sweep file, and overrides of it such as run_cap=20");
  const auto combinations = expand(parse_overrides(overrides));
  if (combinations.size() != 1)
    throw UsageError("an override of a sweep takes one value; several are for its parameters");
  Document document = Document::load(files.front());
  apply_sweep_overrides(document, combinations.front());
  std::vector<Problem> problems;
  Sweep sweep = read_sweep(document, fs::path(files.front()).stem().string(), problems);
  throw_if_any(std::move(problems));
  return sweep;
}

std::size_t cores_count() { return static_cast<std::size_t>(std::max(1, omp_get_num_procs())); }

/// The cores are shared out among the children, unless the user said how many threads each has.
std::vector<std::pair<std::string, std::string>> environment_for(std::size_t jobs) {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) return {};
  return {{"OMP_NUM_THREADS", std::to_string(std::max<std::size_t>(1, cores_count() / jobs))}};
}

/// Runs of an earlier version of the sweep that the new one does not have.
std::size_t left_over(const SweepIndex& old, const PreparedSweep& sweep, const fs::path& directory) {
  std::set<std::string> listed;
  for (const PreparedSweepRun& run : sweep.runs) listed.insert(run.listed.run_id);
  return static_cast<std::size_t>(std::count_if(old.runs.begin(), old.runs.end(), [&](const ListedRun& run) {
    return !listed.contains(run.run_id) && fs::exists(directory / run.run_id);
  }));
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw IoError(printable(directory.string()) +
                  ": cannot create the directory of the sweep: " + error.message());
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    throw IoError(printable(directory.string()) +
                  ": cannot write the directory of the sweep: " + std::generic_category().message(errno));
}

/// Throws before anything is touched.
std::optional<SweepIndex> old_index(const fs::path& directory) {
  return is_sweep_directory(directory) ? std::optional(read_index(directory)) : std::nullopt;
}

std::vector<RunView> views_of(const PreparedSweep& sweep, const fs::path& directory) {
  std::vector<RunView> views;
  for (const PreparedSweepRun& run : sweep.runs) views.push_back(view_run(directory / run.listed.run_id));
  return views;
}

int show_plan(const SweepArguments& arguments, const PreparedSweep& sweep, const fs::path& directory,
              std::size_t jobs, bool stops_early) {
  SweepPlan plan{sweep, views_of(sweep, directory), std::nullopt, 0, jobs, stops_early};
  const TimeEstimate estimate = estimate_time(sweep, jobs, environment_for(jobs));
  if (estimate.interrupted) return exit_interrupted;
  plan.run_s = estimate.run_s;
  plan.measured_count = estimate.measured_count;
  arguments.json ? print_plan_json(plan, directory) : print_plan(plan);
  return 0;
}

int exit_code(const SweepArguments& arguments, const SweepResult& result) {
  if (result.interrupted) return exit_interrupted;
  if (result.stopped) return exit_stopped;
  for (const RunView& view : result.views) {
    switch (view.phase) {
      case RunPhase::failed:
      case RunPhase::crashed:
      case RunPhase::timed_out: return 1;
      case RunPhase::diverged:
        if (arguments.fail_on_divergence) return 1;
        break;
      case RunPhase::pending:
      case RunPhase::running:
      case RunPhase::stopped:
      case RunPhase::completed:
      case RunPhase::pruned: break;
    }
  }
  return 0;
}

RunnerOptions options_of(const SweepArguments& arguments, const Sweep& sweep, const fs::path& directory,
                         std::size_t jobs) {
  RunnerOptions options;
  options.directory = directory;
  options.jobs = jobs;
  options.environment = environment_for(jobs);
  options.retries = sweep.retries;
  options.time_limit_s = sweep.time_limit_s;
  options.halving = sweep.halving;
  options.fail_fast = arguments.fail_fast;
  options.divergence_fails = arguments.fail_on_divergence;
  return options;
}

void open_directory(const Sweep& sweep, const PreparedSweep& prepared, const fs::path& directory,
                    const std::optional<SweepIndex>& old) {
  make_directory(directory);
  SweepIndex index{sweep.name, {}, sweep.resolved};
  for (const PreparedSweepRun& run : prepared.runs) index.runs.push_back(run.listed);
  write_index(directory, index);
  if (const std::size_t count = old ? left_over(*old, prepared, directory) : 0)
    std::cerr << count
              << (count == 1 ? " run that this sweep no longer lists stays"
                             : " runs that this sweep no longer lists stay")
              << " in " << printable(directory.string()) << "\n";
}

}  // namespace

int sweep_command(const SweepArguments& arguments) {
  watch_stop_signals();
  const Sweep sweep = sweep_of(arguments.words);
  const fs::path directory = arguments.out / sweep.name;
  const auto old = old_index(directory);
  const PreparedSweep prepared = prepare_sweep(sweep);
  for (const std::string& warning : prepared.warnings) std::cerr << warning << "\n";
  if (prepared.duplicates_count > 0 && !arguments.quiet)
    std::cerr << prepared.duplicates_count << " of " << sweep.runs.size()
              << " combinations are the same experiment as another one\n";
  const std::size_t jobs = arguments.jobs > 0 ? arguments.jobs : cores_count();
  if (arguments.dry_run) return show_plan(arguments, prepared, directory, jobs, sweep.halving.has_value());
  open_directory(sweep, prepared, directory, old);
  std::vector<SweepTask> tasks;
  for (const PreparedSweepRun& run : prepared.runs) tasks.push_back(run.task);
  SweepShow show(directory, arguments.quiet);
  RunnerOptions options = options_of(arguments, sweep, directory, jobs);
  options.tick_s = show.tick_s();
  const SweepResult result = run_sweep(tasks, options, show);
  show.end();
  if (!result.interrupted)
    arguments.json ? print_results_json(prepared, result.views, directory)
                   : print_results(prepared, result.views);
  if (result.stopped && !result.interrupted) std::cerr << "stopped; the same command goes on\n";
  return exit_code(arguments, result);
}

}  // namespace exmy
