#pragma once
// Networks step by step: emulated; and the perceptron of the quickstart in plain binary32 by Eigen.

#include <memory>
#include <string>
#include <vector>

#include "sim/bench/plain.hpp"
#include "sim/run/trainer.hpp"

namespace exmy::bench {

/// Configurations (JSON): the quickstart's perceptron on the digits, a resnet of 8 layers on generated images, a gpt of 4
/// blocks and width 128 on 16 x 128 tokens of the shipped text; learning rates are constant.
extern const char* const perceptron;
extern const char* const resnet;
extern const char* const gpt;

/// `network`: one of them; `changes`: a configuration, laid over it; counters on. `histograms`: a value of
/// stats.histograms.
class Training {
 public:
  Training(const std::string& network, const std::string& changes, const std::string& histograms = "none");
  Training(const Training&) = delete;

  void step();
  std::vector<Parameter<float>> weights();
  const Telemetry& telemetry() const { return telemetry_; }
  const Experiment& experiment() const { return experiment_; }
  const Dataset& data() const { return data_; }
  const std::vector<double>& losses() const { return losses_; }
  /// Of a step.
  std::vector<TracedOperation> operations() const;

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

/// Policies. As in the quickstart: operands e4m3fn (gradients e5m2) with fp32 sums; every tensor of the network fp16, every
/// multiply-add rounded to it.
extern const char* const e4m3fn_operands;
extern const char* const fp16_sums;

/// Three steps beside the same steps whose matrix products, and the events in them, come from the definition: it counts
/// histograms of sums. The first difference of losses, weights or counters; empty: there is none.
std::string difference_from_definition(const std::string& network, const std::string& changes);

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
  std::vector<Elements<float>> memory_;
  std::vector<PlainLayer> layers_;
  Elements<float> x_;
  std::vector<int> labels_;
};

}  // namespace exmy::bench
