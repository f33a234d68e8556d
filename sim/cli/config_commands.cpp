#include <array>
#include <iostream>

#include "schemas.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/config/names.hpp"

namespace exmy {
namespace {

std::string order_text(const Prepared& p, const Site& site, const Treatment& t) {
  std::string text;
  if (t.quantizer.scale.granularity == Granularity::tensor)
    text += "  scale " + hex_float(t.quantizer.scale.value);
  if (site.role != Role::accumulator || t.order == Order::sequential) return text;
  return text + "  chunks of " + std::to_string(t.chunk) + ", outer " +
         p.experiment.format_names.name(t.outer.format) + " " + word_of(rounding_names, t.outer.rounding);
}

void print_sites(const Prepared& p) {
  for (const Site& site : p.dry_step.sites) {
    const Treatment t = p.experiment.policy.policy.resolve(site);
    const Projection& how = t.quantizer.projection;
    std::cout << site.name() << "  ";
    if (t.exact)
      std::cout << "exact\n";
    else
      std::cout << p.experiment.format_names.name(how.format) << " " << word_of(rounding_names, how.rounding)
                << " " << word_of(saturation_names, how.saturation) << order_text(p, site, t) << "\n";
  }
}

}  // namespace

int validate_command(const ValidateArguments& arguments) {
  for (const Prepared& p : prepare_all(arguments.words)) {
    for (const Warning& w : p.warnings)
      std::cerr << printable(p.experiment.name) << ": warning[" << w.code << "] " << w.pointer << ": "
                << w.message << "\n";
    std::cout << printable(p.experiment.name) << ": valid, " << p.dry_step.sites.size() << " sites, run "
              << p.run_id << "\n";
    if (arguments.sites) print_sites(p);
  }
  return 0;
}

int schema_command(const std::string& which) {
  constexpr std::array known{Named<std::string_view>{"config", config_schema},
                             Named<std::string_view>{"report", report_schema},
                             Named<std::string_view>{"sweep", sweep_schema},
                             Named<std::string_view>{"certificate", certificate_schema}};
  for (const auto& [name, text] : known)
    if (which == name) {
      std::cout << text;
      return 0;
    }
  throw UsageError(which.empty() ? "which schema: config, report, sweep or certificate?"
                                 : "no schema \"" + which + "\" (known: config, report, sweep, certificate)");
}

}  // namespace exmy
