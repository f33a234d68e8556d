#include "sim/compare/run_profile.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/fraction.hpp"
#include "sim/base/text.hpp"
#include "sim/compare/report_members.hpp"
#include "sim/tools/columns.hpp"

namespace exmy {
namespace {

constexpr std::size_t most_report_bytes = std::size_t{1} << 28;

std::string name_in(const Json& operation, ProfileRows rows) {
  if (!operation.contains("layer")) return operation.at("phase").get<std::string>();
  const auto layer = operation.at("layer").get<std::string>(), op = operation.at("op").get<std::string>();
  switch (rows) {
    case ProfileRows::operation: return layer + "/" + op;
    case ProfileRows::layer: return layer;
    case ProfileRows::op: return op;
  }
  return {};
}

void add(ProfileRow& row, const Json& operation) {
  const auto seconds = operation.at("time_s").get<double>();
  const auto phase = operation.at("phase").get<std::string>();
  row.time_s += seconds;
  if (phase == "forward") row.forward_s += seconds;
  if (phase == "backward") row.backward_s += seconds;
  row.emulated_ops_count += operation.at("emulated_ops_count").get<std::uint64_t>();
  row.macs_count += operation.at("macs_count").get<std::uint64_t>();
}

double measure_of(const ProfileRow& row, ProfileOrder order) {
  switch (order) {
    case ProfileOrder::time: return row.time_s;
    case ProfileOrder::emulated_ops: return static_cast<double>(row.emulated_ops_count);
    case ProfileOrder::macs: return static_cast<double>(row.macs_count);
  }
  return 0;
}

RunProfile profile_of(const Json& report, ProfileRows rows, ProfileOrder order) {
  RunProfile profile;
  report.at("run").at("name").get_to(profile.name);
  report.at("run").at("run_id").get_to(profile.run_id);
  report.at("run").at("steps_count").get_to(profile.steps_count);
  std::map<std::string, ProfileRow> found;
  for (const Json& operation : report.at("cost").at("operations")) {
    const std::string name = name_in(operation, rows);
    found[name].name = name;
    add(found[name], operation);
    add(profile.total, operation);
  }
  for (auto& [name, row] : found) profile.rows.push_back(row);
  std::stable_sort(profile.rows.begin(), profile.rows.end(), [&](const ProfileRow& a, const ProfileRow& b) {
    return measure_of(a, order) > measure_of(b, order);
  });
  return profile;
}

template <class... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

/// Nothing for nothing.
std::string percent(double part) { return part > 0 ? formatted("%.1f", 100 * part) : ""; }

std::vector<std::string> cells_of(const ProfileRow& row, const ProfileRow& all) {
  return {printable(row.name),
          percent(fraction_of(row.time_s, all.time_s)),
          percent(fraction_of(row.forward_s, all.time_s)),
          percent(fraction_of(row.backward_s, all.time_s)),
          percent(fraction_of(row.emulated_ops_count, all.emulated_ops_count)),
          percent(fraction_of(row.macs_count, all.macs_count))};
}

Json json_of(const ProfileRow& row, const ProfileRow& all) {
  return {{"name", row.name},
          {"time_s", row.time_s},
          {"time_fraction", fraction_of(row.time_s, all.time_s)},
          {"forward_time_fraction", fraction_of(row.forward_s, all.time_s)},
          {"backward_time_fraction", fraction_of(row.backward_s, all.time_s)},
          {"emulated_ops_count", row.emulated_ops_count},
          {"emulated_ops_fraction", fraction_of(row.emulated_ops_count, all.emulated_ops_count)},
          {"macs_count", row.macs_count},
          {"macs_fraction", fraction_of(row.macs_count, all.macs_count)}};
}

/// The first `top` rows, and the others as one.
std::vector<ProfileRow> shortened(const RunProfile& profile, std::size_t top) {
  std::vector<ProfileRow> rows = profile.rows;
  if (rows.size() <= top) return rows;
  ProfileRow rest{"and " + std::to_string(rows.size() - top) + " more"};
  for (std::size_t i = top; i < rows.size(); ++i) {
    rest.time_s += rows[i].time_s;
    rest.forward_s += rows[i].forward_s;
    rest.backward_s += rows[i].backward_s;
    rest.emulated_ops_count += rows[i].emulated_ops_count;
    rest.macs_count += rows[i].macs_count;
  }
  rows.resize(top);
  rows.push_back(rest);
  return rows;
}

}  // namespace

RunProfile read_profile(const std::filesystem::path& directory, ProfileRows rows, ProfileOrder order) {
  const std::string file = (directory / "report.json").string();
  const Json report = members_of(read_file(file, most_report_bytes), {"run", "cost"}, file);
  try {
    return profile_of(report, rows, order);
  } catch (const Json::exception&) {
    throw CorruptFile(printable(file) +
                      ": not the report of a run, or one of a program that did not measure " +
                      "its operations");
  }
}

std::string text_of(const RunProfile& profile, std::size_t top, std::size_t width) {
  Columns table{{"per cent of", "time", "forward", "backward", "roundings", "MACs"}, {}};
  for (const ProfileRow& row : shortened(profile, top)) table.rows.push_back(cells_of(row, profile.total));
  const ProfileRow& all = profile.total;
  const double per_step = fraction_of(all.time_s, static_cast<double>(profile.steps_count));
  return printable(profile.name) +
         formatted(": %.2f s, %.4g ms for each of %llu steps\n%.4g roundings, %.4g multiply-adds (MACs)\n\n",
                   all.time_s, 1e3 * per_step, static_cast<unsigned long long>(profile.steps_count),
                   static_cast<double>(all.emulated_ops_count), static_cast<double>(all.macs_count)) +
         text_of(table, width);
}

Json json_of(const RunProfile& profile, std::size_t top) {
  Json rows = Json::array();
  for (const ProfileRow& row : shortened(profile, top)) rows.push_back(json_of(row, profile.total));
  return {{"name", profile.name},
          {"run_id", profile.run_id},
          {"steps_count", profile.steps_count},
          {"time_s", profile.total.time_s},
          {"emulated_ops_count", profile.total.emulated_ops_count},
          {"macs_count", profile.total.macs_count},
          {"rows", rows}};
}

}  // namespace exmy
