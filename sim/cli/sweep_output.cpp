#include "sim/cli/sweep_output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/sweep/calibration.hpp"
#include "sim/sweep/view_labels.hpp"
#include "sim/tools/columns.hpp"

namespace exmy {
namespace {

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

std::string loss_cell(const std::optional<double>& loss) { return loss ? formatted("%.4f", *loss) : ""; }

std::string percent_cell(const std::optional<double>& fraction) {
  return fraction ? formatted("%.1f %%", 100 * *fraction) : "";
}

/// The hash of a run's name: the end of its directory's.
std::string hash_of(const std::string& run_id) { return run_id.substr(run_id.rfind('-') + 1); }

/// The parameters in a table: names in the order of their first appearance.
std::vector<std::string> parameter_names(const PreparedSweep& sweep) {
  std::vector<std::string> names;
  for (const PreparedSweepRun& run : sweep.runs)
    for (const auto& [name, value] : run.listed.parameters)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string cell_of(const ListedRun& run, const std::string& name) {
  for (const auto& [own, value] : run.parameters)
    if (own == name) return printable(value_text(value), 40);
  return "";
}

Columns table_of(const PreparedSweep& sweep, const std::vector<std::string>& more) {
  const std::vector<std::string> names = parameter_names(sweep);
  Columns table{{"run"}, {}};
  for (const std::string& name : names) table.heading.push_back(printable(short_name(name, names)));
  table.heading.insert(table.heading.end(), more.begin(), more.end());
  for (const PreparedSweepRun& run : sweep.runs) {
    table.rows.push_back({hash_of(run.listed.run_id)});
    for (const std::string& name : names) table.rows.back().push_back(cell_of(run.listed, name));
  }
  return table;
}

/// "60 runs: 58 completed, 2 failed"
std::string counts_of(const std::vector<RunView>& views) {
  std::string text = std::to_string(views.size()) + (views.size() == 1 ? " run" : " runs");
  const char* separator = ": ";
  for (std::size_t phase = 0; phase < run_phase_count; ++phase) {
    const auto count = std::count_if(views.begin(), views.end(), [&](const RunView& view) {
      return view.phase == static_cast<RunPhase>(phase);
    });
    if (count == 0) continue;
    text += separator + std::to_string(count) + " " + words_of(static_cast<RunPhase>(phase));
    separator = ", ";
  }
  return text;
}

Json json_of(const ListedRun& run, const RunView& view, const std::filesystem::path& directory) {
  Json parameters = Json::object();
  for (const auto& [name, value] : run.parameters) parameters[name] = value;
  return {{"run_id", run.run_id},
          {"directory", (directory / run.run_id).string()},
          {"parameters", std::move(parameters)},
          {"baseline", run.baseline},
          {"status", name_of(view.phase)}};
}

void add_if(Json& line, const char* key, const std::optional<double>& value) {
  if (value) line[key] = json_number(*value);
}

std::string duration(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 60) return formatted("about %.0f s", seconds);
  if (seconds < 3600) return formatted("about %.0f min", seconds / 60);
  return formatted("about %.1f h", seconds / 3600);
}

/// What is left of each run, in seconds.
std::vector<double> left_of(const SweepPlan& plan) {
  std::vector<double> left;
  for (std::size_t i = 0; i < plan.views.size(); ++i) {
    const RunView& view = plan.views[i];
    if (view.phase == RunPhase::completed || view.phase == RunPhase::diverged) continue;
    const auto steps = static_cast<double>(plan.sweep.runs[i].cost.steps_count);
    left.push_back((*plan.run_s)[i] *
                   (1 - std::min(1.0, static_cast<double>(view.step) / std::max(1.0, steps))));
  }
  return left;
}

Cost total_of(const PreparedSweep& sweep) {
  Cost total;
  for (const PreparedSweepRun& run : sweep.runs) {
    total.steps_count += run.cost.steps_count;
    total.macs_count += run.cost.macs_count;
    total.memory_bytes = std::max(total.memory_bytes, run.cost.memory_bytes);
  }
  return total;
}

}  // namespace

void print_results(const PreparedSweep& sweep, const std::vector<RunView>& views) {
  Columns table = table_of(sweep, {"status", "step", "train loss", "validation loss", "accuracy"});
  for (std::size_t i = 0; i < views.size(); ++i) {
    const RunView& view = views[i];
    for (std::string cell :
         {words_of(view.phase), std::to_string(view.step), loss_cell(view.train_loss),
          loss_cell(view.validation_loss), percent_cell(view.validation_accuracy_fraction)})
      table.rows[i].push_back(std::move(cell));
  }
  std::cout << text_of(table, output_width()) << counts_of(views) << "\n";
  for (std::size_t i = 0; i < views.size(); ++i)
    if (!views[i].message.empty())
      std::cout << hash_of(sweep.runs[i].listed.run_id) << " " << words_of(views[i].phase) << ": "
                << printable(views[i].message, 1000) << "\n";
}

void print_results_json(const PreparedSweep& sweep, const std::vector<RunView>& views,
                        const std::filesystem::path& directory) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    Json line = json_of(sweep.runs[i].listed, views[i], directory);
    line["step"] = views[i].step;
    line["steps_count"] = sweep.runs[i].cost.steps_count;
    add_if(line, "train_loss", views[i].train_loss);
    add_if(line, "validation_loss", views[i].validation_loss);
    add_if(line, "validation_accuracy_fraction", views[i].validation_accuracy_fraction);
    if (!views[i].message.empty()) line["message"] = views[i].message;
    std::cout << compact_text(line) << "\n";
  }
}

void print_plan(const SweepPlan& plan) {
  Columns table = table_of(plan.sweep, {"status", "steps", "multiply-adds", "bytes"});
  for (std::size_t i = 0; i < plan.views.size(); ++i) {
    const Cost& cost = plan.sweep.runs[i].cost;
    for (std::string cell : {words_of(plan.views[i].phase), std::to_string(cost.steps_count),
                             std::to_string(cost.macs_count), std::to_string(cost.memory_bytes)})
      table.rows[i].push_back(std::move(cell));
  }
  const Cost total = total_of(plan.sweep);
  std::cout << text_of(table, output_width()) << counts_of(plan.views) << "; " << total.steps_count
            << " steps  " << total.macs_count << " multiply-adds  at most " << total.memory_bytes
            << " bytes each\n";
  if (!plan.run_s)
    std::cout << "time left: unknown (no run did a step in a few seconds)\n";
  else
    std::cout << "time left: " << duration(total_time(left_of(plan), plan.jobs)) << " with " << plan.jobs
              << " at once (an estimate, from the first second of " << plan.measured_count
              << (plan.measured_count == 1 ? " run" : " runs")
              << (plan.stops_early ? "; runs that are stopped early take less)\n" : ")\n");
}

void print_plan_json(const SweepPlan& plan, const std::filesystem::path& directory) {
  for (std::size_t i = 0; i < plan.views.size(); ++i) {
    const Cost& cost = plan.sweep.runs[i].cost;
    Json line = json_of(plan.sweep.runs[i].listed, plan.views[i], directory);
    line["steps_count"] = cost.steps_count;
    line["macs_count"] = cost.macs_count;
    line["memory_bytes"] = cost.memory_bytes;
    if (plan.run_s) line["estimated_s"] = (*plan.run_s)[i];
    std::cout << compact_text(line) << "\n";
  }
  const Cost total = total_of(plan.sweep);
  Json line{{"runs_count", plan.views.size()},
            {"jobs_count", plan.jobs},
            {"steps_count", total.steps_count},
            {"macs_count", total.macs_count}};
  if (plan.run_s) line["estimated_left_s"] = total_time(left_of(plan), plan.jobs);
  std::cout << compact_text(line) << "\n";
}

}  // namespace exmy
