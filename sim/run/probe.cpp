#include "sim/run/probe.hpp"

#include <algorithm>
#include <map>

#include "sim/base/philox.hpp"
#include "sim/run/program.hpp"

namespace exmy {
namespace {

struct Seen {
  DryStep step;
  std::vector<std::string> names;
};

/// Bytes of a batch: what depends on its size grows with it, weights do not.
std::uint64_t bytes_for(const MemoryLedger& memory, std::size_t samples, std::size_t batch) {
  std::uint64_t bits = 0;
  for (const auto& [role, row] : memory.rows) {
    const bool per_sample = role == "activation" || role == "activation_grad";
    bits += per_sample ? row.bits / samples * batch : row.bits;
  }
  return (bits + 7) / 8;
}

template <class T>
Seen dry_step(const Experiment& e, const Dataset& data) {
  StatsOptions quiet = e.stats;
  quiet.counters = e.loss_scale.on_saturated;
  Telemetry telemetry(quiet);
  Program<T> program(e, data, telemetry);
  Batch batch{&data, {0}};
  if (data.train_count > 1) batch.samples.push_back(1);
  program.step(0, batch, e.lr, nullptr);
  Seen seen{{program.context().sites(), 0, bytes_for(program.memory(), batch.samples.size(), e.batch_size)},
            program.context().names_of_step()};
  for (const auto& [formats, count] : telemetry.macs) seen.step.macs_per_sample += count / batch.samples.size();
  program.evaluate(0, data, 0, batch.samples.size());
  for (const std::string& name : program.context().names_of_step()) seen.names.push_back(name);
  return seen;
}

void check_rules(const Experiment& e, const std::vector<Site>& sites, std::vector<Problem>& problems) {
  const auto& rules = e.policy.policy.rules();
  for (std::size_t i = 0; i < e.policy.places.size(); ++i) {
    const Match& match = rules[e.policy.recipe_rules + i].match;
    const bool used = std::any_of(sites.begin(), sites.end(), [&](const Site& s) { return match.matches(s); });
    if (!used)
      e.policy.places[i].problem(codes::rule_matches_nothing,
                                 "the rule matches no site of this network (`exmy validate --sites` lists them)");
  }
  for (const Site& site : sites) {
    const std::string text = e.policy.policy.problem_at(site);
    if (text.empty()) continue;
    std::size_t last = e.policy.places.size();
    for (std::size_t i = 0; i < e.policy.places.size(); ++i)
      if (rules[e.policy.recipe_rules + i].match.matches(site)) last = i;
    if (last < e.policy.places.size()) e.policy.places[last].problem(codes::bad_rule, "at " + site.name() + ": " + text);
    if (problems.size() >= ConfigError::max_printed) return;
  }
}

void check_hashes(const std::vector<std::string>& names, const Document& document, std::vector<Problem>& problems) {
  std::map<std::uint64_t, std::string> by_hash;
  for (const std::string& name : names) {
    const auto [entry, fresh] = by_hash.emplace(fnv1a64(name), name);
    if (!fresh && entry->second != name)
      problems.push_back({std::string(codes::site_hash_collision.code), document.origin(""), "",
                          "the sites " + entry->second + " and " + name + " have one hash: rename a layer"});
  }
}

}  // namespace

bool fits_float_carrier(const Experiment& e) { return e.policy.policy.fits_float_carrier(); }

DryStep check_sites(const Experiment& e, const Dataset& data, const Document& document,
                              std::vector<Problem>& problems) {
  const Seen seen = fits_float_carrier(e) ? dry_step<float>(e, data) : dry_step<double>(e, data);
  check_rules(e, seen.step.sites, problems);
  check_hashes(seen.names, document, problems);
  return seen.step;
}

}  // namespace exmy
