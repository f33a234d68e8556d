#pragma once
// The program that an experiment describes: network, loss, optimiser, loss scaler, for one carrier. All
// state that outlives a step is seen by `visit`.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/quant/memory.hpp"
#include "sim/run/batch.hpp"
#include "sim/run/experiment.hpp"
#include "sim/run/gradient_stats.hpp"

namespace exmy {

struct StepResult {
  double loss = 0;        ///< mean over the batch, not scaled; of several micro-batches, mean in binary64
  Hits hits;              ///< of all its samples
  bool skipped = false;   ///< by dynamic loss scaling
  bool diverged = false;  ///< loss or a weight not finite, or a NaN lost
};

struct Evaluation {
  double loss = 0;  ///< mean of the batches' means, weighted by their sizes, in binary64
  double accuracy_fraction = 0;
};

template <class T>
class Program {
 public:
  /// ShapeError, WeightsMisfit.
  Program(const Experiment& experiment, const Dataset& data, Telemetry& telemetry,
          Values values = Values::computed);

  /// Step t: forward and backward for each of its micro-batches, 1 to `accumulate` of them, then one update. Micro-batch
  /// j draws the random numbers of step t accumulate + j, the update those of the last one. `gradients` receives a point
  /// per parameter unless null.
  StepResult step(std::uint64_t t, std::span<const Batch> batches, double lr,
                  std::vector<GradientSeries>* gradients);
  StepResult step(std::uint64_t t, const Batch& batch, double lr, std::vector<GradientSeries>* gradients) {
    return step(t, std::span(&batch, 1), lr, gradients);
  }
  /// Forward only, nothing counted.
  Evaluation evaluate(std::uint64_t t, const Dataset& data, std::size_t first, std::size_t count);
  /// By full name.
  std::map<std::string, Shape> parameter_shapes();
  /// Parameters and buffers.
  void visit_weights(StateVisitor<T>& visitor);
  /// Optimiser and loss scaler.
  void visit_rest(StateVisitor<T>& visitor);
  void visit(StateVisitor<T>& visitor) {
    visit_weights(visitor);
    visit_rest(visitor);
  }
  /// What does not change the training: counters and the memory ledger.
  void visit_ledgers(NumbersVisitor& visitor);

  /// Over the names of parameters and buffers and their values as little-endian binary64, whatever the carrier.
  std::string weights_sha256();
  const LossScaler& loss_scaler() const { return scaler_; }
  Context& context() { return context_; }
  /// Of the last step with a full batch.
  const MemoryLedger& memory() const { return memory_; }

 private:
  struct Forward;
  LabelledBatch<T> loaded(const Batch& batch);
  std::unique_ptr<Op<T>> loss_op(const Batch& batch, const std::vector<std::int32_t>& labels,
                                 double loss_scale);
  Forward forward(const Batch& batch, double loss_scale);
  Forward forward_and_backward(std::uint64_t t, std::span<const Batch> batches, StepResult& result);
  bool gradients_overflow(std::uint64_t saturated_before);
  std::uint64_t saturated_gradients() const;
  void unscale(Parameter<T>& p);
  std::vector<GradientProbe<T>> probes_for(std::vector<GradientSeries>* gradients);
  void update(double lr, std::vector<GradientProbe<T>>& probes);
  bool weights_finite();
  void account(const Tape<T>& tape);

  const Experiment* experiment_;
  Context context_;
  LossKind loss_;
  std::unique_ptr<Layer<T>> model_;
  std::unique_ptr<Optimizer<T>> optimizer_;
  LossScaler scaler_;
  MemoryLedger memory_;
  std::size_t largest_batch_ = 0;
};

}  // namespace exmy
