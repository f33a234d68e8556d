#include "sim/bench/bench.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "sim/bench/rows.hpp"
#include "sim/run/provenance.hpp"

namespace exmy::bench {
namespace {

Repetitions repetitions_of(const Setting& setting) {
  return setting.quick ? Repetitions{1, 0} : Repetitions{};
}

std::string text(const std::optional<double>& x) {
  std::array<char, 32> word{};
  if (x) std::snprintf(word.data(), word.size(), "%.2f", *x);
  return word.data();
}

std::string cell(const std::string& word, std::size_t width, bool right = true) {
  const std::string space(width - std::min(width, word.size()), ' ');
  return right ? space + word : word + space;
}

std::size_t name_width(const std::vector<Row>& rows) {
  std::size_t width = 4;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  return width;
}

bool reaches(const Result& r, double mark) {
  switch (r.row->judged) {
    case Judged::by_rate: return r.ratio >= mark;
    case Judged::by_time: return r.ratio <= mark;
    case Judged::by_speed: return r.value >= mark;
  }
  return false;
}

std::string verdict(const Result& r) {
  if (r.row->goal && reaches(r, *r.row->goal)) return "goal";
  if (!r.row->floor) return "";
  return reaches(r, *r.row->floor) ? "floor" : "below";
}

double value_of(const Row& row, double work, double seconds) {
  switch (row.judged) {
    case Judged::by_rate: return 1e-9 * work / seconds;
    case Judged::by_time: return 1e3 * seconds / work;
    case Judged::by_speed: return 60 * work / seconds;
  }
  return 0;
}

std::string memory_text(std::uint64_t bytes) {
  return bytes == 0 ? "" : "; peak " + std::to_string(bytes >> 20) + " MiB";
}

Json json_of(const Result& r, bool explain) {
  Json out{{"name", r.row->name}};
  if (!r.difference.empty()) {
    out["difference"] = r.difference;
    return out;
  }
  out.update({{"ratio", r.ratio}, {"value", r.value}, {"unit", r.row->unit}, {"yardstick", r.yardstick}});
  out["floor"] = r.row->floor ? Json(*r.row->floor) : Json();
  out["goal"] = r.row->goal ? Json(*r.row->goal) : Json();
  if (r.peak_rss_bytes > 0) out["peak_rss_bytes_count"] = r.peak_rss_bytes;
  if (explain && !r.chosen.empty()) out["kernel"] = r.chosen;
  return out;
}

}  // namespace

std::vector<Row> all_rows() {
  std::vector<Row> all;
  for (const auto& group : {rounding_rows(), function_rows(), matrix_rows(), shape_rows(), convolution_rows(),
                            step_rows(), network_rows()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

std::vector<Row> chosen_rows(const std::string& filter) {
  std::vector<Row> all = all_rows();
  std::erase_if(all, [&](const Row& row) { return row.name.find(filter) == row.name.npos; });
  return all;
}

Result result_of(const Row& row, const Measurement& m, const Timing& t) {
  const double work = m.kernel_work / m.yardstick_work;
  const double ratio = row.judged == Judged::by_rate ? work / t.time_ratio : t.time_ratio / work;
  return {&row, ratio, value_of(row, m.kernel_work, t.kernel_s), m.yardstick, {}, m.chosen, m.peak_rss_bytes};
}

Result measure(const Row& row, const Setting& setting) {
  const int threads = omp_get_max_threads();
  const Measurement m = row.prepare(setting);
  if (!m.difference.empty()) return {&row, 0, 0, m.yardstick, m.difference, m.chosen, 0};
  omp_set_num_threads(m.threads);
  const Timing timing = time_in_turns(m.reference, m.kernel, repetitions_of(setting));
  omp_set_num_threads(threads);
  return result_of(row, m, timing);
}

Json json_of(const std::vector<Result>& results, const Setting& setting, bool explain) {
  const Json provenance = provenance_of(Json::array(), 0, true);
  Json out{{"version", provenance.at("version")},
           {"compiler", provenance.at("compiler")},
           {"instruction_set", provenance.at("instruction_set").at("used")},
           {"machine",
            {{"cpu", provenance.at("host").at("cpu")},
             {"os", provenance.at("host").at("os")},
             {"processors_count", omp_get_num_procs()}}},
           {"time", utc_now()},
           {"quick", setting.quick},
           {"pairs_count", repetitions_of(setting).pairs},
           {"rows", Json::array()}};
  if (provenance.contains("commit")) out["commit"] = provenance["commit"];
  for (const Result& r : results) out["rows"].push_back(json_of(r, explain));
  return out;
}

std::string table_head(const std::vector<Row>& rows) {
  return cell("name", name_width(rows), false) + cell("value", 9) + " " + cell("unit", 9, false) +
         cell("ratio", 8) + cell("floor", 7) + cell("goal", 7) + "  " + cell("", 7, false) + "yardstick\n";
}

std::string table_row(const Result& r, const std::vector<Row>& rows, const Setting& setting, bool explain) {
  const std::string name = cell(r.row->name, name_width(rows), false);
  if (!r.difference.empty()) return name + "  DIFFERENT: " + r.difference + "\n";
  const std::string chosen = explain && !r.chosen.empty() ? "    " + r.chosen + "\n" : "";
  return name + cell(text(r.value), 9) + " " + cell(r.row->unit, 9, false) + cell(text(r.ratio), 8) +
         cell(text(r.row->floor), 7) + cell(text(r.row->goal), 7) + "  " +
         cell(setting.quick ? "" : verdict(r), 7, false) + r.yardstick + memory_text(r.peak_rss_bytes) +
         "\n" + chosen;
}

std::string summary(const std::vector<Result>& results, const Setting& setting) {
  const auto different =
      std::count_if(results.begin(), results.end(), [](const Result& r) { return !r.difference.empty(); });
  if (different > 0)
    return "different: " + std::to_string(different) + " of " + std::to_string(results.size()) + " rows\n";
  const std::string all = "equal: " + std::to_string(results.size()) + " rows have the bits of the reference";
  return all + (setting.quick ? "; with --quick the times say nothing\n" : "\n");
}

}  // namespace exmy::bench
