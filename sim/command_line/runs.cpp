#include <CLI/CLI.hpp>

#include <memory>

#include "sim/cli/commands.hpp"
#include "sim/command_line/commands.hpp"

namespace exmy {
namespace {

void add_run(CLI::App& app, int& code) {
  const auto a = std::make_shared<RunArguments>();
  CLI::App* run = app.add_subcommand("run", "train what the configurations describe, one directory each");
  run->add_option("words", a->words, "configuration files, and overrides such as seed=1,2,3");
  run->add_option("--out", a->out, "where the run directories go")->capture_default_str();
  run->add_option("--init", a->init,
                  "initial weights, a safetensors file: sets `initial_weights` of every configuration");
  run->add_flag("--json", a->json, "a JSON line per run instead of its path");
  run->add_flag("--quiet", a->quiet, "no progress");
  run->add_flag("--dry-run", a->dry_run, "check everything, print what would run");
  run->add_flag("--fail-on-divergence", a->fail_on_divergence, "exit code 1 if a run diverges");
  run->add_flag("--no-wait", a->no_wait, "pass over runs that another process works on: exit code 75");
  run->callback([a, &code] { code = run_command(*a); });
}

void add_resume(CLI::App& app, int& code) {
  const auto a = std::make_shared<ResumeArguments>();
  CLI::App* resume = app.add_subcommand("resume", "go on with run directories that are not complete");
  resume->add_option("directories", a->directories, "run directories")->required();
  resume->add_flag("--quiet", a->quiet, "no progress");
  resume->callback([a, &code] { code = resume_command(*a); });
  CLI::App* verify = app.add_subcommand("verify-run", "check run directories against their hashes");
  verify->add_option("directories", a->directories, "run directories")->required();
  verify->callback([a, &code] { code = verify_run_command(a->directories); });
}

void add_sweep(CLI::App& app, int& code) {
  const auto a = std::make_shared<SweepArguments>();
  CLI::App* sweep = app.add_subcommand("sweep", "run all combinations of a sweep, or go on with it");
  sweep->add_option("words", a->words, "a sweep file, and overrides of it such as run_cap=20");
  sweep->add_option("-j,--jobs", a->jobs, "runs at once (default: as many as there are cores)")
      ->check(CLI::Range(1, 1000));
  sweep->add_option("--out", a->out, "where the directory of the sweep goes")->capture_default_str();
  sweep->add_flag("--dry-run", a->dry_run, "list what would run, what it costs, about how long it takes");
  sweep->add_flag("--json", a->json, "a JSON line per run instead of a table");
  sweep->add_flag("--quiet", a->quiet, "no progress");
  CLI::Option* fast = sweep->add_flag("--fail-fast", a->fail_fast, "stop at the first run that fails");
  sweep->add_flag("--keep-going")->description("go on with the others (the default)")->excludes(fast);
  sweep->add_flag("--fail-on-divergence", a->fail_on_divergence, "exit code 1 if a run diverges");
  sweep->callback([a, &code] { code = sweep_command(*a); });
}

void add_status(CLI::App& app, int& code) {
  const auto a = std::make_shared<StatusArguments>();
  CLI::App* status = app.add_subcommand("status", "what became of the runs of a sweep, or below a directory");
  status->add_option("directories", a->directories, "of sweeps, of runs, or with such directories in them")
      ->required();
  status->add_flag("--watch", a->watch, "go on looking, until nothing is left to run");
  status->add_flag("--json", a->json, "as JSON");
  status->callback([a, &code] { code = status_command(*a); });
}

void add_compare(CLI::App& app, int& code) {
  const auto a = std::make_shared<CompareArguments>();
  CLI::App* compare = app.add_subcommand("compare", "runs and sweeps side by side, with means over seeds");
  compare->add_option("directories", a->directories, "run or sweep directories, or folders with some below")
      ->required();
  compare
      ->add_option("--metric", a->metrics,
                   "with commas: train_loss, saturated_fraction@*/weight, /final/train_loss ...")
      ->delimiter(',')
      ->allow_extra_args(false);
  compare->add_option("--baseline", a->baseline, "what the others differ from: directory, run id or name");
  compare->add_option("--sort", a->sort, "metric: best first");
  compare->add_option("--top", a->top, "only so many rows, and the baseline");
  compare->add_option("--confidence", a->confidence, "of the intervals")->capture_default_str();
  compare->add_flag("--csv", a->csv, "comma-separated, all digits");
  compare->add_flag("--latex", a->latex, "a table for the package booktabs");
  compare->add_flag("--json", a->json, "everything, as JSON");
  compare->callback([a, &code] { code = compare_command(*a); });
}

void add_profile(CLI::App& app, int& code) {
  const auto a = std::make_shared<ProfileArguments>();
  CLI::App* profile = app.add_subcommand("profile", "where the time and the roundings of complete runs went");
  profile->footer("forward and backward are parts of time; the optimiser's time is in time alone.");
  profile->add_option("directories", a->directories, "run or sweep directories, or folders with some below")
      ->required();
  profile->add_option("--by", a->by, "a row for each: operation (of a layer), layer, op")
      ->capture_default_str();
  profile->add_option("--sort", a->sort, "largest first: time, roundings, multiply-adds")
      ->capture_default_str();
  profile->add_option("--top", a->top,
                      "only so many rows, and the others as one (default: 20; with --json all)");
  profile->add_flag("--explain", a->explain,
                    "say which kernels computed the matrix products of each row, and why");
  profile->add_flag("--json", a->json, "a JSON line per run instead of tables");
  profile->callback([a, &code] { code = profile_command(*a); });
}

}  // namespace

void add_run_commands(CLI::App& app, int& code) {
  add_run(app, code);
  add_resume(app, code);
  add_sweep(app, code);
  add_status(app, code);
  add_compare(app, code);
  add_profile(app, code);
}

}  // namespace exmy
