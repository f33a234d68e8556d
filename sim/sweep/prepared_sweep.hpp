#pragma once
// A sweep whose runs were all read, checked and identified.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/run/cost.hpp"
#include "sim/sweep/sweep.hpp"
#include "sim/sweep/sweep_directory.hpp"
#include "sim/sweep/sweep_runner.hpp"

namespace exmy {

/// An experiment of a sweep.
struct PreparedSweepRun {
  ListedRun listed;
  SweepTask task;
  Cost cost;
  std::string policy;  ///< formats and rules, as text: what decides the time of a multiply-add
};

struct PreparedSweep {
  std::vector<PreparedSweepRun> runs;  ///< in the order of the sweep
  std::size_t duplicates_count = 0;    ///< combinations that are the experiment of another one
  std::vector<std::string> warnings;   ///< each once, with the runs that it is about
};

/// ConfigError with the problems of all runs, each once, with the parameters of the run where it shows first, unless
/// all have it.
PreparedSweep prepare_sweep(const Sweep& sweep);

/// "lr=0.1 seed=2"
std::string parameters_text(const std::vector<std::pair<std::string, Json>>& parameters);
/// A value as it is read in a table: a string without its quotes.
std::string value_text(const Json& value);

}  // namespace exmy
