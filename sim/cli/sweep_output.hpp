#pragma once
// What `exmy sweep` prints.

#include <iosfwd>

#include "sim/sweep/prepared_sweep.hpp"

namespace exmy {

/// One row a run: its hash, parameters, status, losses, accuracy; then the counts and what went wrong.
void print_results(const PreparedSweep& sweep, const std::vector<RunView>& views);
/// A JSON line a run.
void print_results_json(const PreparedSweep& sweep, const std::vector<RunView>& views,
                        const std::filesystem::path& directory);

/// What would run: status, steps, multiply-adds and memory, with totals. `run_s`: estimated seconds from the beginning.
struct SweepPlan {
  const PreparedSweep& sweep;
  std::vector<RunView> views;
  std::optional<std::vector<double>> run_s;
  std::size_t measured_count = 0, jobs = 1;
  bool stops_early = false;  ///< by successive halving: the costs are bounds
};
void print_plan(const SweepPlan& plan);
void print_plan_json(const SweepPlan& plan, const std::filesystem::path& directory);

}  // namespace exmy
