#pragma once
// How long a sweep would take, from a few of its runs that are started for a moment.

#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/prepared_sweep.hpp"

namespace exmy {

struct TimeEstimate {
  /// Of each run from its beginning; none if no run could be measured.
  std::optional<std::vector<double>> run_s;
  std::size_t measured_count = 0;
  bool interrupted = false;  ///< asked to stop
};

/// Starts about five runs, spread over policies and costs, in a temporary directory, `jobs` at once: for one step, then
/// for a second. A run takes the time of its start and first step, and of its multiply-adds at the speed of the
/// measured runs of its policy (else of all); a second's worth of each, so a few seconds in all.
TimeEstimate estimate_time(const PreparedSweep& sweep, std::size_t jobs,
                           const std::vector<std::pair<std::string, std::string>>& environment);

/// Seconds until all are done, `jobs` at once: at best evenly spread, and not shorter than the longest.
double total_time(const std::vector<double>& run_s, std::size_t jobs);

}  // namespace exmy
