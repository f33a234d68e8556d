#include "sim/run/probe.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "sim/base/philox.hpp"
#include "sim/run/program.hpp"
#include "sim/run/weights_file.hpp"

namespace exmy {
namespace {

/// How far a dry run goes.
enum class Depth { network, step };

struct Seen {
  DryStep step;
  std::vector<std::string> names;
  std::map<Site, std::string> problems;  ///< that showed when the sites were used
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
Seen dry_step(const Experiment& e, const Dataset& data, Depth depth) {
  StatsOptions quiet = e.stats;
  quiet.counters = false;
  Telemetry telemetry(quiet);
  Program<T> program(e, data, telemetry, Values::skipped);
  if (depth == Depth::network) return {};
  Batch batch{&data, {0}};
  if (data.train_count > 1) batch.samples.push_back(1);
  const std::vector<Batch> batches(e.accumulate > 1 ? 2 : 1, batch);
  OperationTrace trace;
  program.context().trace_to(&trace);
  program.step(0, batches, e.lr, nullptr);
  program.context().trace_to(nullptr);
  Seen seen{{program.context().sites(), 0, bytes_for(program.memory(), batch.samples.size(), e.batch_size)},
            program.context().names_of_step(),
            program.context().problems()};
  for (const auto& [formats, count] : telemetry.macs)
    seen.step.macs_per_sample += count / (batches.size() * batch.samples.size());
  seen.step.operations = trace.operations();
  seen.step.samples = batch.samples.size();
  seen.step.parameters = program.parameter_shapes();
  program.evaluate(0, data, 0, batch.samples.size());
  for (const std::string& name : program.context().names_of_step()) seen.names.push_back(name);
  return seen;
}

Seen dry_step(const Experiment& e, const Dataset& data, Depth depth) {
  return fits_float_carrier(e) ? dry_step<float>(e, data, depth) : dry_step<double>(e, data, depth);
}

/// Nothing if the shapes do not fit. Initial weights that do not fit are told, and left out.
std::optional<Seen> probed(const Experiment& e, const Dataset& data, Depth depth, const Document& document,
                           std::vector<Problem>& problems) {
  const auto misfit = [&](const std::string& pointer, const std::string& text, bool listed) {
    problems.push_back(
        {std::string(codes::data_misfit.code), document.origin(pointer), pointer, text, listed});
  };
  try {
    return dry_step(e, data, depth);
  } catch (const ShapeError& error) {
    const auto tell = [&](const ShapeError& one) {
      misfit(one.pointer.empty() ? "/model" : one.pointer, one.what(), false);
    };
    tell(error);
    for (const ShapeError& other : error.others) tell(other);
    return std::nullopt;
  } catch (const WeightsMisfit& weights) {
    for (const std::string& text : weights.problems())
      misfit("/initial_weights", *e.initial_weights_file + ": " + text, true);
  }
  Experiment without = e;
  without.initial_weights.reset();
  return dry_step(without, data, depth);
}

/// Sites that a rule matches.
std::vector<Site> matched(const Rule& rule, const std::vector<Site>& sites) {
  std::vector<Site> out;
  std::copy_if(sites.begin(), sites.end(), std::back_inserter(out),
               [&](const Site& s) { return rule.match.matches(s); });
  return out;
}

/// The last of the configuration's own rules that matches a site; it is told of what is wrong there.
std::optional<std::size_t> last_rule_at(const Experiment& e, const Site& site) {
  for (std::size_t i = e.policy.places.size(); i-- > 0;)
    if (e.policy.policy.rules()[e.policy.recipe_rules + i].match.matches(site)) return i;
  return std::nullopt;
}

void check_matches(const Experiment& e, const std::vector<Site>& sites) {
  for (std::size_t i = 0; i < e.policy.places.size(); ++i) {
    const Rule& rule = e.policy.policy.rules()[e.policy.recipe_rules + i];
    const std::vector<Site> found = matched(rule, sites);
    if (found.empty())
      e.policy.places[i].problem(
          codes::rule_matches_nothing,
          "the rule matches no site of this network (`exmy validate --sites` lists them)");
    else if (rule.scale && std::none_of(found.begin(), found.end(), is_operand))
      e.policy.places[i].problem(
          codes::bad_rule,
          "a scale is for the operands of matrix products (roles weight, "
          "activation, activation_grad; ops dot, conv2d, scores, context), and the rule matches none");
  }
}

/// One problem a rule: the first site where it goes wrong, and how many more.
void check_contradictions(const Experiment& e, const Seen& seen) {
  std::map<std::size_t, std::pair<std::string, std::size_t>> wrong;
  for (const Site& site : seen.step.sites) {
    const auto used = seen.problems.find(site);
    std::string text = e.policy.policy.problem_at(site);
    if (text.empty() && used != seen.problems.end()) text = used->second;
    const auto rule = text.empty() ? std::nullopt : last_rule_at(e, site);
    if (!rule) continue;
    const auto [entry, fresh] = wrong.try_emplace(*rule, text + " (at " + site.name(), 0);
    if (!fresh) ++entry->second.second;
  }
  for (const auto& [rule, what] : wrong) {
    const std::string more = what.second == 0 ? ")" : " and " + std::to_string(what.second) + " more sites)";
    e.policy.places[rule].problem(codes::bad_rule, what.first + more);
  }
}

void check_hashes(const std::vector<std::string>& names, const Document& document,
                  std::vector<Problem>& problems) {
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

void check_network(const Experiment& e, const Dataset& data, const Document& document,
                   std::vector<Problem>& problems) {
  probed(e, data, Depth::network, document, problems);
}

DryStep check_sites(const Experiment& e, const Dataset& data, const Document& document,
                    std::vector<Problem>& problems) {
  const std::optional<Seen> seen = probed(e, data, Depth::step, document, problems);
  if (!seen) return {};
  check_matches(e, seen->step.sites);
  check_contradictions(e, *seen);
  check_hashes(seen->names, document, problems);
  return seen->step;
}

}  // namespace exmy
