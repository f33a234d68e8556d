#include "sim/sweep/records.hpp"

#include <csignal>
#include <cstring>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

/// An object; empty where there is none, or something else.
Json object_in(const fs::path& path) {
  try {
    Json json = Json::parse(read_file(path, std::size_t{1} << 20), nullptr, false);
    return json.is_object() ? json : Json::object();
  } catch (const IoError&) {
    return Json::object();
  }
}

fs::path rung_file(const fs::path& run, std::uint64_t rung) {
  return run / ("rung-" + std::to_string(rung) + ".json");
}

/// The directory may be missing: of a run that ended before it made it.
void write(const fs::path& path, const Json& json) {
  std::error_code ignored;
  fs::create_directory(path.parent_path(), ignored);
  write_atomically(path, pretty_text(json));
}

}  // namespace

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : std::string("SIG") + name;
}

void write_failure(const fs::path& run, const Failure& failure) {
  Json json{{"status", name_of(failure.phase)},
            {"attempts_count", failure.attempts_count},
            {"message", failure.message},
            {"time", utc_now()}};
  if (failure.exit_code) json["exit_code"] = *failure.exit_code;
  if (failure.signal) json["signal"] = signal_name(*failure.signal);
  write(run / "failure.json", json);
}

void write_rung(const fs::path& run, std::uint64_t rung, const RungResult& result) {
  Json json{{"step", result.step}, {"train_loss", json_number(result.train_loss)}};
  if (result.validation_loss) json["validation_loss"] = json_number(*result.validation_loss);
  write(rung_file(run, rung), json);
}

std::optional<RungResult> read_rung(const fs::path& run, std::uint64_t rung) {
  const Json json = object_in(rung_file(run, rung));
  const auto train = number_of(json.value("train_loss", Json()));
  const Json step = json.value("step", Json());
  if (!train || !step.is_number_unsigned()) return std::nullopt;
  return RungResult{step.get<std::uint64_t>(), *train, number_of(json.value("validation_loss", Json()))};
}

void write_pruned(const fs::path& run, std::uint64_t rung, const std::string& metric, double value) {
  Json json{{"step", rung}, {"metric", metric}, {"value", json_number(value)}};
  Json found = object_in(run / "pruned.json");
  found.erase("time");
  if (found == json) return;
  json["time"] = utc_now();
  write(run / "pruned.json", json);
}

}  // namespace exmy
