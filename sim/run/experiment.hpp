#pragma once
// A configuration, read and checked: everything that decides the result of a run.

#include <memory>
#include <optional>
#include <string>

#include "sim/base/document.hpp"
#include "sim/base/safetensors.hpp"
#include "sim/config/policy_reader.hpp"
#include "sim/nn/datasets/registry.hpp"
#include "sim/nn/loss_scaler.hpp"
#include "sim/nn/models/registry.hpp"
#include "sim/nn/optimizers/registry.hpp"
#include "sim/nn/schedules/schedule.hpp"
#include "sim/quant/telemetry.hpp"
#include "sim/run/checkpoints.hpp"

namespace exmy {

/// Of a configuration, or of OMP_NUM_THREADS.
inline constexpr std::int32_t most_threads = 1024;

enum class LossKind : std::uint8_t { cross_entropy, bce, mse };

struct Experiment {
  std::string name;
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: as many as OpenMP gives; never changes a bit
  LayerFactory model;
  DatasetLoader data;
  std::optional<std::int64_t> steps, epochs;  ///< exactly one is given
  std::size_t batch_size = 32;                ///< samples of a micro-batch
  std::size_t accumulate = 1;                 ///< micro-batches of a step
  std::optional<double> clip_norm;            ///< of all gradients together
  std::optional<std::int64_t> eval_every;     ///< steps; default: once an epoch
  double lr = 0;
  OptimizerChoice optimizer;
  Schedule schedule;
  LossScaleOptions loss_scale;
  std::optional<LossKind> loss;  ///< default: cross_entropy for classes, mse for targets
  double label_smoothing = 0;    ///< of cross_entropy, in training
  FormatNames format_names;
  PolicySource policy;
  StatsOptions stats;
  CheckpointOptions checkpoint;                         ///< never changes a bit
  std::optional<std::string> initial_weights_file;      ///< safetensors
  std::shared_ptr<const StoredArrays> initial_weights;  ///< its content; null: the model's own initialisation
  Json resolved;                                        ///< with every default, as read
  std::vector<std::string> files;                       ///< configuration files, for the report
};

/// Reads a configuration; throws ConfigError with every problem.
/// Keys: $schema, schema_version, name, seed, threads, model{kind, ...}, data{kind, ...},
/// training{steps|epochs, batch_size, accumulate, clip_norm, eval_every, loss, label_smoothing, optimizer{kind, lr, ...},
/// schedule{kind, ...}, loss_scale{kind, ...}}, initial_weights, formats{name: format}, recipe, policy[rule],
/// stats{counters, histograms, every},
/// checkpoint{every}, limits{wall_s, steps}.
/// `document` must outlive the experiment: rules keep their places for later messages.
Experiment read_experiment(const Document& document, const std::string& default_name,
                           std::vector<Problem>& problems);

}  // namespace exmy
