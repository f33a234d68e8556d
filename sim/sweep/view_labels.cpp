#include "sim/sweep/view_labels.hpp"

#include <algorithm>

#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

std::string value_text(const Json& value) {
  return printable(value.is_string() ? value.get<std::string>() : compact_text(value), 60);
}

std::string label_of(const ViewedRun& run, bool with_sweep) {
  std::vector<std::string> names;
  for (const auto& [name, value] : run.parameters) names.push_back(name);
  std::string label = run.baseline ? "baseline" : "";
  for (const auto& [name, value] : run.parameters)
    label += (label.empty() ? "" : " ") + printable(short_name(name, names)) + "=" + value_text(value);
  if (label.empty()) return printable(run.view.run_id);
  return (with_sweep ? printable(run.sweep) + ": " : "") + label;
}

}  // namespace

std::size_t count_of(const std::vector<ViewedRun>& runs, RunPhase phase) {
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [&](const ViewedRun& r) { return r.view.phase == phase; }));
}

bool went_wrong(RunPhase phase) {
  return phase == RunPhase::failed || phase == RunPhase::crashed || phase == RunPhase::timed_out;
}

std::string short_name(const std::string& name, const std::vector<std::string>& all) {
  for (std::size_t at = name.size(); at != std::string::npos && at > 0;) {
    at = name.rfind('.', at - 1);
    if (at == std::string::npos) break;
    const std::string end = name.substr(at);
    const auto same = std::count_if(all.begin(), all.end(), [&](const std::string& other) {
      return other.ends_with(end) || "." + other == end;
    });
    if (same == 1) return end.substr(1);
  }
  return name;
}

TextStyle style_of(RunPhase phase) {
  switch (phase) {
    case RunPhase::pending: return TextStyle::faint;
    case RunPhase::running: return TextStyle::active;
    case RunPhase::stopped: return TextStyle::faint;
    case RunPhase::completed: return TextStyle::good;
    case RunPhase::diverged:
    case RunPhase::failed:
    case RunPhase::crashed:
    case RunPhase::timed_out: return TextStyle::bad;
    case RunPhase::pruned: return TextStyle::plain;
  }
  return TextStyle::plain;
}

std::string words_of(RunPhase phase) {
  std::string words(name_of(phase));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::size_t done_count(const std::vector<ViewedRun>& runs) {
  return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const ViewedRun& r) {
    return is_ended(r.view.phase) && !went_wrong(r.view.phase);
  }));
}

std::string done_text(const std::vector<ViewedRun>& runs) {
  return std::to_string(done_count(runs)) + " of " + std::to_string(runs.size()) + " done";
}

std::vector<std::string> labels_of(const std::vector<ViewedRun>& runs) {
  const bool several = std::any_of(runs.begin(), runs.end(),
                                   [&](const ViewedRun& r) { return r.sweep != runs.front().sweep; });
  std::vector<std::string> labels;
  for (const ViewedRun& run : runs) labels.push_back(label_of(run, several && !run.sweep.empty()));
  return labels;
}

}  // namespace exmy
