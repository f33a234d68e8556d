#pragma once
// Learning rates, in binary64; projected where an optimiser uses them.

#include <cstdint>
#include <functional>
#include <span>

#include "sim/base/reader.hpp"

namespace exmy {

/// A moment of a training.
struct TrainingTime {
  std::uint64_t step = 0;  ///< from 0
  std::uint64_t steps = 1;
  std::uint64_t steps_per_epoch = 1;
  std::uint64_t batch_size = 1;  ///< of a whole step
};

/// The factor of the base learning rate.
using Schedule = std::function<double(const TrainingTime&)>;

/// constant: 1. cosine: (1 + cos(pi step / steps)) / 2, to 0 at the end. step: factor^(step div every).
struct ScheduleKind {
  std::string_view name;
  Schedule (*read)(ObjectReader& config);
};
std::span<const ScheduleKind> schedule_kinds();

/// The object `schedule`: a kind, and what may be laid over it.
/// - Warm-up of w steps (`warmup_steps`, or `warmup_epochs`): the kind runs over the steps that follow; before, the factor
///   is (step + 1) / w.
/// - Linear scaling (`reference_batch`; Goyal et al. 2017): every factor is multiplied by k = batch_size / reference_batch;
///   a warm-up then rises from 1: 1 + (k - 1) (step + 1) / w.
Schedule read_schedule(ObjectReader config);

}  // namespace exmy
