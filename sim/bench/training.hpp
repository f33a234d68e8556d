#pragma once
// The perceptron of the quickstart on the digits, step by step: emulated, and in plain binary32 by Eigen.

#include <memory>
#include <string>
#include <vector>

#include "sim/bench/plain.hpp"
#include "sim/run/trainer.hpp"

namespace exmy::bench {

/// `changes`: a configuration (JSON), laid over that of the quickstart with a constant learning rate; counters on.
/// `histograms`: a value of stats.histograms.
class Training {
 public:
  explicit Training(const std::string& changes, const std::string& histograms = "none");
  Training(const Training&) = delete;

  void step();
  std::vector<Parameter<float>> weights();
  const Telemetry& telemetry() const { return telemetry_; }
  const Experiment& experiment() const { return experiment_; }
  const Dataset& data() const { return data_; }
  const std::vector<double>& losses() const { return losses_; }

 private:
  Document document_;
  std::vector<Problem> problems_{};
  Experiment experiment_;
  Dataset data_;
  Telemetry telemetry_;
  Program<float> program_;
  BatchPlan plan_;
  std::uint64_t steps_ = 0;
  std::vector<double> losses_;
};

/// Starts with the weights of another program and takes the same batches.
class PlainTraining {
 public:
  explicit PlainTraining(Training& other);
  PlainTraining(const PlainTraining&) = delete;

  void step();
  /// The largest distance of a weight from that of the other program.
  double distance(Training& other) const;

 private:
  float* memory(std::size_t size);
  void gather(const Batch& batch);

  const Dataset* data_;
  BatchPlan plan_;
  std::uint64_t steps_ = 0;
  std::vector<std::vector<float>> memory_;
  std::vector<PlainLayer> layers_;
  std::vector<float> x_;
  std::vector<int> labels_;
};

}  // namespace exmy::bench
