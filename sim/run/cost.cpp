#include "sim/run/cost.hpp"

#include "sim/run/trainer.hpp"

namespace exmy {

Cost cost_of(const Prepared& run) {
  const std::uint64_t batch = run.experiment.batch_size * run.experiment.accumulate;  // of a step
  const std::uint64_t per_epoch = (run.data->train_count + batch - 1) / batch;
  const std::uint64_t steps = total_steps(run.experiment, per_epoch);
  const std::uint64_t samples = steps / per_epoch * run.data->train_count + steps % per_epoch * batch;
  return {steps, samples * run.dry_step.macs_per_sample, run.dry_step.memory_bytes};
}

}  // namespace exmy
