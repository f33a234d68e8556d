#include "sim/sweep/view_json.hpp"

#include "sim/base/json_text.hpp"

namespace exmy {
namespace {

void add(Json& object, const char* key, const std::optional<double>& number) {
  if (number) object[key] = json_number(*number);
}

void add(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json json_of(const ViewedRun& run) {
  const RunView& v = run.view;
  Json out{{"run_id", v.run_id}, {"directory", run.directory.string()}, {"phase", name_of(v.phase)}};
  add(out, "sweep", run.sweep);
  if (run.baseline) out["baseline"] = true;
  for (const auto& [name, value] : run.parameters) out["parameters"][name] = value;
  if (v.steps_count > 0 || v.step > 0) out["step"] = v.step;
  if (v.steps_count > 0) out["steps_count"] = v.steps_count;
  add(out, "train_loss", v.train_loss);
  add(out, "validation_loss", v.validation_loss);
  add(out, "validation_accuracy_fraction", v.validation_accuracy_fraction);
  add(out, "wall_s", v.wall_s);
  add(out, "seconds_left", v.seconds_left);
  add(out, "finished_at", v.finished_at);
  add(out, "owner", v.owner);
  add(out, "message", v.message);
  return out;
}

}  // namespace

Json json_of(const SweepView& view) {
  Json out{{"schema_version", 1},
           {"title", view.title()},
           {"runs_count", view.runs().size()},
           {"counts", Json::object()},
           {"runs", Json::array()}};
  for (std::size_t i = 0; i < run_phase_count; ++i) {
    const auto phase = static_cast<RunPhase>(i);
    out["counts"][std::string(name_of(phase))] = view.count(phase);
  }
  add(out, "seconds_left", view.seconds_left());
  for (const ViewedRun& run : view.runs()) out["runs"].push_back(json_of(run));
  return out;
}

}  // namespace exmy
