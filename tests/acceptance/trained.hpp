#pragma once
// Whole runs of the configurations in experiments/, and what acceptance items ask of them.

#include <algorithm>
#include <stdexcept>

#include "sim/base/json.hpp"
#include "tests/run/support.hpp"

namespace exmy::acceptance {

/// What a run left.
struct Trained {
  double train_loss = 0;  ///< over the whole training set
  double validation_accuracy_fraction = 0;
  std::uint64_t skipped_steps = 0;
  double loss_scale = 1;
  double zero_v_fraction = 0;  ///< elements of Adam's v that are exactly 0; without Adam 0
};

inline double zero_v_fraction(const run_test::State<float>& state) {
  std::size_t zeros = 0, all = 0;
  for (const auto& [name, tensor] : state.tensors) {
    if (!name.starts_with("adam.v.")) continue;
    all += tensor.size();
    zeros += static_cast<std::size_t>(std::count(tensor.data.begin(), tensor.data.end(), 0.0f));
  }
  return all == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(all);
}

/// Trains the configuration to its end, uncounted. std::runtime_error where it diverges.
inline Trained train(const std::string& path, const std::string& more = "{}") {
  const run_test::Setup setup(run_test::file(path, {R"({"stats": {"counters": false}})", more}));
  run_test::Run<float> run(setup);
  const Experiment& e = setup.experiment;
  const Dataset& data = setup.data;
  const std::uint64_t steps = total_steps(e, BatchPlan(data, e.batch_size, e.seed).steps_per_epoch());
  for (std::uint64_t t = 0; t < steps; ++t)
    if (run.step(t).diverged) throw std::runtime_error(path + " diverged at step " + std::to_string(t));
  Trained out;
  out.train_loss = run.program.evaluate(steps - 1, data, 0, data.train_count).loss;
  out.validation_accuracy_fraction =
      run.program.evaluate(steps - 1, data, data.train_count, data.validation_count).accuracy_fraction;
  out.skipped_steps = run.program.loss_scaler().skipped_steps();
  out.loss_scale = run.program.loss_scaler().scale();
  out.zero_v_fraction = zero_v_fraction(run.state());
  return out;
}

inline Trained train_with_seed(const std::string& path, int seed) {
  return train(path, Json{{"seed", seed}}.dump());
}

}  // namespace exmy::acceptance
