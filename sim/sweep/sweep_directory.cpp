#include "sim/sweep/sweep_directory.hpp"

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr int index_schema_version = 1;

Json json_of(const ListedRun& run) {
  Json parameters = Json::array();
  for (const auto& [name, value] : run.parameters) parameters.push_back({{"name", name}, {"value", value}});
  return {{"run_id", run.run_id}, {"baseline", run.baseline}, {"parameters", parameters}};
}

/// A name of one directory inside another, and no way out of it.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

ListedRun run_of(const Json& json) {
  ListedRun run;
  json.at("run_id").get_to(run.run_id);
  json.at("baseline").get_to(run.baseline);
  for (const Json& parameter : json.at("parameters"))
    run.parameters.emplace_back(parameter.at("name").get<std::string>(), parameter.at("value"));
  return run;
}

SweepIndex index_of(const Json& json) {
  SweepIndex index;
  json.at("name").get_to(index.name);
  index.sweep = json.at("sweep");
  for (const Json& run : json.at("runs")) index.runs.push_back(run_of(run));
  return index;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw CorruptFile(printable(path.string()) + ": " + reason);
}

void check_version(const fs::path& path, const Json& json, const char* key, int ours) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) refuse(path, "is no index of a sweep");
  if (*found != ours)
    refuse(path, std::string(key) + " is " + compact_text(*found) + ", this program's is " +
                     std::to_string(ours) + "; the results do not belong together: choose another --out");
}

}  // namespace

void write_index(const fs::path& directory, const SweepIndex& index) {
  Json runs = Json::array();
  for (const ListedRun& run : index.runs) runs.push_back(json_of(run));
  write_atomically(directory / sweep_index_file, pretty_text({{"schema_version", index_schema_version},
                                                              {"numerics_version", numerics_version},
                                                              {"name", index.name},
                                                              {"sweep", index.sweep},
                                                              {"runs", std::move(runs)}}));
}

SweepIndex read_index(const fs::path& directory) {
  const fs::path path = directory / sweep_index_file;
  const Json json = Json::parse(read_file(path, any_size), nullptr, false);
  if (!json.is_object()) refuse(path, "is no index of a sweep");
  check_version(path, json, "schema_version", index_schema_version);
  check_version(path, json, "numerics_version", numerics_version);
  try {
    SweepIndex index = index_of(json);
    for (const ListedRun& run : index.runs)
      if (!is_plain_name(run.run_id)) refuse(path, "lists a run " + in_quotes(run.run_id));
    return index;
  } catch (const Json::exception&) {
    refuse(path, "is no index of a sweep");
  }
}

bool is_sweep_directory(const fs::path& directory) {
  std::error_code ignored;
  return fs::exists(directory / sweep_index_file, ignored);
}

}  // namespace exmy
