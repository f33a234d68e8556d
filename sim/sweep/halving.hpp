#pragma once
// Which runs go on at the rungs of successive halving: a function of what the runs had there, and of nothing else, so
// that every runner at any time decides the same.

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/sweep/records.hpp"
#include "sim/sweep/sweep.hpp"

namespace exmy {

/// A run in the eyes of the halving.
struct Contender {
  std::uint64_t steps_count = 0;  ///< rungs at or beyond it are none to this run
  bool baseline = false;
  bool out = false;  ///< failed or complete: where it has no result, nobody waits for it
  std::vector<std::optional<RungResult>> results;  ///< at the rungs below steps_count, as far as it came
};

/// What a run is to do.
struct Verdict {
  std::optional<std::uint64_t> next_rung;  ///< where to stop next; none: go to the end
  bool waits = false;                      ///< at a rung, for others
  bool pruned = false;
  std::uint64_t rung = 0;  ///< where it waits or was left behind
};

/// The rungs below `steps_count`.
std::vector<std::uint64_t> rungs_below(const Halving& halving, std::uint64_t steps_count);

/// At each rung, once all that went on to it have a result or are out: of those with a result that are no baselines
/// the best ceil(n / factor) go on, by the metric (what is not finite comes last; ties by order), and baselines.
std::vector<Verdict> judge(const Halving& halving, const std::vector<Contender>& contenders);

std::string metric_name(const Halving& halving);
/// The metric of a result; not finite where it has none.
double metric_of(const Halving& halving, const RungResult& result);

}  // namespace exmy
