#pragma once
// Where a run's time, roundings and multiply-adds went, out of its report.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/json.hpp"
#include "sim/quant/kernel_uses.hpp"

namespace exmy {

/// What becomes one row: an operation of a layer, all of a layer, or all operations of one name; both phases in one.
enum class ProfileRows : std::uint8_t { operation, layer, op };
/// Largest first; what is equal stays in the order of names.
enum class ProfileOrder : std::uint8_t { time, emulated_ops, macs };

struct ProfileRow {
  std::string
      name;  ///< "fc1/dot", "fc1" or "dot"; of what is no operation "(evaluation)", as no layer is called
  double time_s = 0, forward_s = 0,
         backward_s = 0;  ///< all; parts of it, the rest of an operation is the optimiser's
  std::uint64_t emulated_ops_count = 0, macs_count = 0;
  KernelCounts kernels{};  ///< of matrix products and sums over rows

  /// Adds the numbers.
  ProfileRow& operator+=(const ProfileRow& other) {
    time_s += other.time_s;
    forward_s += other.forward_s;
    backward_s += other.backward_s;
    emulated_ops_count += other.emulated_ops_count;
    macs_count += other.macs_count;
    for (const auto& [kernel, count] : other.kernels) kernels[kernel] += count;
    return *this;
  }
};

struct RunProfile {
  std::string name, run_id;
  std::uint64_t steps_count = 0;
  ProfileRow total;  ///< of all rows
  std::vector<ProfileRow> rows;
};

/// CorruptFile if report.json in `directory` is no report or has no cost/operations, or if a number in them is none that a
/// run can have: a time below 0, a count that is no integer in [0, 2^64), a sum beyond these.
RunProfile read_profile(const std::filesystem::path& directory, ProfileRows rows, ProfileOrder order);

/// A heading with the sums, and a table of the first `top` rows and, where there are more, of the others as one; its
/// numbers are per cent of the sum of all rows.
std::string text_of(const RunProfile& profile, std::size_t top, std::size_t width);
/// The kernels of the same rows, with how many products each computed: a paragraph a row that has some, in lines of `width`
/// columns as far as words allow. Where no row has any, a line that says so.
std::string kernels_text_of(const RunProfile& profile, std::size_t top, std::size_t width);
/// The same, all numbers as they are and as fractions of the sum; the others are no row but the member `rest`.
Json json_of(const RunProfile& profile, std::size_t top);

}  // namespace exmy
