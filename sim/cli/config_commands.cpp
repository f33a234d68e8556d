#include <iostream>

#include "schemas.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/config/names.hpp"

namespace exmy {
namespace {

void print_sites(const Prepared& p) {
  for (const Site& site : p.dry_step.sites) {
    const Treatment t = p.experiment.policy.policy.resolve(site);
    const Projection& how = t.quantizer.projection;
    std::cout << site.name() << "  ";
    if (t.exact)
      std::cout << "exact\n";
    else
      std::cout << p.experiment.format_names.name(how.format) << " " << word_of(rounding_names, how.rounding) << " "
                << word_of(saturation_names, how.saturation) << "\n";
  }
}

}  // namespace

int validate_command(const ValidateArguments& arguments) {
  for (const Prepared& p : prepare_all(arguments.words)) {
    for (const Warning& w : p.warnings)
      std::cerr << p.experiment.name << ": warning[" << w.code << "] " << w.pointer << ": " << w.message << "\n";
    std::cout << p.experiment.name << ": valid, " << p.dry_step.sites.size() << " sites, run " << p.run_id << "\n";
    if (arguments.sites) print_sites(p);
  }
  return 0;
}

int schema_command(const std::string& which) {
  if (which != "config" && which != "report") throw UsageError("no schema \"" + which + "\" (known: config, report)");
  std::cout << (which == "config" ? config_schema : report_schema);
  return 0;
}

}  // namespace exmy
