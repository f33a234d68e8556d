#include <iostream>

#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/tools/columns.hpp"
#include "sim/tools/network.hpp"

namespace exmy {
namespace {

void show_as_text(const Prepared& run) {
  const Network network = network_of(run);
  std::cout << printable(run.experiment.name) << ": " << network.operations.size() << " operations, "
            << network.parameters_count << " parameters, multiply-adds a sample: " << network.forward_macs
            << " forward,\n"
            << network.backward_macs << " backward; " << run.dry_step.memory_bytes << " bytes in a step of "
            << run.experiment.batch_size << " samples\n\n"
            << text_of(network, output_width());
}

}  // namespace

int show_command(const ShowArguments& arguments) {
  bool first = true;
  for (const Prepared& run : prepare_all(arguments.words)) {
    if (arguments.json) {
      Json line{
          {"name", run.experiment.name}, {"run_id", run.run_id}, {"batch_size", run.experiment.batch_size}};
      line.update(json_of(network_of(run)));
      std::cout << compact_text(line) << "\n";
      continue;
    }
    if (!first) std::cout << "\n";
    show_as_text(run);
    first = false;
  }
  return 0;
}

}  // namespace exmy
