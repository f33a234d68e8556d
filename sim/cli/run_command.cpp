#include <iostream>

#include "sim/base/json_text.hpp"
#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/run/cost.hpp"
#include "sim/run/runner.hpp"
#include "sim/run/trainer.hpp"

namespace exmy {
namespace {

int print_plan(const std::vector<Prepared>& runs, const RunArguments& arguments) {
  Cost all;
  for (const Prepared& p : runs) {
    const Cost c = cost_of(p);
    if (arguments.json) {
      std::cout << compact_text({{"directory", (arguments.out / p.run_id).string()},
                                 {"steps_count", c.steps_count},
                                 {"macs_count", c.macs_count},
                                 {"memory_bytes", c.memory_bytes}})
                << "\n";
      continue;
    }
    std::cout << (arguments.out / p.run_id).string() << "  " << c.steps_count << " steps  " << c.macs_count
              << " multiply-adds  " << c.memory_bytes << " bytes\n";
    all.steps_count += c.steps_count;
    all.macs_count += c.macs_count;
    for (const Warning& w : p.warnings)
      std::cerr << "warning[" << w.code << "] " << w.pointer << ": " << w.message << "\n";
  }
  if (!arguments.json)
    std::cout << runs.size() << (runs.size() == 1 ? " run  " : " runs  ") << all.steps_count << " steps  "
              << all.macs_count << " multiply-adds\n";
  return 0;
}

Json outcome_json(const RunOutcome& outcome) {
  Json line{{"directory", outcome.directory.string()}, {"status", outcome.status}, {"kept", outcome.kept}};
  if (const auto& at = outcome.stopped_at) {
    line["step"] = at->step;
    line["train_loss"] = json_number(at->train_loss);
    if (at->validation_loss) line["validation_loss"] = json_number(*at->validation_loss);
  }
  return line;
}

void print_outcome(const RunOutcome& outcome, bool json) {
  std::cout << (json ? compact_text(outcome_json(outcome)) : outcome.directory.string()) << "\n";
  std::cout.flush();
}

std::string label_of(const std::vector<Prepared>& runs, std::size_t i) {
  std::string label = runs[i].experiment.name;
  for (const std::string& word : runs[i].overrides) label += " " + word;
  label = printable(label);
  return runs.size() == 1 ? label
                          : "[" + std::to_string(i + 1) + "/" + std::to_string(runs.size()) + "] " + label;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  watch_stop_signals();
  std::vector<std::string> words = arguments.words;
  if (!arguments.init.empty()) words.push_back("++initial_weights=" + compact_text(arguments.init));
  std::vector<Prepared> runs = prepare_all(words);
  if (arguments.dry_run) return print_plan(runs, arguments);
  const RunOptions options{arguments.out, arguments.quiet,
                           arguments.no_wait ? WhenLocked::leave : WhenLocked::wait};
  bool diverged = false, busy = false;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const Warning& w : runs[i].warnings)
      std::cerr << label_of(runs, i) << ": warning[" << w.code << "] " << w.pointer << ": " << w.message
                << "\n";
    const RunOutcome outcome = execute(runs[i], options, label_of(runs, i));
    if (outcome.kept && !arguments.quiet)
      std::cerr << label_of(runs, i) << "  " << outcome.status << " already\n";
    busy = busy || outcome.status == busy_status;
    diverged = diverged || outcome.status == "diverged";
    print_outcome(outcome, arguments.json);
    if (outcome.status == name_of(RunStatus::stopped)) {
      std::cerr << "stopped; the same command goes on from the checkpoint\n";
      return exit_stopped;
    }
  }
  if (busy) return exit_stopped;
  return diverged && arguments.fail_on_divergence ? 1 : 0;
}

}  // namespace exmy
