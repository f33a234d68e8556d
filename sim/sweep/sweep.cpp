#include "sim/sweep/sweep.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "sim/base/text.hpp"
#include "sim/sweep/expansion.hpp"

namespace exmy {
namespace {

using namespace std::string_view_literals;

enum class Method : std::uint8_t { grid, random, list };
constexpr std::array method_names{Named<Method>{"grid", Method::grid},
                                  Named<Method>{"random", Method::random},
                                  Named<Method>{"list", Method::list}};
constexpr std::array halving_kinds{"successive_halving"sv};
constexpr std::array metric_names{Named<bool>{"train_loss", false}, Named<bool>{"validation_loss", true}};
constexpr double largest_sweep = 10'000;

/// A directory of this name.
void check_name(ObjectReader& r, const std::string& name) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (name.empty() || name.front() == '.' || name.size() > 80 || control || name.find('/') != name.npos)
    r.problem(codes::out_of_range, "name",
              "the name is that of a directory: 1 to 80 bytes without \"/\", not beginning with \".\"");
}

/// The file that `base` names.
std::filesystem::path read_base(const Document& document, ObjectReader& r) {
  const std::filesystem::path base = r.text("base", required);
  const std::filesystem::path around = std::filesystem::path(document.origin("/base").file).parent_path();
  return base.is_absolute() || document.origin("/base").line == 0 ? base : around / base;
}

/// The base configuration; an empty one after problems.
Document load_base(const std::filesystem::path& file, ObjectReader& r, std::vector<Problem>& problems) {
  if (!r.value("base").json().is_string()) return {};
  try {
    return Document::load(file);
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems())
      if (problem.code == codes::unreadable_file.code)
        r.problem(problem.code, "base", problem.message);
      else
        problems.push_back(problem);
  }
  return {};
}

std::optional<Halving> read_halving(ObjectReader& r) {
  auto stop = r.object("early_stop", if_given);
  if (!stop) return std::nullopt;
  (void)stop->row("kind", required, halving_kinds);
  Halving halving;
  halving.validation = stop->one_of("metric", false, metric_names);
  halving.first_step = stop->integer<std::uint64_t>("first_step", required, Range::closed(1, 1e9));
  halving.factor = stop->integer<std::uint64_t>("factor", 3, Range::closed(2, 1000));
  return halving;
}

/// Distinct seeds: those of a list, or 1 to n.
std::vector<std::uint64_t> read_seeds(ObjectReader& r) {
  const Value given = r.value("seeds");
  std::vector<std::uint64_t> seeds;
  if (given.json().is_null()) {
    (void)r.raw("seeds");
  } else if (given.json().is_array()) {
    for (const Value& seed : given.array(Range::closed(1, largest_sweep)))
      seeds.push_back(seed.integer<std::uint64_t>());
  } else {
    seeds.resize(static_cast<std::size_t>(given.integer<std::int64_t>(Range::closed(1, largest_sweep))));
    for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] = i + 1;
  }
  return seeds;
}

std::vector<Combination> read_alternatives(const SweepContext& context, const std::vector<Value>& values) {
  std::vector<Combination> alternatives;
  for (const Value& value : values) {
    ConfigPaths paths = context.paths;
    alternatives.push_back(read_changes(context, value.object(), paths, true));
  }
  return alternatives;
}

std::string in_words(std::uint64_t n) {
  return n == std::numeric_limits<std::uint64_t>::max() ? "more than 10^19" : std::to_string(n);
}

std::string counted(std::uint64_t n, const char* what) {
  return in_words(n) + ' ' + what + (n == 1 ? "" : "s");
}

/// Everything between reading and the list of runs.
class Expander {
 public:
  Expander(const Document& document, ObjectReader& r, std::vector<Problem>& problems, Document base)
      : context_{document, problems, ConfigPaths(std::move(base))}, r_(r) {
    overrides_ = read_changes(context_, r.object("overrides"), context_.paths, false);
    cap_ = r.integer<std::uint64_t>("run_cap", 1000, Range::closed(1, largest_sweep));
    seeds_ = read_seeds(r);
    for (const Value& v : r.one_or_more("baseline")) baseline_values_.push_back(v);
    baselines_ = read_alternatives(context_, baseline_values_);
  }

  std::vector<SweepRun> runs() {
    const Method method = r_.one_of("method", Method::grid, method_names);
    const std::vector<Combination> combinations = combinations_of(method);
    std::vector<SweepRun> all;
    if (!context_.problems.empty()) return all;
    for (const Combination& baseline : baselines_) append(baseline, true, all);
    for (const Combination& combination : combinations) append(combination, false, all);
    return all;
  }

 private:
  void append(const Combination& combination, bool baseline, std::vector<SweepRun>& runs) const {
    SweepRun run{combination.parameters, overrides_.assignments, baseline};
    run.assignments.insert(run.assignments.end(), combination.assignments.begin(),
                           combination.assignments.end());
    if (seeds_.empty()) runs.push_back(run);
    for (const std::uint64_t seed : seeds_) {
      runs.push_back(run);
      runs.back().parameters.emplace_back("seed", seed);
      runs.back().assignments.push_back({OverrideAction::set, "/seed", seed});
    }
  }

  std::vector<Combination> combinations_of(Method method) {
    const bool random = method == Method::random;
    const std::vector<Axis> axes = read_parameters(context_, r_.object("parameters"), random);
    const std::vector<Value> list = r_.array("list");
    const auto count = r_.integer<std::uint64_t>("count", if_given, Range::closed(1, largest_sweep));
    const std::uint64_t seed = r_.unsigned64("random_seed", 1);
    std::vector<std::string> names;
    for (const Axis& axis : axes) names.push_back(axis.name);
    Constraints constraints(context_, r_.array("constraints"), names);
    check_together(method, {!axes.empty(), !constraints.empty(), !list.empty(), count.has_value()});
    check_seeds(axes);
    std::vector<Combination> listed = read_alternatives(context_, list);
    if (!context_.problems.empty()) return {};
    if (method == Method::list) return capped(std::move(listed));
    return random ? drawn(axes, constraints, *count, seed) : of_grid(axes, constraints);
  }

  /// Which keys say something.
  struct Given {
    bool parameters, constraints, list, count;
  };

  void check_together(Method method, const Given& given) {
    const bool random = method == Method::random, list = method == Method::list;
    if (list && given.parameters) contradiction("parameters", "the method list takes its runs from \"list\"");
    if (list && given.constraints)
      contradiction("constraints", "the method list has no combinations to choose from");
    if (!list && given.list) contradiction("list", "only the method list has a list");
    if (!random && given.count) contradiction("count", "only the method random draws so many runs");
    if (random && !given.count)
      r_.problem(codes::missing_key, "the key \"count\" is missing: how many runs the method random draws");
    if (list && !r_.has("list")) r_.problem(codes::missing_key, "the key \"list\" is missing");
  }

  void contradiction(std::string_view key, const char* text) { r_.problem(codes::contradiction, key, text); }

  void check_seeds(const std::vector<Axis>& axes) {
    for (const Axis& axis : axes)
      if (axis.name == "seed" && !seeds_.empty())
        context_.key_problem(codes::contradiction, axis.pointer, "the seed is given by \"seeds\" already");
  }

  std::vector<Combination> of_grid(const std::vector<Axis>& axes, Constraints& constraints) {
    std::uint64_t count = grid_size(axes);
    if (constraints.empty() && !fits(count)) return {};
    if (count > max_tested) {
      r_.problem(codes::too_many_runs, "parameters",
                 in_words(count) +
                     " combinations: constraints are tested on 1000000 at most; take fewer values, or draw "
                     "some (method random)");
      return {};
    }
    std::vector<Combination> kept = grid(axes, constraints, cap_, count);
    if (!context_.problems.empty() || !fits(count)) return {};
    if (kept.empty())
      r_.problem(codes::empty_sweep, "constraints",
                 "no combination of " + in_words(grid_size(axes)) + " satisfies all constraints");
    return kept;
  }

  std::vector<Combination> drawn(const std::vector<Axis>& axes, Constraints& constraints, std::uint64_t count,
                                 std::uint64_t seed) {
    if (!fits(count)) return {};
    std::vector<Combination> kept = draws(axes, constraints, count, seed);
    if (context_.problems.empty() && kept.size() < count)
      r_.problem(kept.empty() ? codes::empty_sweep : codes::contradiction, "count",
                 "only " + std::to_string(kept.size()) +
                     " different combinations were found (that satisfy the constraints)");
    return kept;
  }

  std::vector<Combination> capped(std::vector<Combination> combinations) {
    if (combinations.empty()) r_.problem(codes::empty_sweep, "list", "the list is empty");
    return fits(combinations.size()) ? std::move(combinations) : std::vector<Combination>{};
  }

  /// Whether so many combinations make no more runs than the cap; else says what to do.
  bool fits(std::uint64_t combinations) {
    const std::uint64_t seeds = std::max<std::uint64_t>(seeds_.size(), 1);
    const std::uint64_t sum = combinations + std::min<std::uint64_t>(baselines_.size(), ~combinations);
    const std::uint64_t total = saturated_product(sum, seeds);
    if (total <= cap_) return true;
    r_.problem(
        codes::too_many_runs, "run_cap",
        in_words(total) + " runs (" + counted(combinations, "combination") + " and " +
            counted(baselines_.size(), "baseline") + ", with " + counted(seeds, "seed") +
            "), more than run_cap = " + std::to_string(cap_) +
            ": take fewer values, add constraints, draw some (method random), or raise run_cap (to 10000 "
            "at most)");
    return false;
  }

  SweepContext context_;
  ObjectReader& r_;
  Combination overrides_;
  std::uint64_t cap_ = 0;
  std::vector<std::uint64_t> seeds_;
  std::vector<Value> baseline_values_;
  std::vector<Combination> baselines_;
};

}  // namespace

Sweep read_sweep(const Document& document, const std::string& default_name, std::vector<Problem>& problems) {
  ObjectReader r(document, "", problems);
  Sweep sweep;
  r.integer<std::int32_t>("schema_version", 1, Range::closed(1, 1));
  sweep.name = r.text("name", default_name);
  check_name(r, sweep.name);
  sweep.base = read_base(document, r);
  sweep.retries = r.integer<std::uint64_t>("retries", 2, Range::closed(0, 1000));
  sweep.time_limit_s = r.number("time_limit_s", if_given, Range::above(0));
  sweep.halving = read_halving(r);
  Expander expander(document, r, problems, load_base(sweep.base, r, problems));
  sweep.runs = expander.runs();
  r.finish();
  if (!problems.empty()) sweep.runs.clear();
  sweep.resolved = r.resolved();
  return sweep;
}

}  // namespace exmy
