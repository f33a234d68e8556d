#include "sim/compare/metric.hpp"

#include <algorithm>
#include <array>

#include "formats/counters.hpp"
#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/pointer.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/quant/policy.hpp"

namespace exmy {
namespace {

struct ShortName {
  std::string_view name, pointer;
};

constexpr std::array short_names{
    ShortName{"train_loss", "/final/train_loss"},
    ShortName{"validation_loss", "/final/validation_loss"},
    ShortName{"validation_accuracy", "/final/validation_accuracy_fraction"},
    ShortName{"train_accuracy", "/final/train_accuracy_fraction"},
    ShortName{"loss_scale", "/final/loss_scale"},
    ShortName{"skipped_steps", "/final/skipped_steps_count"},
    ShortName{"steps", "/run/steps_count"},
    ShortName{"wall_s", "/cost/wall_s"},
    ShortName{"macs", "/cost/macs_count"},
    ShortName{"ops", "/cost/emulated_ops_count"},
    ShortName{"memory_bytes", "/memory/peak_bytes_count"},
    ShortName{"memory_ratio", "/memory/ratio_to_fp32"},
};

constexpr std::string_view fraction = "_fraction";
constexpr std::string_view count_end = "_count";

std::vector<std::string> counter_words() {
  std::vector<std::string> words;
  for (const std::string_view counter : counter_names) {
    words.push_back(std::string(counter) + std::string(count_end));
    if (counter != counter_names.back()) words.push_back(std::string(counter) + std::string(fraction));
  }
  return words;
}

std::vector<std::string> known_words() {
  std::vector<std::string> words;
  for (const ShortName& row : short_names) words.emplace_back(row.name);
  for (std::string& word : counter_words()) words.push_back(std::move(word));
  return words;
}

Metric by_pointer(const std::string& name, const std::string& pointer) {
  try {
    static_cast<void>(Json::json_pointer(pointer));
  } catch (const Json::exception&) {
    throw UsageError("--metric " + in_quotes(name) + " is no JSON pointer: \"~\" is written ~0, \"/\" ~1");
  }
  return {name, pointer, "", "", pointer.find("accuracy") != std::string::npos};
}

Metric counter_named(const std::string& name) {
  const std::size_t at = name.find('@');
  const std::string counter = name.substr(0, at);
  const auto words = counter_words();
  if (std::find(words.begin(), words.end(), counter) == words.end()) {
    const bool is_short = at == std::string::npos;
    throw UsageError("unknown metric " + in_quotes(name) + " " +
                     did_you_mean(counter, is_short ? known_words() : words) +
                     (is_short ? "; or a JSON pointer into the report, such as /final/train_loss" : ""));
  }
  return {name, "", counter, at == std::string::npos ? "*" : name.substr(at + 1)};
}

std::string place_of(const Json& tensor) {
  std::string name;
  for (const char* key : {"layer", "op", "pass", "role"})
    name += (name.empty() ? "" : "/") + tensor.value(key, std::string());
  return name;
}

/// The sum over all places, or its share of all roundings there; a counter that none of them has is nothing.
std::optional<double> counted(const Metric& metric, const Json& tensors) {
  const bool is_fraction = metric.counter.ends_with(fraction);
  const std::size_t suffix = is_fraction ? fraction.size() : count_end.size();
  const std::string key = metric.counter.substr(0, metric.counter.size() - suffix) + std::string(count_end);
  std::uint64_t events = 0;
  std::uint64_t roundings = 0;
  bool found = false;
  for (const Json& tensor : tensors) {
    const Json& counters = tensor.at("counters");
    if (!counters.contains(key) || !glob_matches(metric.places, place_of(tensor))) continue;
    found = true;
    events += counters.at(key).get<std::uint64_t>();
    roundings += counters.at("total_count").get<std::uint64_t>();
  }
  if (!found || (is_fraction && roundings == 0)) return std::nullopt;
  return is_fraction ? static_cast<double>(events) / static_cast<double>(roundings)
                     : static_cast<double>(events);
}

}  // namespace

std::string Metric::section() const { return pointer.empty() ? "tensors" : pointer_tokens(pointer).front(); }

bool Metric::is_of_diverged_runs() const { return section() == "run"; }

std::optional<double> Metric::of(const Json& report) const {
  if (pointer.empty()) return report.contains("tensors") ? counted(*this, report["tensors"]) : std::nullopt;
  const Json::json_pointer where(pointer);
  return report.contains(where) ? number_of(report.at(where)) : std::nullopt;
}

Metric metric_named(const std::string& name) {
  if (name.starts_with("/")) return by_pointer(name, name);
  for (const ShortName& row : short_names)
    if (row.name == name) return by_pointer(name, std::string(row.pointer));
  return counter_named(name);
}

std::vector<Metric> default_metrics() {
  return {metric_named("train_loss"), metric_named("validation_loss"), metric_named("validation_accuracy")};
}

}  // namespace exmy
