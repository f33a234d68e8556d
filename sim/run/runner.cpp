#include "sim/run/runner.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdio>

#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/sha256.hpp"
#include "sim/base/text.hpp"
#include "sim/nn/datasets/data_error.hpp"
#include "sim/run/probe.hpp"
#include "sim/run/progress.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/report.hpp"
#include "sim/run/run_directory.hpp"
#include "sim/run/run_lock.hpp"

namespace exmy {
namespace {

/// events.jsonl and stats.jsonl, and the progress line.
class RunLog : public RunObserver {
 public:
  /// `lengths`: how much of each log is kept, in bytes; what is not named starts again.
  RunLog(const std::filesystem::path& directory, const Json& lengths, Progress& progress)
      : events_(directory / events_name, lengths.value(events_name, std::uint64_t{0})),
        stats_(directory / stats_name, lengths.value(stats_name, std::uint64_t{0})),
        progress_(progress) {}

  void event(const Json& line) { events_.append(compact_text(line)); }
  /// Lengths of the logs, once they are safe on the disk.
  Json synced() { return {{events_name, events_.sync()}, {stats_name, stats_.sync()}}; }
  void started(std::uint64_t steps, std::uint64_t done) override {
    if (done == 0)
      event({{"event", "started"}, {"time", utc_now()}, {"steps_count", steps}});
    else
      event({{"event", "resumed"}, {"time", utc_now()}, {"step", done}});
    progress_.started(steps, done);
  }
  void stepped(std::uint64_t step, double loss, bool skipped) override {
    if (skipped) event({{"event", "skipped"}, {"step", step}});
    progress_.stepped(step, loss, skipped);
  }
  void evaluated(const ValidationPoint& p) override {
    event({{"event", "validation"},
           {"step", p.step},
           {"loss", json_number(p.result.loss)},
           {"accuracy_fraction", p.result.accuracy_fraction}});
    progress_.evaluated(p);
  }
  void recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) override {
    Json line{{"step", step}, {"gradients", Json::array()}};
    for (const GradientSeries& g : gradients) {
      if (g.points.empty() || g.points.back().step != step) continue;
      const GradientPoint& p = g.points.back();
      line["gradients"].push_back({{"layer", g.layer},
                                   {"parameter", g.parameter},
                                   {"l2_norm", json_number(p.moments.l2_norm)},
                                   {"amax", json_number(p.moments.amax)},
                                   {"update_to_weight_ratio", json_number(p.update_to_weight_ratio)}});
    }
    stats_.append(compact_text(line));
  }

 private:
  static constexpr const char* events_name = "events.jsonl";
  static constexpr const char* stats_name = "stats.jsonl";
  AppendLog events_, stats_;
  Progress& progress_;
};

std::vector<std::string> spelled(const std::vector<Assignment>& assignments) {
  std::vector<std::string> words;
  for (const Assignment& a : assignments) {
    std::string key = a.pointer.empty() ? "" : a.pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    words.push_back(a.action == OverrideAction::remove ? "~" + key : key + "=" + compact_text(a.value));
  }
  return words;
}

/// Everything that decides the result: the configuration but its name, threads, checkpoints and limits, the
/// data, the definitions.
std::string identity_of(const Prepared& p) {
  Json config = p.experiment.resolved;
  for (const char* key : {"name", "threads", "checkpoint", "limits"}) config.erase(key);
  Json hashes = Json::array();
  for (const Json& file : p.data_files) hashes.push_back(file["sha256"]);
  return sha256_hex(
      compact_text({{"config", config}, {"data", hashes}, {"numerics_version", numerics_version}}));
}

std::string directory_name(const std::string& name) {
  std::string safe = name.empty() ? "run" : name;
  for (char& c : safe)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
          c == '_' || c == '.'))
      c = '_';
  if (safe.front() == '.') safe.front() = '_';
  return safe.substr(0, 80);
}

void load_data(Prepared& p, DataCache& cache) {
  const std::string key = compact_text(p.experiment.resolved["data"]) + std::to_string(p.experiment.seed);
  for (const auto& [known, value] : cache)
    if (known == key) {
      std::tie(p.data, p.data_files) = value;
      return;
    }
  p.data = std::make_shared<const Dataset>(p.experiment.data(p.experiment.seed));
  p.data_files = data_files_of(*p.data);
  cache.push_back({key, {p.data, p.data_files}});
}

[[noreturn]] void refuse_data(const Prepared& p, std::string_view code, const std::string& message) {
  std::string pointer = "/data";
  for (const auto& [key, value] : p.document->value()["data"].items())  // the key that names the file
    if (value.is_string() && message.starts_with(value.get<std::string>() + ":")) pointer = "/data/" + key;
  throw ConfigError({{std::string(code), p.document->origin(pointer), pointer, message}});
}

void check_data(Prepared& p, DataCache& cache) {
  try {
    load_data(p, cache);
  } catch (const UnreadableData& error) {
    refuse_data(p, codes::unreadable_data, error.what());
  } catch (const DataError& error) {
    refuse_data(p, codes::malformed_data, error.what());
  }
  if (p.experiment.loss == LossKind::cross_entropy && p.data->classes_count == 0)
    refuse_data(p, codes::data_misfit, "the loss cross_entropy needs classes; these data have real targets");
}

std::string status_of_complete(const std::filesystem::path& report) {
  std::error_code error;
  if (!std::filesystem::exists(report, error)) {
    if (error) throw IoError("cannot read " + printable(report.string()) + ": " + error.message());
    return {};
  }
  const Json json = Json::parse(read_file(report, std::size_t{1} << 30), nullptr, false);
  const Json::json_pointer where("/run/status");
  if (!json.is_object() || !json.contains(where) || !json[where].is_string()) return {};
  const auto status = json[where].get<std::string>();
  return status == "completed" || status == "diverged" ? status : "";
}

/// A run without a number takes what OpenMP gave the program at first, whatever the run before it took.
void use_threads(int given) {
  static const int automatic = omp_get_max_threads();
  omp_set_num_threads(given > 0 ? given : automatic);
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
          run.dry_step.sites};
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

void remove_checkpoints(const std::filesystem::path& directory) {
  std::error_code ignored;
  std::filesystem::remove_all(directory / "checkpoint", ignored);
}

/// What should have followed the report of a complete run, if its process was killed before.
void tidy_complete(const std::filesystem::path& directory) {
  try {
    if (!std::filesystem::exists(directory / "SHA256SUMS")) write_sums(directory);
  } catch (const IoError&) {  // a directory that cannot be written is complete all the same
    return;
  }
  remove_checkpoints(directory);
  std::error_code ignored;
  std::filesystem::remove(directory / "lock", ignored);
}

/// Weights, then the report, which makes the directory complete.
void write_results(const std::filesystem::path& directory, const ReportInput& input, const Trace& trace,
                   const Telemetry& telemetry) {
  write_atomically(directory / "weights.safetensors", to_safetensors(trace.weights));
  write_atomically(directory / "report.json", pretty_text(report_of(input, trace, telemetry)));
  write_sums(directory);
  remove_checkpoints(directory);
}

std::optional<RunOutcome> kept_if_complete(const std::filesystem::path& directory) {
  const std::string status = status_of_complete(directory / "report.json");
  if (status.empty()) return std::nullopt;
  tidy_complete(directory);
  return RunOutcome{directory, status, true};
}

RunOutcome train_in(const std::filesystem::path& directory, Prepared& run, const RunOptions& options,
                    const std::string& label) {
  write_once(directory / "config.json", run.document->value());
  write_once(directory / "config.resolved.json", run.experiment.resolved);
  use_threads(run.experiment.threads);
  Progress progress(label, options.quiet);
  std::optional<RunLog> log;
  ReportInput input = report_input_of(run);
  Checkpoints checkpoints(CheckpointStore(directory / "checkpoint", run.config_sha256),
                          run.experiment.checkpoint, [&](Checkpoint& c) {
                            c.logs = log->synced();
                            c.origin = origin_of(input);
                          });
  const auto& found = checkpoints.find();
  for (const std::string& complaint : checkpoints.complaints())
    std::fprintf(stderr, "%s: passed over: %s\n", label.c_str(), complaint.c_str());
  if (found) take_origin(found->origin, input);
  log.emplace(directory, found ? found->logs : Json::object(), progress);
  Telemetry telemetry(run.experiment.stats);
  const Trace trace = fits_float_carrier(run.experiment)
                          ? train<float>(run.experiment, *run.data, telemetry, *log, checkpoints)
                          : train<double>(run.experiment, *run.data, telemetry, *log, checkpoints);
  const std::string status(name_of(trace.status));
  log->event({{"event", status}, {"time", utc_now()}, {"steps_count", trace.train_loss.size()}});
  if (trace.status != RunStatus::stopped) write_results(directory, input, trace, telemetry);
  progress.finished(trace);
  return {directory, status, false};
}

}  // namespace

Prepared prepare(const std::string& file, const std::vector<Assignment>& assignments, DataCache& cache) {
  Prepared p;
  p.document = std::make_unique<Document>(Document::load(file));
  apply_overrides(*p.document, assignments);
  std::vector<Problem> problems;
  p.experiment = read_experiment(*p.document, std::filesystem::path(file).stem().string(), problems);
  throw_if_any(problems);
  p.experiment.files = p.document->files();
  p.overrides = spelled(assignments);
  check_data(p, cache);
  p.dry_step = check_sites(p.experiment, *p.data, *p.document, problems);
  throw_if_any(problems);
  p.warnings = warnings_of_configuration(p.experiment, p.dry_step.sites);
  p.config_sha256 = identity_of(p);
  p.run_id = directory_name(p.experiment.name) + "-" + p.config_sha256.substr(0, 12);
  return p;
}

RunOutcome execute(Prepared& run, const RunOptions& options, const std::string& label) {
  const std::filesystem::path directory = options.out / run.run_id;
  if (const auto kept = kept_if_complete(directory)) return *kept;
  make_directory(directory);
  RunLock lock(directory);
  if (!lock.is_held()) return {directory, std::string(name_of(RunStatus::stopped)), false};
  if (const auto kept = kept_if_complete(directory)) return *kept;  // by the process that we waited for
  RunOutcome outcome = train_in(directory, run, options, label);
  if (outcome.status != name_of(RunStatus::stopped)) lock.remove_file();
  return outcome;
}

}  // namespace exmy
