#include "sim/compare/run_profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <span>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/fraction.hpp"
#include "sim/base/text.hpp"
#include "sim/compare/report_members.hpp"
#include "sim/run/report.hpp"
#include "sim/run/report_version.hpp"
#include "sim/sweep/text_fit.hpp"
#include "sim/tools/columns.hpp"

namespace exmy {
namespace {

constexpr std::size_t most_report_bytes = std::size_t{1} << 28;

/// CorruptFile, like the following without the name of the file.
std::uint64_t count_at(const Json& object, const char* key) {
  const Json& value = object.at(key);
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  throw CorruptFile(std::string(key) + " is " + printable(value.dump(), 60) + ", which is no count");
}

double seconds_at(const Json& object, const char* key) {
  const Json& value = object.at(key);
  if (value.is_number() && value.get<double>() >= 0) return value.get<double>();
  throw CorruptFile(std::string(key) + " is " + printable(value.dump(), 60) + ", which is no duration");
}

std::string name_in(const Json& operation, ProfileRows rows) {
  if (!operation.contains("layer")) return "(" + operation.at("phase").get<std::string>() + ")";
  const auto layer = operation.at("layer").get<std::string>(), op = operation.at("op").get<std::string>();
  switch (rows) {
    case ProfileRows::operation: return layer + "/" + op;
    case ProfileRows::layer: return layer;
    case ProfileRows::op: return op;
  }
  return {};
}

ProfileRow row_of(const Json& operation, ProfileRows rows) {
  ProfileRow row{name_in(operation, rows)};
  const auto phase = operation.at("phase").get<std::string>();
  row.time_s = seconds_at(operation, "time_s");
  if (phase == "forward") row.forward_s = row.time_s;
  if (phase == "backward") row.backward_s = row.time_s;
  row.emulated_ops_count = count_at(operation, "emulated_ops_count");
  row.macs_count = count_at(operation, "macs_count");
  if (!operation.contains("kernels")) return row;
  for (const Json& use : operation.at("kernels").get_ref<const Json::array_t&>())
    row.kernels[use.at("kernel").get<std::string>()] = count_at(use, "products_count");
  return row;
}

void add_to_total(ProfileRow& total, const ProfileRow& row) {
  total += row;
  const bool too_many = std::any_of(row.kernels.begin(), row.kernels.end(), [&](const auto& use) {
    return total.kernels.at(use.first) < use.second;
  });
  if (!std::isfinite(total.time_s) || total.emulated_ops_count < row.emulated_ops_count ||
      total.macs_count < row.macs_count || too_many)
    throw CorruptFile("the sum of cost.operations is too large");
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
  profile.steps_count = count_at(report.at("run"), "steps_count");
  std::map<std::string, ProfileRow> found;
  for (const Json& operation : report.at("cost").at("operations").get_ref<const Json::array_t&>()) {
    const ProfileRow row = row_of(operation, rows);
    found.try_emplace(row.name, ProfileRow{row.name}).first->second += row;
    add_to_total(profile.total, row);
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
  Json out{{"time_s", row.time_s},
           {"time_fraction", fraction_of(row.time_s, all.time_s)},
           {"forward_time_fraction", fraction_of(row.forward_s, all.time_s)},
           {"backward_time_fraction", fraction_of(row.backward_s, all.time_s)},
           {"emulated_ops_count", row.emulated_ops_count},
           {"emulated_ops_fraction", fraction_of(row.emulated_ops_count, all.emulated_ops_count)},
           {"macs_count", row.macs_count},
           {"macs_fraction", fraction_of(row.macs_count, all.macs_count)}};
  if (!row.kernels.empty()) out["kernels"] = kernels_json(row.kernels);
  return out;
}

/// Their first line begins with the count, the others below its text.
std::string kernels_text_of(const ProfileRow& row, std::size_t width) {
  if (row.kernels.empty()) return {};
  constexpr std::size_t indent = 4;
  std::string text = printable(row.name) + "\n";
  for (const auto& [kernel, count] : row.kernels) {
    std::size_t before = indent / 2;
    for (const std::string& line : wrapped_to(std::to_string(count) + " by " + printable(kernel),
                                              std::max(width, indent + 1) - indent)) {
      text += std::string(before, ' ') + line + "\n";
      before = indent;
    }
  }
  return text;
}

/// The first rows, and the others as one.
struct Shortened {
  std::span<const ProfileRow> first;
  std::size_t others_count = 0;
  ProfileRow others;
};

Shortened shortened(const RunProfile& profile, std::size_t top) {
  const std::span<const ProfileRow> rows = profile.rows;
  Shortened s{rows.first(std::min(top, rows.size())), 0, {}};
  const auto others = rows.subspan(s.first.size());
  for (const ProfileRow& row : others) s.others += row;
  s.others_count = others.size();
  s.others.name = "and " + std::to_string(s.others_count) + " more";
  return s;
}

}  // namespace

RunProfile read_profile(const std::filesystem::path& directory, ProfileRows rows, ProfileOrder order) {
  const std::string file = (directory / "report.json").string();
  const Json report = members_of(read_file(file, most_report_bytes), {"schema_version", "run", "cost"}, file);
  check_report_version(report, file);
  try {
    return profile_of(report, rows, order);
  } catch (const CorruptFile& error) {
    throw CorruptFile(printable(file) + ": " + error.what());
  } catch (const Json::exception&) {
    throw CorruptFile(printable(file) +
                      ": not the report of a run, or one of a program that did not measure " +
                      "its operations");
  }
}

std::string text_of(const RunProfile& profile, std::size_t top, std::size_t width) {
  Columns table{{"per cent of", "time", "forward", "backward", "roundings", "MACs"}, {}};
  const Shortened s = shortened(profile, top);
  for (const ProfileRow& row : s.first) table.rows.push_back(cells_of(row, profile.total));
  if (s.others_count > 0) table.rows.push_back(cells_of(s.others, profile.total));
  const ProfileRow& all = profile.total;
  const double per_step = fraction_of(all.time_s, static_cast<double>(profile.steps_count));
  return printable(profile.name) +
         formatted(": %.2f s, %.4g ms for each of %llu steps\n%.4g roundings, %.4g multiply-adds (MACs)\n\n",
                   all.time_s, 1e3 * per_step, static_cast<unsigned long long>(profile.steps_count),
                   static_cast<double>(all.emulated_ops_count), static_cast<double>(all.macs_count)) +
         text_of(table, width);
}

std::string kernels_text_of(const RunProfile& profile, std::size_t top, std::size_t width) {
  const Shortened s = shortened(profile, top);
  std::string text;
  for (const ProfileRow& row : s.first) text += kernels_text_of(row, width);
  text += kernels_text_of(s.others, width);
  if (text.empty()) return "no kernels of matrix products are told in this report\n";
  return "kernels of matrix products and sums over rows:\n" + text;
}

Json json_of(const RunProfile& profile, std::size_t top) {
  const Shortened s = shortened(profile, top);
  Json rows = Json::array();
  for (const ProfileRow& row : s.first) {
    rows.push_back(json_of(row, profile.total));
    rows.back()["name"] = row.name;
  }
  Json out{{"name", profile.name},
           {"run_id", profile.run_id},
           {"steps_count", profile.steps_count},
           {"time_s", profile.total.time_s},
           {"emulated_ops_count", profile.total.emulated_ops_count},
           {"macs_count", profile.total.macs_count},
           {"rows", rows}};
  if (s.others_count == 0) return out;
  out["rest"] = json_of(s.others, profile.total);
  out["rest"]["rows_count"] = s.others_count;
  return out;
}

}  // namespace exmy
