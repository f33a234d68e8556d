#include "sim/sweep/sweep_view.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

std::optional<FileStamp> stamp_of(const fs::path& file) {
  struct stat s {};
  if (::stat(file.c_str(), &s) != 0) return std::nullopt;
  return FileStamp{s.st_mtim.tv_sec, s.st_mtim.tv_nsec, static_cast<std::uint64_t>(s.st_size), s.st_ino};
}

bool is_run_directory(const fs::path& directory) {
  std::error_code ignored;
  for (const char* name : {"config.resolved.json", "report.json", "failure.json", "pruned.json"})
    if (fs::exists(directory / name, ignored)) return true;
  return false;
}

std::string joined(const std::vector<fs::path>& paths) {
  std::string text;
  for (const fs::path& path : paths) text += (text.empty() ? "" : " ") + printable(path.string());
  return text;
}

/// What of a run is still to do, of 1.
double share_left(const RunView& run) {
  if (is_ended(run.phase)) return 0;
  if (run.steps_count == 0 || run.step > run.steps_count) return 1;
  return static_cast<double>(run.steps_count - run.step) / static_cast<double>(run.steps_count);
}

/// Mean training time of whole runs: of completed ones, else as the running ones go.
std::optional<double> seconds_a_run(const std::vector<ViewedRun>& runs) {
  double completed = 0, running = 0, completed_count = 0, running_count = 0;
  for (const ViewedRun& run : runs) {
    const RunView& v = run.view;
    if (v.phase == RunPhase::completed && v.wall_s) completed += *v.wall_s, ++completed_count;
    if (v.phase == RunPhase::running && v.wall_s && v.seconds_left)
      running += *v.wall_s + *v.seconds_left, ++running_count;
  }
  if (completed_count > 0) return completed / completed_count;
  if (running_count > 0) return running / running_count;
  return std::nullopt;
}

}  // namespace

bool is_complete(RunPhase phase) { return phase == RunPhase::completed || phase == RunPhase::diverged; }

bool is_ended(RunPhase phase) {
  return phase != RunPhase::pending && phase != RunPhase::running && phase != RunPhase::stopped;
}

std::optional<double> estimate_seconds_left(const std::vector<ViewedRun>& runs, std::size_t ended,
                                            double seconds) {
  constexpr std::size_t few = 5;
  double share = 0, running = 0, longest = 0;
  const std::optional<double> one = seconds_a_run(runs);
  for (const ViewedRun& run : runs) {
    share += share_left(run.view);
    if (run.view.phase != RunPhase::running) continue;
    ++running;
    longest = std::max(longest, run.view.seconds_left.value_or(0));
  }
  if (running == 0) return std::nullopt;
  if (ended >= few) return std::max(longest, seconds / static_cast<double>(ended) * share);
  if (!one) return std::nullopt;
  return std::max(longest, *one * share / running);
}

SweepView::SweepView(std::vector<fs::path> directories)
    : directories_(std::move(directories)), title_(joined(directories_)) {
  refresh();
}

void SweepView::refresh() {
  std::vector<ViewedRun> before = std::exchange(runs_, {});
  seen_.clear();
  try {
    for (const fs::path& directory : directories_) add_directory(directory);
  } catch (...) {
    runs_ = std::move(before);
    throw;
  }
  counts_ = {};
  for (const ViewedRun& run : runs_) ++counts_[static_cast<std::size_t>(run.view.phase)];
  if (begin_) return;
  begin_ = Clock::now();
  ended_at_begin_ = ended_count();
}

void SweepView::add_directory(const fs::path& directory) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (!fs::exists(status))
    throw UsageError(printable(directory.string()) + ": " +
                     (error && error != std::errc::no_such_file_or_directory ? error.message()
                                                                             : "there is no such directory"));
  if (!fs::is_directory(status)) throw UsageError(printable(directory.string()) + " is no directory");
  if (is_sweep_directory(directory)) {
    add_sweep(directory);
    if (directories_.size() == 1) title_ = printable(index_of(directory).name);
  } else if (is_run_directory(directory)) {
    add_run({directory, "", {}, false, {}});
  } else {
    add_below(directory);
  }
}

void SweepView::add_below(const fs::path& directory) {
  std::error_code error;
  std::set<fs::path> below;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    if (std::error_code ignored; fs::is_directory(entry->path(), ignored)) below.insert(entry->path());
  if (error) throw IoError("cannot read " + printable(directory.string()) + ": " + error.message());
  const std::size_t before = runs_.size();
  for (const fs::path& path : below)
    if (is_sweep_directory(path))
      add_sweep(path);
    else if (is_run_directory(path))
      add_run({path, "", {}, false, {}});
  if (runs_.size() == before)
    throw UsageError(printable(directory.string()) +
                     " is neither the directory of a sweep nor that of a run, and holds none");
}

void SweepView::add_sweep(const fs::path& directory) {
  const SweepIndex& index = index_of(directory);
  for (const ListedRun& run : index.runs)
    add_run({directory / run.run_id, index.name, run.parameters, run.baseline, {}});
}

void SweepView::add_run(ViewedRun run) {
  if (!seen_.insert((run.directory / "").lexically_normal()).second) return;
  run.view = view_of(run.directory);
  runs_.push_back(std::move(run));
}

const SweepIndex& SweepView::index_of(const fs::path& directory) {
  const FileStamp stamp = stamp_of(directory / sweep_index_file).value_or(FileStamp{});
  const auto known = indices_.find(directory);
  if (known != indices_.end() && known->second.file == stamp) return known->second.index;
  return indices_.insert_or_assign(directory, KnownIndex{stamp, read_index(directory)}).first->second.index;
}

RunView SweepView::view_of(const fs::path& directory) {
  const std::optional<FileStamp> stamp = stamp_of(directory / "report.json");
  const auto known = complete_.find(directory);
  if (stamp && known != complete_.end() && known->second.report == *stamp) return known->second.view;
  try {
    RunView view = view_run(directory);
    if (stamp && is_complete(view.phase)) complete_.insert_or_assign(directory, CompleteRun{*stamp, view});
    return view;
  } catch (const IoError& error) {
    RunView view;
    view.run_id = (directory / "").parent_path().filename().string();
    view.phase = RunPhase::failed;
    view.message = error.what();
    return view;
  }
}

std::size_t SweepView::ended_count() const {
  return static_cast<std::size_t>(
      std::count_if(runs_.begin(), runs_.end(), [](const ViewedRun& r) { return is_ended(r.view.phase); }));
}

bool SweepView::is_over() const { return ended_count() == runs_.size(); }

std::optional<double> SweepView::seconds_left() const {
  const std::size_t ended = ended_count();
  return estimate_seconds_left(runs_, ended > ended_at_begin_ ? ended - ended_at_begin_ : 0,
                               std::chrono::duration<double>(Clock::now() - *begin_).count());
}

}  // namespace exmy
