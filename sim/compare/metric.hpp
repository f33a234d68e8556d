#pragma once
// What is compared: numbers of reports, by a short name, a counter at places of the network, or a JSON
// pointer.

#include <optional>
#include <string>
#include <vector>

#include "sim/base/json.hpp"

namespace exmy {

struct Metric {
  std::string name;     ///< as it was asked for
  std::string pointer;  ///< JSON pointer into the report; empty: a counter
  std::string counter;  ///< "underflow_to_zero_fraction": of all roundings at the places, together
  std::string places;   ///< glob over layer/op/pass/role
  bool larger_is_better = false;

  /// The member of the report that it is in.
  std::string section() const;
  /// Diverged runs have it too: what became of a run (`/run/...`). No other number of theirs is comparable.
  bool is_of_diverged_runs() const;
  /// Of a report with at least that member; nothing if it has no such number.
  std::optional<double> of(const Json& report) const;
};

/// A short name (train_loss, validation_loss, validation_accuracy ...), COUNTER or COUNTER@PLACES
/// ("underflow_to_zero_fraction@*/activation_grad"), or a pointer ("/final/train_loss"); UsageError with a
/// suggestion for anything else.
Metric metric_named(const std::string& name);

/// What is compared unless one asks for something else.
std::vector<Metric> default_metrics();

}  // namespace exmy
