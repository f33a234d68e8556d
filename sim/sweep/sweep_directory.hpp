#pragma once
// The directory of a sweep: OUT/NAME/ with sweep.json and the directories of its runs. sweep.json lists which runs
// belong to it; what became of them is in their directories (run_view.hpp).

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/json.hpp"

namespace exmy {

/// A run of a sweep as sweep.json lists it.
struct ListedRun {
  std::string run_id;
  std::vector<std::pair<std::string, Json>> parameters;
  bool baseline = false;
};

struct SweepIndex {
  std::string name;
  std::vector<ListedRun> runs;  ///< without duplicates
  Json sweep;                   ///< the resolved sweep
};

inline constexpr const char* sweep_index_file = "sweep.json";

/// {"schema_version", "numerics_version", "name", "sweep", "runs": [{"run_id", "baseline",
/// "parameters": [{"name", "value"}]}]}, whole or not at all.
void write_index(const std::filesystem::path& directory, const SweepIndex& index);
/// CorruptFile if it is no such file, names a run that is no plain name, or is of another schema_version or numerics_version.
SweepIndex read_index(const std::filesystem::path& directory);
bool is_sweep_directory(const std::filesystem::path& directory);

}  // namespace exmy
