#include "sim/compare/runs.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/text.hpp"
#include "sim/compare/report_members.hpp"
#include "sim/run/report_version.hpp"
#include "sim/sweep/sweep_directory.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr const char* report_file = "report.json";
constexpr std::size_t largest_report = std::size_t{1} << 28;
constexpr std::size_t most_complaints = 20;
constexpr std::size_t most_named = 5;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

class Finder {
 public:
  /// Whether a run is there.
  bool visit(const fs::path& directory) {
    if (is_sweep_directory(directory)) return sweep(directory);
    if (is_there(directory / report_file) || is_there(directory / "config.resolved.json"))
      return run({directory, {}, {}, false});
    bool is_any = false;
    for (const fs::path& below : folders_in(directory)) is_any = visit(below) || is_any;
    return is_any;
  }

  FoundRuns found;

 private:
  static std::vector<fs::path> folders_in(const fs::path& directory) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
      if (std::error_code ignored; it->is_directory(ignored) && !it->is_symlink(ignored))
        folders.push_back(it->path());
    if (error) throw IoError("cannot read " + printable(directory.string()) + ": " + error.message());
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  bool sweep(const fs::path& directory) {
    const SweepIndex index = read_index(directory);
    for (const ListedRun& listed : index.runs)
      run({directory / listed.run_id, directory, listed.parameters, listed.baseline});
    return !index.runs.empty();
  }

  bool run(const RunPlace& place) {
    std::error_code ignored;
    if (!seen_.insert(fs::weakly_canonical(place.directory, ignored)).second) return true;
    if (is_there(place.directory / report_file))
      found.complete.push_back(place);
    else
      found.incomplete.push_back({place.directory, view_run(place.directory).phase});
    return true;
  }

  std::set<fs::path> seen_;
};

/// A member of a report that is always there; CorruptFile otherwise.
template <class T>
T required_at(const Json& report, const char* pointer, const std::string& file) {
  try {
    return report.at(Json::json_pointer(pointer)).get<T>();
  } catch (const Json::exception&) {
    throw CorruptFile(printable(file) + ": not the report of a run: no " + pointer);
  }
}

/// The configuration, and what else decides the result.
Keys identity_of(const Json& report, const std::string& file) {
  Keys keys = keys_of(required_at<Json>(report, "/config/resolved", file));
  keys["numerics_version"] = required_at<Json>(report, "/provenance/numerics_version", file);
  Json hashes = Json::array();
  for (const Json& data : required_at<Json>(report, "/provenance/data_files", file))
    hashes.push_back(required_at<std::string>(data, "/sha256", file).substr(0, 12));
  if (!hashes.empty()) keys["data_sha256"] = hashes;
  return keys;
}

std::set<std::string> sections_of(const std::vector<Metric>& metrics) {
  std::set<std::string> sections{"schema_version", "run", "config", "provenance"};
  for (const Metric& metric : metrics) sections.insert(metric.section());
  return sections;
}

RunRecord record_of(const RunPlace& place, const std::vector<Metric>& metrics,
                    const std::set<std::string>& sections) {
  const std::string file = (place.directory / report_file).string();
  const Json report = members_of(read_file(file, largest_report), sections, file);
  check_report_version(report, file);
  RunRecord r;
  r.place = place;
  r.run_id = required_at<std::string>(report, "/run/run_id", file);
  r.name = required_at<std::string>(report, "/run/name", file);
  r.sha256 = required_at<std::string>(report, "/config/sha256", file);
  r.seed = required_at<Json>(report, "/config/resolved/seed", file);
  const auto status = required_at<std::string>(report, "/run/status", file);
  r.diverged = status == "diverged";
  if (!r.diverged && status != "completed")
    throw CorruptFile(printable(file) + ": the status of a complete run is not " + in_quotes(status));
  r.keys = identity_of(report, file);
  try {
    for (const Metric& metric : metrics) r.values.push_back(metric.of(report));
  } catch (const Json::exception&) {
    throw CorruptFile(printable(file) + ": its tensors are not those of a report");
  }
  return r;
}

}  // namespace

FoundRuns find_runs(const std::vector<fs::path>& directories) {
  Finder finder;
  for (const fs::path& directory : directories) {
    std::error_code ignored;
    if (!fs::is_directory(directory, ignored))
      throw UsageError(printable(directory.string()) + " is no directory");
    if (!finder.visit(directory)) throw UsageError(printable(directory.string()) + " holds no run");
  }
  return std::move(finder.found);
}

std::string incomplete_text(const std::vector<IncompleteRun>& runs) {
  std::string text = "incomplete: ";
  for (std::size_t i = 0; i < std::min(most_named, runs.size()); ++i) {
    text += (i > 0 ? ", " : "") + printable(runs[i].directory.string()) + " (";
    text.append(name_of(runs[i].phase)) += ")";
  }
  if (runs.size() > most_named) text += " and " + std::to_string(runs.size() - most_named) + " more";
  return text;
}

std::vector<RunRecord> read_runs(const std::vector<RunPlace>& places, const std::vector<Metric>& metrics) {
  const std::set<std::string> sections = sections_of(metrics);
  std::vector<RunRecord> records;
  std::set<std::string> known;
  std::string complaints;
  std::size_t complaints_count = 0;
  for (const RunPlace& place : places) try {
      RunRecord record = record_of(place, metrics, sections);
      if (known.insert(record.sha256).second) records.push_back(std::move(record));
    } catch (const CorruptFile& error) {
      if (++complaints_count <= most_complaints)
        complaints += (complaints.empty() ? "" : "\n") + std::string(error.what());
    }
  if (complaints_count > most_complaints)
    complaints += "\nand " + std::to_string(complaints_count - most_complaints) + " more";
  if (complaints_count > 0) throw CorruptFile(complaints);
  return records;
}

}  // namespace exmy
