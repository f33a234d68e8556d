#include "sim/bench/training.hpp"

#include <algorithm>
#include <tuple>

#include "formats/binary64.hpp"
#include "sim/base/error.hpp"
#include "sim/bench/data.hpp"

namespace exmy::bench {
namespace {

constexpr float lr = 0.02f, momentum = 0.9f;
Document merged(const std::string& network, const std::string& changes, const std::string& histograms) {
  Document all = Document::parse(network, "exmy bench");
  all.merge(Document::parse(changes, "exmy bench"));
  all.set("/stats/histograms", histograms, command_line());
  return all;
}

Experiment read(const Document& document, std::vector<Problem>& problems) {
  Experiment e = read_experiment(document, "bench", problems);
  throw_if_any(problems);
  return e;
}

Dataset load(const Experiment& e) {
  try {
    return e.data(e.seed);
  } catch (const DataError& error) {
    throw IoError(error.what());
  }
}

/// Copies the parameters.
class Weights : public StateVisitor<float> {
 public:
  void tensor(const std::string& name, Tensor<float>& value) override {
    Parameter<float> p;
    p.name = name;
    p.value = value;
    all.push_back(std::move(p));
  }
  void integer(const std::string&, std::uint64_t&) override {}
  void real(const std::string&, double&) override {}
  void integers(const std::string&, std::vector<std::uint64_t>&) override {}
  void reals(const std::string&, std::vector<double>&) override {}
  void text(const std::string&, std::string&) override {}
  std::vector<Parameter<float>> all;
};

}  // namespace

const char* const perceptron = R"({
  "seed": 1,
  "model": {"kind": "mlp", "hidden": [128, 128], "activation": "relu"},
  "data": {"kind": "digits", "scale": 0.0625, "offset": -0.3, "validation_count": 360},
  "training": {"epochs": 20, "batch_size": 32, "optimizer": {"kind": "sgd", "lr": 0.02, "momentum": 0.9}}})";
const char* const resnet = R"({
  "seed": 1,
  "model": {"kind": "resnet", "depth": 8},
  "data": {"kind": "patterns", "train_count": 256, "validation_count": 0},
  "training": {"epochs": 3, "batch_size": 64, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}}})";
const char* const gpt = R"({
  "seed": 1,
  "model": {"kind": "gpt", "layers": 4, "heads": 4, "width": 128},
  "data": {"kind": "text", "context": 128},
  "training": {"steps": 600, "batch_size": 16, "optimizer": {"kind": "adamw", "lr": 0.001}}})";

Training::Training(const std::string& network, const std::string& changes, const std::string& histograms)
    : document_(merged(network, changes, histograms)),
      experiment_(read(document_, problems_)),
      data_(load(experiment_)),
      telemetry_(experiment_.stats),
      program_(experiment_, data_, telemetry_),
      plan_(data_, experiment_.batch_size, experiment_.seed) {}

void Training::step() {
  const Batch batch = plan_.batch(steps_);
  losses_.push_back(program_.step(steps_++, batch, experiment_.lr, nullptr).loss);
}

std::vector<TracedOperation> Training::operations() const {
  Telemetry telemetry(experiment_.stats);
  Program<float> program(experiment_, data_, telemetry, Values::skipped);
  OperationTrace trace;
  program.context().trace_to(&trace);
  BatchPlan plan(data_, experiment_.batch_size, experiment_.seed);
  program.step(0, plan.batch(0), experiment_.lr, nullptr);
  return trace.operations();
}

std::vector<Parameter<float>> Training::weights() {
  Weights visitor;
  program_.visit_weights(visitor);
  return visitor.all;
}

const char* const e4m3fn_operands = R"({"policy": [
  {"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
  {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2"}],
  "training": {"loss_scale": {"kind": "static", "value": 1024}}})";
const char* const fp16_sums = R"({"policy": [
  {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad", "accumulator"]}, "format": "fp16"}],
  "training": {"loss_scale": {"kind": "static", "value": 128}}})";

std::string difference_from_definition(const std::string& network, const std::string& changes) {
  Training fast(network, changes), slow(network, changes, "all");
  for (int i = 0; i < 3; ++i) fast.step(), slow.step();
  std::string found = difference(fast.losses(), slow.losses());
  if (!found.empty()) return "losses: " + found;
  const std::vector<Parameter<float>> got = fast.weights(), want = slow.weights();
  for (std::size_t i = 0; i < got.size() && found.empty(); ++i) {
    const Elements<float>&g = got[i].value.data, &w = want[i].value.data;
    found = difference(std::vector<double>(g.begin(), g.end()), std::vector<double>(w.begin(), w.end()));
    if (!found.empty()) return got[i].name + ": " + found;
  }
  for (const auto& [site, record] : fast.telemetry().records()) {
    found = difference(record.total, slow.telemetry().records().at(site).total);
    if (!found.empty()) return site.layer + "/" + site.op + ": " + found;
  }
  return {};
}

PlainTraining::PlainTraining(Training& other)
    : data_(&other.data()), plan_(other.data(), other.experiment().batch_size, other.experiment().seed) {
  const std::size_t batch = other.experiment().batch_size;
  const std::vector<Parameter<float>> weights = other.weights();
  for (std::size_t i = 0; i + 1 < weights.size(); i += 2) {
    const Tensor<float>&w = weights[i].value, &b = weights[i + 1].value;
    PlainLayer layer{w.columns(), w.rows()};
    std::tie(layer.w, layer.vw, layer.dw) = std::tuple(memory(w.size()), memory(w.size()), memory(w.size()));
    std::tie(layer.b, layer.vb, layer.db) = std::tuple(memory(b.size()), memory(b.size()), memory(b.size()));
    std::tie(layer.y, layer.dy) = std::tuple(memory(batch * layer.out), memory(batch * layer.out));
    std::copy(w.data.begin(), w.data.end(), layer.w);
    std::copy(b.data.begin(), b.data.end(), layer.b);
    layers_.push_back(layer);
  }
}

float* PlainTraining::memory(std::size_t size) {
  memory_.push_back(Elements<float>(size));
  return memory_.back().data();
}

void PlainTraining::gather(const Batch& batch) {
  x_.clear();
  labels_.clear();
  const std::size_t n = data_->features_count;
  for (const std::size_t s : batch.samples) {
    for (std::size_t i = s * n; i < (s + 1) * n; ++i) x_.push_back(static_cast<float>(data_->x[i]));
    labels_.push_back(data_->labels[s]);
  }
}

void PlainTraining::step() {
  gather(plan_.batch(steps_++));
  (void)plain().train(
      {layers_.data(), layers_.size(), labels_.size(), x_.data(), labels_.data(), lr, momentum});
}

double PlainTraining::distance(Training& other) const {
  const std::vector<Parameter<float>> weights = other.weights();
  double largest = 0;
  const auto compare = [&](const Tensor<float>& t, const float* mine) {
    for (std::size_t i = 0; i < t.size(); ++i)
      largest = std::max(largest, magnitude(static_cast<double>(t.data[i]) - static_cast<double>(mine[i])));
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    compare(weights[2 * i].value, layers_[i].w);
    compare(weights[2 * i + 1].value, layers_[i].b);
  }
  return largest;
}

}  // namespace exmy::bench
