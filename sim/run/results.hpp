#pragma once
// A run directory from its outside: is it complete, whose is it, and how it becomes complete.

#include <filesystem>
#include <string>

#include "sim/quant/telemetry.hpp"
#include "sim/run/report.hpp"

namespace exmy {

/// `completed` or `diverged` if the directory holds the report of the run with this config_sha256; empty if it
/// holds none, or a torn one. CorruptFile for the report of another run, schema_version or numerics_version: what
/// is not ours is not written over. IoError if it cannot be read.
std::string status_of_complete(const std::filesystem::path& directory, const std::string& config_sha256);

/// Weights, then the report, which makes the directory complete, then its sums; then what was there to go on from
/// goes.
void write_results(const std::filesystem::path& directory, const ReportInput& input, const Trace& trace,
                   const Telemetry& telemetry);

/// Whether something of a complete run is still to be done, because its process was killed after the report.
bool is_untidy(const std::filesystem::path& directory);
/// Does it.
void tidy_complete(const std::filesystem::path& directory);

/// What others said of the run when it had ended: no longer true once it goes on.
void forget_ending(const std::filesystem::path& directory);

}  // namespace exmy
