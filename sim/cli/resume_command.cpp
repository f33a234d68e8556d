#include <iostream>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/run/run_directory.hpp"
#include "sim/run/runner.hpp"
#include "sim/run/trainer.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

void require_schema_version(const fs::path& config) {
  const Json json = Json::parse(read_file(config, any_size), nullptr, false);
  if (json.is_object() && json.value("schema_version", Json(1)) != 1)
    throw CorruptFile(printable(config.string()) + ": schema_version is " +
                      printable(json["schema_version"].dump()) + ", expected 1");
}

/// The run of a directory; CorruptFile if its configuration makes another one today.
Prepared prepared_from(const fs::path& directory, DataCache& cache) {
  const fs::path config = directory / "config.resolved.json";
  if (!fs::exists(config))
    throw UsageError(printable(directory.string()) + " is no run directory: it has no config.resolved.json");
  require_schema_version(config);
  Prepared run = prepare(config.string(), {}, cache);
  const std::string name = fs::absolute(directory).lexically_normal().filename().string();
  if (run.run_id != name)
    throw CorruptFile(printable(directory.string()) +
                      " cannot go on: its configuration, its data and this program's " +
                      "definitions make the run " + run.run_id);
  return run;
}

}  // namespace

int resume_command(const ResumeArguments& arguments) {
  watch_stop_signals();
  DataCache cache;
  for (const fs::path& given : arguments.directories) {
    const fs::path directory = fs::absolute(given / "").parent_path();
    Prepared run = prepared_from(directory, cache);
    const RunOutcome outcome =
        execute(run, {directory.parent_path(), arguments.quiet, WhenLocked::wait}, run.experiment.name);
    std::cout << given.string() << "\n" << std::flush;
    if (outcome.status == name_of(RunStatus::stopped)) return exit_stopped;
  }
  return 0;
}

int verify_run_command(const std::vector<fs::path>& directories) {
  bool good = true;
  for (const fs::path& directory : directories) {
    if (!fs::exists(directory / "config.resolved.json"))
      throw UsageError(printable(directory.string()) +
                       " is no run directory: it has no config.resolved.json");
    const DirectoryCheck check = check_directory(directory);
    for (const std::string& what : check.bad) std::cout << directory.string() << ": BAD: " << what << "\n";
    std::cout << directory.string() << ": " << (check.complete ? "complete" : "incomplete") << ", "
              << check.good.size() << " good, " << check.bad.size() << " bad\n";
    good = good && check.bad.empty();
  }
  return good ? 0 : 4;
}

}  // namespace exmy
