#pragma once
// Who made a result: program, build, machine, data.

#include "sim/base/json.hpp"
#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// Raised when a definition changes; part of every run's identity.
inline constexpr int numerics_version = 1;

std::string program_version();
/// Path, size and SHA-256 of a file.
Json file_fact(const std::string& path, const std::string& bytes);
/// Those of every file that the data came from.
Json data_files_of(const Dataset& data);
Json provenance_of(const Json& data_files, int threads_given, bool float_carrier);
/// The largest resident memory that this process had so far; 0 if nobody knows. Of the process as it was started: what
/// getrusage says includes the program that it was before exec.
std::uint64_t peak_rss_bytes();
/// From now on the largest resident memory since now, what is free given back before. Whether the system can do that.
bool restart_peak_rss();
/// Now, ISO 8601, UTC, seconds.
std::string utc_now();

}  // namespace exmy
