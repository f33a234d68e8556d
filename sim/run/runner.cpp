#include "sim/run/runner.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "sim/base/arithmetic_modes.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/progress.hpp"
#include "sim/run/progress_file.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/results.hpp"
#include "sim/run/run_log.hpp"

namespace exmy {
namespace {

/// A run without a number takes what OpenMP gave the program at first, whatever the run before it took.
void use_threads(int given) {
  static const int automatic = omp_get_max_threads();
  omp_set_num_threads(given > 0 ? given : automatic);
  require_usual_modes_of_threads();
}

void make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw IoError(printable(path.string()) + ": cannot create the run directory: " + error.message());
}

/// What a directory already holds stays: how a run was asked for the first time.
void write_once(const std::filesystem::path& path, const Json& value) {
  if (!std::filesystem::exists(path)) write_atomically(path, pretty_text(value));
}

ReportInput report_input_of(const Prepared& run) {
  return {&run.experiment,
          run.run_id,
          utc_now(),
          run.config_sha256,
          run.experiment.files,
          run.overrides,
          provenance_of(run.data_files, run.experiment.threads, fits_float_carrier(run.experiment)),
          run.warnings,
          run.dry_step.sites,
          0,
          run.data.get()};
}

/// How a run was started stays what it was when it goes on.
Json origin_of(const ReportInput& input) {
  return {{"files", input.config_files}, {"overrides", input.overrides}, {"started_at", input.started_at}};
}

void take_origin(const Json& origin, ReportInput& input) {
  if (origin_of(input).size() != origin.size()) return;
  origin.at("files").get_to(input.config_files);
  origin.at("overrides").get_to(input.overrides);
  origin.at("started_at").get_to(input.started_at);
}

/// What should have followed the report, had its process not been killed. Whoever holds the lock still does it; a
/// directory that cannot be written is complete all the same.
void tidy(const std::filesystem::path& directory) {
  if (!is_untidy(directory)) return;
  try {
    RunLock lock(directory, WhenLocked::leave);
    if (!lock.is_held()) return;
    tidy_complete(directory);
  } catch (const IoError&) {
  }
}

std::optional<RunOutcome> kept_if_complete(const std::filesystem::path& directory,
                                           const std::string& config_sha256) {
  const std::string status = status_of_complete(directory, config_sha256);
  if (status.empty()) return std::nullopt;
  return RunOutcome{directory, status, true, {}};
}

StoppedAt stopped_at(const Trace& trace) {
  constexpr std::ptrdiff_t recent = 20;
  const std::vector<double>& losses = trace.train_loss;
  const auto count = std::min(recent, std::ssize(losses));
  StoppedAt at{losses.size(), 0, {}};
  if (count > 0)
    at.train_loss = std::accumulate(losses.end() - count, losses.end(), 0.0) / static_cast<double>(count);
  if (!trace.validation.empty()) at.validation_loss = trace.validation.back().result.loss;
  return at;
}

/// Stops a run whose lock is lost, before the logs are written to.
class LockWatch : public RunObserver {
 public:
  explicit LockWatch(RunLock& lock) : lock_(lock) {}

  void started(std::uint64_t, std::uint64_t) override { lock_.require(); }
  void stepped(std::uint64_t, double, bool) override { lock_.require_if_late(); }
  void evaluated(const ValidationPoint&) override { lock_.require_if_late(); }
  void recorded(std::uint64_t, const std::vector<GradientSeries>&) override { lock_.require_if_late(); }

 private:
  RunLock& lock_;
};

/// One process's work in a run directory whose lock it holds.
class Training {
 public:
  Training(const std::filesystem::path& directory, Prepared& run, const RunOptions& options,
           const std::string& label, RunLock& lock)
      : directory_(directory),
        run_(run),
        lock_(lock),
        progress_(label, options.quiet),
        input_(report_input_of(run)),
        checkpoints_(CheckpointStore(directory / "checkpoint", run.config_sha256), run.experiment.checkpoint,
                     [&](Checkpoint& c) { complete(c); }) {
    find_checkpoint(label);
  }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;
  ~Training() {
    if (!lock_.is_lost()) remove_progress_file(directory_);
  }

  RunOutcome operator()() {
    forget_ending(directory_);
    write_configuration();
    log_.emplace(directory_, log_lengths_);
    LockWatch watch(lock_);
    ProgressFile file(directory_, input_.started_at);
    Observers observers({&watch, &*log_, &file, &progress_});
    Telemetry telemetry(run_.experiment.stats);
    const Trace trace = fits_float_carrier(run_.experiment)
                            ? train<float>(run_.experiment, *run_.data, telemetry, observers, checkpoints_)
                            : train<double>(run_.experiment, *run_.data, telemetry, observers, checkpoints_);
    const std::string status(name_of(trace.status));
    lock_.require();
    log_->event({{"event", status}, {"time", utc_now()}, {"steps_count", trace.train_loss.size()}});
    const bool stopped = trace.status == RunStatus::stopped;
    input_.peak_rss_bytes = peak_rss_bytes();
    if (!stopped) write_results(directory_, input_, trace, telemetry);
    progress_.finished(trace);
    return {directory_, status, false, stopped ? std::optional(stopped_at(trace)) : std::nullopt};
  }

 private:
  /// Nothing in the directory is touched before: it may be another run's.
  void find_checkpoint(const std::string& label) {
    const auto& found = checkpoints_.find();
    for (const std::string& complaint : checkpoints_.complaints())
      std::fprintf(stderr, "%s: passed over: %s\n", label.c_str(), complaint.c_str());
    if (found) {
      take_origin(found->origin, input_);
      log_lengths_ = found->logs;
    }
  }

  void write_configuration() const {
    write_once(directory_ / "config.json", run_.document->value());
    write_once(directory_ / "config.resolved.json", run_.experiment.resolved);
  }

  void complete(Checkpoint& c) {
    lock_.require();
    c.logs = log_->synced();
    c.origin = origin_of(input_);
  }

  const std::filesystem::path& directory_;
  Prepared& run_;
  RunLock& lock_;
  Progress progress_;
  ReportInput input_;
  Checkpoints checkpoints_;
  Json log_lengths_ = Json::object();
  std::optional<RunLog> log_;
};

RunOutcome train_in(const std::filesystem::path& directory, Prepared& run, const RunOptions& options,
                    const std::string& label, RunLock& lock) {
  use_threads(run.experiment.threads);
  return Training(directory, run, options, label, lock)();
}

}  // namespace

RunOutcome execute(Prepared& run, const RunOptions& options, const std::string& label) {
  const std::filesystem::path directory = options.out / run.run_id;
  if (const auto kept = kept_if_complete(directory, run.config_sha256)) {
    tidy(directory);
    return *kept;
  }
  make_directory(directory);
  RunLock lock(directory, options.when_locked);
  if (lock.is_busy()) {
    std::fprintf(stderr, "%s: another process works in %s (%s); left alone\n", label.c_str(),
                 printable(directory.string()).c_str(), lock.owner().c_str());
    return {directory, busy_status, false, {}};
  }
  if (!lock.is_held()) return {directory, std::string(name_of(RunStatus::stopped)), false, {}};
  if (const auto kept =
          kept_if_complete(directory, run.config_sha256)) {  // by the process that we waited for
    tidy_complete(directory);
    return *kept;
  }
  return train_in(directory, run, options, label, lock);
}

}  // namespace exmy
