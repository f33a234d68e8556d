#include "sim/sweep/prepared_sweep.hpp"

#include <map>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/prepare.hpp"

namespace exmy {
namespace {

/// Messages of many runs: each once, in the order of their first appearance.
class Messages {
 public:
  explicit Messages(const Sweep& sweep) : sweep_(sweep) {}

  /// Whether it is new.
  bool add(const std::string& text, std::size_t run) {
    const auto [entry, fresh] = first_and_count_.try_emplace(text, run, 0);
    ++entry->second.second;
    return fresh;
  }

  /// " (lr=0.1 seed=2, and 3 more runs)"; nothing where all runs have it.
  std::string where(const std::string& text) const {
    const auto [run, count] = first_and_count_.at(text);
    const std::string parameters = parameters_text(sweep_.runs[run].parameters);
    if (count == sweep_.runs.size() || parameters.empty()) return {};
    const std::string more =
        count == 2 ? ", and 1 more run" : ", and " + std::to_string(count - 1) + " more runs";
    return " (" + printable(parameters) + (count == 1 ? "" : more) + ")";
  }

 private:
  const Sweep& sweep_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> first_and_count_;
};

/// A file whose name would be taken for an override or an option gets a path.
std::string word_of(const std::filesystem::path& base) {
  const std::string word = base.string();
  return is_override(word) || word.starts_with("-") ? "./" + word : word;
}

Json formats_and_rules(const Json& config) {
  Json parts = Json::object();
  for (const char* key : {"formats", "policy", "recipe", "stats"})
    if (config.contains(key)) parts[key] = config[key];
  return parts;
}

class Preparer {
 public:
  explicit Preparer(const Sweep& sweep) : sweep_(sweep), problem_texts_(sweep), warning_texts_(sweep) {}

  PreparedSweep prepared() {
    for (std::size_t i = 0; i < sweep_.runs.size(); ++i) try {
        add(i, prepare(sweep_.base.string(), assignments_of(sweep_.runs[i]), cache()));
      } catch (const ConfigError& error) {
        for (const Problem& p : error.problems())
          if (problem_texts_.add(to_string(p), i)) problems_.push_back(p);
      }
    for (Problem& p : problems_) p.message += problem_texts_.where(to_string(p));
    throw_if_any(std::move(problems_));
    for (const std::string& text : warnings_) result_.warnings.push_back(text + warning_texts_.where(text));
    return std::move(result_);
  }

 private:
  std::vector<Assignment> assignments_of(const SweepRun& run) const {
    std::vector<Assignment> all = run.assignments;
    all.push_back({OverrideAction::set, "/name", sweep_.name});
    return all;
  }

  /// Data sets may be large: few are kept.
  DataCache& cache() {
    constexpr std::size_t most = 4;
    if (cache_.size() > most) cache_.clear();
    return cache_;
  }

  void add(std::size_t i, const Prepared& p) {
    for (const Warning& w : p.warnings) {
      const std::string text = "warning[" + w.code + "] " + w.pointer + ": " + w.message;
      if (warning_texts_.add(text, i)) warnings_.push_back(text);
    }
    const auto [known, fresh] = known_.try_emplace(p.config_sha256, result_.runs.size());
    if (!fresh) {
      ++result_.duplicates_count;
      merge(result_.runs[known->second], sweep_.runs[i]);
      return;
    }
    const SweepRun& run = sweep_.runs[i];
    const Cost cost = cost_of(p);
    std::vector<std::string> words{word_of(sweep_.base)};
    words.insert(words.end(), p.overrides.begin(), p.overrides.end());
    result_.runs.push_back({{p.run_id, run.parameters, run.baseline},
                            {p.run_id, std::move(words), cost.steps_count, run.baseline},
                            cost,
                            compact_text(formats_and_rules(p.experiment.resolved))});
  }

  static void merge(PreparedSweepRun& into, const SweepRun& other) {
    into.listed.baseline = into.task.baseline = into.listed.baseline || other.baseline;
    if (into.listed.parameters.empty())
      into.listed.parameters = other.parameters;  // a baseline inside the grid
  }

  const Sweep& sweep_;
  Messages problem_texts_, warning_texts_;
  DataCache cache_;
  std::map<std::string, std::size_t> known_;
  std::vector<Problem> problems_;
  std::vector<std::string> warnings_;
  PreparedSweep result_;
};

}  // namespace

PreparedSweep prepare_sweep(const Sweep& sweep) { return Preparer(sweep).prepared(); }

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : compact_text(value);
}

std::string parameters_text(const std::vector<std::pair<std::string, Json>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters)
    text += (text.empty() ? "" : " ") + name + "=" + value_text(value);
  return text;
}

}  // namespace exmy
