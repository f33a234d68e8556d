#pragma once
// A view for programs.

#include "sim/base/json.hpp"
#include "sim/sweep/sweep_view.hpp"

namespace exmy {

/// {"schema_version": 1, "title", "runs_count", "counts": {phase: number, each phase}, "seconds_left"?,
///  "runs": [{"run_id", "directory", "phase", "sweep"?, "baseline"? (true), "parameters"? {name: value}, "step"?,
///            "steps_count"?, "train_loss"?, "validation_loss"?, "validation_accuracy_fraction"?, "wall_s"?,
///            "seconds_left"?, "finished_at"?, "owner"?, "message"?}]}
/// What is not known has no key. Losses as json_number writes them.
Json json_of(const SweepView& view);

}  // namespace exmy
