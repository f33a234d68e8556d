#include <algorithm>
#include <chrono>
#include <iostream>

#include "sim/base/arithmetic_modes.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/run/provenance.hpp"
#include "sim/verify/certificate.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/progress.hpp"

namespace exmy {
namespace {

/// The names of parts, and the words before their slash, which stand for several.
std::vector<std::string> known_names(const std::vector<verify::Part>& parts) {
  std::vector<std::string> names;
  for (const verify::Part& part : parts) {
    const std::string group = part.name.substr(0, part.name.find('/'));
    if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
  }
  for (const verify::Part& part : parts)
    if (part.name.find('/') != std::string::npos) names.push_back(part.name);
  return names;
}

void check_names(const std::vector<std::string>& wanted, const std::vector<verify::Part>& parts) {
  const std::vector<std::string> known = known_names(parts);
  for (const std::string& name : wanted)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError("no part " + in_quotes(name) + " " + did_you_mean(name, known));
}

verify::Options options_of(const VerifyArguments& a) {
  if (a.quick && a.full) throw UsageError("--quick and --full exclude each other");
  if (a.sample == 0) throw UsageError("--sample must be at least 1");
  return {a.full, a.seed, a.sample, a.parts};
}

void run_parts(const std::vector<verify::Part>& parts, verify::Certificate& certificate) {
  verify::PartProgress progress;
  const auto observer = [&](const verify::Part& part, std::uint64_t done, std::uint64_t units) {
    progress.show(part, done, units);
  };
  std::cout << verify::table_head();
  for (const verify::Part& part : parts) {
    if (!verify::is_chosen(part, certificate.options.names)) continue;
    const verify::PartResult result = verify::run(part, certificate.options, observer);
    progress.clear();
    std::cout << verify::table_row(result) << verify::mismatch_text(result) << std::flush;
    certificate.parts.push_back(result);
  }
}

}  // namespace

int verify_command(const VerifyArguments& arguments) {
  const std::vector<verify::Part> parts = verify::all_parts();
  verify::Certificate certificate{options_of(arguments), utc_now(), 0, {}};
  check_names(arguments.parts, parts);
  require_usual_modes_of_threads();
  check_place(arguments.json);
  const auto begin = std::chrono::steady_clock::now();
  run_parts(parts, certificate);
  certificate.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << verify::summary(certificate);
  if (!arguments.json.empty()) write_atomically(arguments.json, pretty_text(verify::json_of(certificate)));
  return certificate.mismatches() == 0 ? 0 : 5;
}

}  // namespace exmy
