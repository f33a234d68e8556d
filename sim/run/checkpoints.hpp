#pragma once
// When a run saves its state, and how it goes on from it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/nn/state.hpp"
#include "sim/run/checkpoint_store.hpp"

namespace exmy {

/// A run as checkpoints see it.
template <class T>
class RunState {
 public:
  virtual ~RunState() = default;
  virtual void visit_weights(StateVisitor<T>& visitor) = 0;
  virtual void visit_rest(StateVisitor<T>& visitor) = 0;
};

struct CheckpointOptions {
  std::uint64_t every = 0;       ///< steps between two checkpoints; 0: only when the run is stopped
  std::optional<double> wall_s;  ///< stop after so many seconds of this process
  std::optional<std::uint64_t> steps = {};  ///< stop once so many steps are done, by whatever processes
};

/// The checkpoints of one run. Default-constructed: none; the run starts at the beginning and cannot be stopped.
class Checkpoints {
 public:
  Checkpoints() = default;
  /// `complete` adds to a checkpoint what the run's state does not hold: `logs`, once they are durable, and
  /// `origin`.
  using Complete = std::function<void(Checkpoint&)>;
  Checkpoints(CheckpointStore store, const CheckpointOptions& options, Complete complete);

  /// What the run starts from, if there is anything; CorruptFile if no checkpoint is whole. Once, before training.
  const std::optional<Checkpoint>& find();
  const std::vector<std::string>& complaints() const { return complaints_; }

  /// Fills the state from what `find` found; the number of steps done.
  template <class T>
  std::uint64_t restore(RunState<T>& state);
  /// Whether the limit of steps is reached with so many.
  bool reached_limit(std::uint64_t done) const { return options_.steps && done >= *options_.steps; }
  /// After each step but the last: saves if it is time to. Whether the run must stop (it is saved then).
  template <class T>
  bool after_step(std::uint64_t done, RunState<T>& state);

 private:
  template <class T>
  void save(std::uint64_t done, RunState<T>& state);
  bool must_stop(std::uint64_t done) const;

  std::optional<CheckpointStore> store_;
  CheckpointOptions options_;
  Complete complete_;
  std::optional<Checkpoint> found_;
  std::vector<std::string> complaints_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace exmy
