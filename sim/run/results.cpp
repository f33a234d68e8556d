#include "sim/run/results.hpp"

#include <array>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/progress_file.hpp"
#include "sim/run/provenance.hpp"
#include "sim/run/report_version.hpp"
#include "sim/run/run_directory.hpp"

namespace exmy {
namespace {

constexpr std::size_t report_bytes = std::size_t{1} << 30;

/// A member that is there must be the expected one.
void require_same(const std::filesystem::path& path, const Json& report, const char* pointer,
                  const Json& expected) {
  const Json::json_pointer where(pointer);
  if (report.contains(where) && report[where] != expected)
    throw CorruptFile(printable(path.string()) + ": " + (pointer + 1) + " is " +
                      printable(report[where].dump()) + ", expected " + expected.dump() +
                      "; these results are of another program or run and stay as they are");
}

}  // namespace

std::string status_of_complete(const std::filesystem::path& directory, const std::string& config_sha256) {
  const std::filesystem::path report = directory / "report.json";
  std::error_code error;
  if (!std::filesystem::exists(report, error)) {
    if (error) throw IoError("cannot read " + printable(report.string()) + ": " + error.message());
    return {};
  }
  const Json json = Json::parse(read_file(report, report_bytes), nullptr, false);
  if (!json.is_object()) return {};
  require_same(report, json, "/schema_version", report_schema_version);
  require_same(report, json, "/provenance/numerics_version", numerics_version);
  require_same(report, json, "/config/sha256", config_sha256);
  const Json::json_pointer where("/run/status");
  if (!json.contains(where) || !json[where].is_string()) return {};
  const auto status = json[where].get<std::string>();
  return status == "completed" || status == "diverged" ? status : "";
}

void write_results(const std::filesystem::path& directory, const ReportInput& input, const Trace& trace,
                   const Telemetry& telemetry) {
  write_atomically(directory / "weights.safetensors", to_safetensors(trace.weights));
  write_atomically(directory / "report.json", pretty_text(report_of(input, trace, telemetry)));
  write_sums(directory);
  tidy_complete(directory);
}

bool is_untidy(const std::filesystem::path& directory) {
  std::error_code ignored;
  for (const char* rest : {"checkpoint", "lock", progress_file_name})
    if (std::filesystem::exists(directory / rest, ignored)) return true;
  return !std::filesystem::exists(directory / "SHA256SUMS", ignored);
}

void tidy_complete(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::exists(directory / "SHA256SUMS")) write_sums(directory);
  remove_progress_file(directory);
  std::filesystem::remove_all(directory / "checkpoint", ignored);
}

void forget_ending(const std::filesystem::path& directory) {
  std::error_code ignored;
  for (const char* name : {"failure.json", "pruned.json"}) std::filesystem::remove(directory / name, ignored);
}

}  // namespace exmy
