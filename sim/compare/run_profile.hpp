#pragma once
// Where a run's time, roundings and multiply-adds went, out of its report.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/json.hpp"

namespace exmy {

/// What becomes one row: an operation of a layer, all of a layer, or all operations of one name; both phases in one.
enum class ProfileRows : std::uint8_t { operation, layer, op };
/// Largest first; what is equal stays in the order of names.
enum class ProfileOrder : std::uint8_t { time, emulated_ops, macs };

struct ProfileRow {
  std::string name;  ///< "fc1/dot", "fc1" or "dot"; of what is no operation its phase: "evaluation"
  double time_s = 0, forward_s = 0, backward_s = 0;
  std::uint64_t emulated_ops_count = 0, macs_count = 0;
};

struct RunProfile {
  std::string name, run_id;
  std::uint64_t steps_count = 0;
  ProfileRow total;
  std::vector<ProfileRow> rows;
};

/// CorruptFile if report.json in `directory` is no report or has no cost/operations.
RunProfile read_profile(const std::filesystem::path& directory, ProfileRows rows, ProfileOrder order);

/// A heading and a table of the first `top` rows and the sum of all; numbers are per cent of that sum.
std::string text_of(const RunProfile& profile, std::size_t top, std::size_t width);
/// The same, all numbers as they are and as fractions of the sum.
Json json_of(const RunProfile& profile, std::size_t top);

}  // namespace exmy
