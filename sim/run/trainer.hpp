#pragma once
// The training loop.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/checkpoints.hpp"
#include "sim/run/program.hpp"

namespace exmy {

/// `stopped`: asked to, with a checkpoint from which it can go on.
enum class RunStatus : std::uint8_t { completed, diverged, stopped };

/// The word in reports and events.
inline std::string_view name_of(RunStatus status) {
  switch (status) {
    case RunStatus::completed: return "completed";
    case RunStatus::diverged: return "diverged";
    case RunStatus::stopped: return "preempted";
  }
  return "";
}

/// Where a run left the finite numbers.
struct Divergence {
  std::uint64_t step = 0;
  std::optional<Site> site;  ///< the first projection of that step with a NaN or infinite result
  std::string message;
};

struct ValidationPoint {
  std::uint64_t step = 0;  ///< steps done before it
  Evaluation result;
};

/// What a run leaves behind, for the report.
struct Trace {
  RunStatus status = RunStatus::completed;
  std::optional<Divergence> divergence;
  std::vector<double> train_loss, lr, loss_scale;  ///< one a step
  std::vector<ValidationPoint> validation;
  std::vector<GradientSeries> gradients;
  double final_train_loss = 0;         ///< mean over the steps of the last epoch, in binary64
  double train_accuracy_fraction = 0;  ///< over the same steps
  std::uint64_t steps_per_epoch = 0;
  std::uint64_t skipped_steps = 0;
  double final_loss_scale = 1;  ///< after the last step
  std::string weights_sha256, losses_sha256;
  MemoryLedger memory;
  StoredArrays weights;  ///< the parameters at the end
  double wall_s = 0;  ///< of all steps and evaluations, those before an interruption included: the profile's

  /// What a run that goes on has of it: the curves.
  void visit(NumbersVisitor& visitor);
};

/// Is told what happens while a run goes on.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// Before `started`: how long earlier processes trained.
  virtual void trained_before([[maybe_unused]] double wall_s) {}
  /// `done`: steps that an earlier process did.
  virtual void started(std::uint64_t steps, std::uint64_t done) = 0;
  virtual void stepped(std::uint64_t step, double loss, bool skipped) = 0;
  virtual void evaluated(const ValidationPoint& point) = 0;
  virtual void recorded(std::uint64_t step, const std::vector<GradientSeries>& gradients) = 0;
};

/// The order of the training samples: epoch e sorts them by (random number of the stream `shuffle` at step
/// e, index), and cuts them into micro-batches, of which the last may be smaller. A step takes `accumulate` of them, the
/// last step of an epoch what is left.
class BatchPlan {
 public:
  BatchPlan(const Dataset& data, std::size_t batch_size, std::uint64_t seed, std::size_t accumulate = 1);
  std::uint64_t steps_per_epoch() const {
    const std::uint64_t samples = batch_size_ * accumulate_;
    return (data_->train_count + samples - 1) / samples;
  }
  std::vector<Batch> batches(std::uint64_t step);
  /// The first of them.
  Batch batch(std::uint64_t step) { return batches(step).front(); }

 private:
  void shuffle(std::uint64_t epoch);

  const Dataset* data_;
  std::size_t batch_size_;
  std::size_t accumulate_;
  std::uint64_t seed_;
  std::optional<std::uint64_t> epoch_;
  std::vector<std::size_t> order_;
};

/// A moment of the experiment's training, for its schedule. The batch is that of a whole step.
TrainingTime training_time(const Experiment& e, std::uint64_t step, std::uint64_t steps_per_epoch);

std::uint64_t total_steps(const Experiment& experiment, std::uint64_t steps_per_epoch);

/// Trains from the newest checkpoint, or from the start. Throws what `checkpoints` and `observer` throw.
template <class T>
Trace train(const Experiment& experiment, const Dataset& data, Telemetry& telemetry, RunObserver& observer,
            Checkpoints& checkpoints);

}  // namespace exmy
