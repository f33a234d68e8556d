#include "sim/sweep/run_view.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/checkpoint_store.hpp"
#include "sim/run/lock_file.hpp"
#include "sim/run/progress_file.hpp"
#include "sim/run/report_version.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t small_file = std::size_t{1} << 20;

/// Names in a directory; none if it is not there.
std::set<std::string> names_in(const fs::path& directory) {
  std::error_code error;
  std::set<std::string> names;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    names.insert(entry->path().filename().string());
  if (error && error != std::errc::no_such_file_or_directory)
    throw IoError("cannot read " + printable(directory.string()) + ": " + error.message());
  return names;
}

/// An object, or null for whatever is missing, torn or something else.
Json small_object(const fs::path& path) {
  try {
    Json value = Json::parse(read_file(path, small_file), nullptr, false);
    return value.is_object() ? value : Json();
  } catch (const IoError&) {
    return {};
  }
}

/// Of a report, which may be large, only the members that are looked at; null if it is torn.
Json parts_of_report(const fs::path& path) {
  const auto wanted = [](int depth, Json::parse_event_t event, const Json& parsed) {
    return depth != 1 || event != Json::parse_event_t::key || parsed == "cost" || parsed == "final" ||
           parsed == "run" || parsed == "schema_version";
  };
  Json report = Json::parse(read_file(path, any_size), wanted, false);
  if (!report.is_object()) return {};
  check_report_version(report, path.string());
  return report;
}

Json member_or_null(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json()) : Json();
}

std::string text_in(const Json& object, const char* key) {
  const Json value = member_or_null(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

std::optional<double> number_in(const Json& object, const char* key) {
  return number_of(member_or_null(object, key));
}

std::uint64_t count_in(const Json& object, const char* key) {
  const Json value = member_or_null(object, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

void take_losses(RunView& view, const Json& object) {
  view.train_loss = number_in(object, "train_loss");
  view.validation_loss = number_in(object, "validation_loss");
  view.validation_accuracy_fraction = number_in(object, "validation_accuracy_fraction");
}

std::string divergence_text(const Json& divergence) {
  std::string text = "step " + std::to_string(count_in(divergence, "step"));
  const std::string layer = text_in(divergence, "layer");
  if (!layer.empty()) text += ", " + layer + "/" + text_in(divergence, "op");
  for (const char* key : {"pass", "role"})
    if (const std::string word = text_in(divergence, key); !word.empty()) text += "/" + word;
  const std::string message = text_in(divergence, "message");
  return message.empty() ? text : text + ": " + message;
}

class Viewer {
 public:
  explicit Viewer(const fs::path& directory) : directory_(directory), files_(names_in(directory)) {
    view_.run_id = fs::absolute(directory / "").lexically_normal().parent_path().filename().string();
  }

  RunView view() {
    if (!is_complete() && !is_running() && !is_failed() && !is_pruned()) is_begun();
    return view_;
  }

 private:
  bool has(const char* name) const { return files_.contains(name); }
  Json object(const char* name) const { return has(name) ? small_object(directory_ / name) : Json(); }

  bool is_complete() {
    if (!has("report.json")) return false;
    const Json report = parts_of_report(directory_ / "report.json");
    const Json run = member_or_null(report, "run");
    const std::string status = text_in(run, "status");
    if (status != "completed" && status != "diverged") return false;
    view_.phase = status == "completed" ? RunPhase::completed : RunPhase::diverged;
    view_.step = view_.steps_count = count_in(run, "steps_count");
    view_.finished_at = text_in(run, "finished_at");
    view_.wall_s = number_in(member_or_null(report, "cost"), "wall_s");
    take_losses(view_, member_or_null(report, "final"));
    if (view_.phase == RunPhase::diverged) view_.message = divergence_text(member_or_null(run, "divergence"));
    return true;
  }

  bool is_running() {
    if (!has(lock_file_name)) return false;
    const LockState lock = state_of_lock();
    if (lock.kind != LockState::Kind::alive) return false;
    view_.phase = RunPhase::running;
    view_.owner = lock.owner;
    take_progress(object(progress_file_name));
    return true;
  }

  LockState state_of_lock() const {
    try {
      return look_at_lock(directory_);
    } catch (const IoError&) {
      return {};
    }
  }

  void take_progress(const Json& progress) {
    view_.step = count_in(progress, "step");
    view_.steps_count = count_in(progress, "steps_count");
    take_losses(view_, progress);
    const auto seconds = number_in(progress, "wall_s");
    if (seconds && view_.step > 0 && view_.step <= view_.steps_count)
      view_.seconds_left =
          *seconds / static_cast<double>(view_.step) * static_cast<double>(view_.steps_count - view_.step);
  }

  bool is_failed() {
    const Json failure = object("failure.json");
    const std::string status = text_in(failure, "status");
    const std::array kinds{std::pair{"failed", RunPhase::failed}, std::pair{"crashed", RunPhase::crashed},
                           std::pair{"timed_out", RunPhase::timed_out}};
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == status; });
    if (kind == kinds.end()) return false;
    view_.phase = kind->second;
    view_.finished_at = text_in(failure, "time");
    view_.message = text_in(failure, "message");
    if (const std::string signal = text_in(failure, "signal"); view_.phase == RunPhase::crashed)
      view_.message = signal + (signal.empty() || view_.message.empty() ? "" : ": ") + view_.message;
    take_steps();
    return true;
  }

  bool is_pruned() {
    const Json pruned = object("pruned.json");
    if (pruned.is_null()) return false;
    view_.phase = RunPhase::pruned;
    take_steps();
    view_.step = count_in(pruned, "step");
    view_.finished_at = text_in(pruned, "time");
    const bool validation = text_in(pruned, "metric").starts_with("validation");
    (validation ? view_.validation_loss : view_.train_loss) = number_in(pruned, "value");
    return true;
  }

  void is_begun() {
    if (!has("config.resolved.json") && !has("checkpoint")) return;
    view_.phase = RunPhase::stopped;
    take_steps();
  }

  /// Of a run that nobody works on: where it would go on.
  void take_steps() {
    const std::vector<std::uint64_t> steps = CheckpointStore(directory_ / "checkpoint", "").steps();
    view_.step = steps.empty() ? 0 : steps.front();
    if (!has("events.jsonl")) return;
    try {
      const std::string text = read_prefix(directory_ / "events.jsonl", 4096);
      view_.steps_count =
          count_in(Json::parse(text.substr(0, text.find('\n')), nullptr, false), "steps_count");
    } catch (const IoError&) {  // then it is not known
    }
  }

  fs::path directory_;
  std::set<std::string> files_;
  RunView view_;
};

}  // namespace

std::string_view name_of(RunPhase phase) {
  switch (phase) {
    case RunPhase::pending: return "pending";
    case RunPhase::running: return "running";
    case RunPhase::stopped: return "stopped";
    case RunPhase::completed: return "completed";
    case RunPhase::diverged: return "diverged";
    case RunPhase::failed: return "failed";
    case RunPhase::crashed: return "crashed";
    case RunPhase::timed_out: return "timed_out";
    case RunPhase::pruned: return "pruned";
  }
  return "";
}

RunView view_run(const fs::path& directory) { return Viewer(directory).view(); }

}  // namespace exmy
