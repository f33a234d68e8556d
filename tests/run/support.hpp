#pragma once
// What tests of whole programs share: experiments from JSON, programs that step through them, copies of
// their state.

#include <bit>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/probe.hpp"
#include "sim/run/trainer.hpp"
#include "tests/support/catch.hpp"

namespace exmy::run_test {

/// JSON texts, later ones merged over earlier ones.
inline Document merged(std::initializer_list<std::string> texts) {
  Document all;
  for (const std::string& text : texts) all.merge(Document::parse(text, "test"));
  return all;
}

/// A file below the repository, with JSON texts merged over it.
inline Document file(const std::string& path, std::initializer_list<std::string> texts = {}) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  Document all = Document::load(root / path);
  all.merge(merged(texts));
  return all;
}

/// An experiment, its data, and what both must not outlive.
struct Setup {
  Document document;
  std::vector<Problem> problems{};
  Experiment experiment;
  Dataset data;

  explicit Setup(Document d)
      : document(std::move(d)),
        experiment(read(document, problems)),
        data(experiment.data(experiment.seed)) {}
  Setup(std::initializer_list<std::string> texts) : Setup(merged(texts)) {}
  Setup(const Setup&) = delete;

 private:
  static Experiment read(const Document& document, std::vector<Problem>& problems) {
    Experiment e = read_experiment(document, "test", problems);
    throw_if_any(problems);
    return e;
  }
};

/// Everything that a program remembers.
template <class T>
struct State {
  std::map<std::string, Tensor<T>> tensors;
  std::map<std::string, std::uint64_t> integers;
  std::map<std::string, double> reals;
};

/// The same as bit patterns of binary64: for comparisons, whatever the carrier.
using Bits = std::map<std::string, std::vector<std::uint64_t>>;

template <class T>
Bits bits_of(const State<T>& state) {
  Bits all;
  for (const auto& [name, tensor] : state.tensors)
    for (const T v : tensor.data) all[name].push_back(std::bit_cast<std::uint64_t>(static_cast<double>(v)));
  for (const auto& [name, value] : state.integers) all[name] = {value};
  for (const auto& [name, value] : state.reals) all[name] = {std::bit_cast<std::uint64_t>(value)};
  return all;
}

template <class T>
class Saver : public StateVisitor<T> {
 public:
  void tensor(const std::string& name, Tensor<T>& value) override { state.tensors[name] = value; }
  void integer(const std::string& name, std::uint64_t& value) override { state.integers[name] = value; }
  void real(const std::string& name, double& value) override { state.reals[name] = value; }
  void integers(const std::string&, std::vector<std::uint64_t>&) override { FAIL("no list in a program"); }
  void reals(const std::string&, std::vector<double>&) override { FAIL("no list in a program"); }
  void text(const std::string&, std::string&) override { FAIL("no text in a program"); }
  State<T> state;
};

template <class T>
class Loader : public StateVisitor<T> {
 public:
  explicit Loader(State<T> s) : state(std::move(s)) {}
  void tensor(const std::string& name, Tensor<T>& value) override { value = state.tensors.at(name); }
  void integer(const std::string& name, std::uint64_t& value) override { value = state.integers.at(name); }
  void real(const std::string& name, double& value) override { value = state.reals.at(name); }
  void integers(const std::string&, std::vector<std::uint64_t>&) override { FAIL("no list in a program"); }
  void reals(const std::string&, std::vector<double>&) override { FAIL("no list in a program"); }
  void text(const std::string&, std::string&) override { FAIL("no text in a program"); }
  State<T> state;
};

/// A program that goes through the steps of its experiment.
template <class T>
class Run {
 public:
  explicit Run(const Setup& setup)
      : telemetry(setup.experiment.stats),
        program(setup.experiment, setup.data, telemetry),
        setup_(&setup),
        plan_(setup.data, setup.experiment.batch_size, setup.experiment.seed, setup.experiment.accumulate) {}
  Run(const Run&) = delete;

  StepResult step(std::uint64_t t) { return step(t, plan_.batches(t)); }
  StepResult step(std::uint64_t t, const Batch& batch) { return step(t, std::vector<Batch>{batch}); }
  StepResult step(std::uint64_t t, const std::vector<Batch>& batches) {
    const Experiment& e = setup_->experiment;
    const double lr = e.lr * e.schedule(training_time(e, t, plan_.steps_per_epoch()));
    const StepResult result = program.step(t, batches, lr, nullptr);
    losses.push_back(result.loss);
    return result;
  }
  void steps(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t t = first; t < last; ++t) step(t);
  }
  State<T> state() {
    Saver<T> saver;
    program.visit(saver);
    return saver.state;
  }
  void load(State<T> state) {
    Loader<T> loader(std::move(state));
    program.visit(loader);
  }

  Telemetry telemetry;
  Program<T> program;
  std::vector<double> losses;

 private:
  const Setup* setup_;
  BatchPlan plan_;
};

/// Digits with few training samples: the last batch of every epoch is small.
inline const std::string small_digits = R"({
  "model": {"kind": "mlp", "hidden": [16, 12]},
  "data": {"kind": "digits", "validation_count": 1697},
  "training": {"steps": 24, "batch_size": 32, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}}})";

/// A regression on [0, 1]: sigmoid output, mean squared error; the last batch of every epoch is small.
inline const std::string small_xor = R"({
  "model": {"kind": "mlp", "hidden": [12, 8], "activation": "tanh", "output_activation": "sigmoid",
            "init": "glorot_uniform"},
  "data": {"kind": "xor", "train_count": 100},
  "training": {"steps": 24, "batch_size": 32, "loss": "mse", "optimizer": {"kind": "adam", "lr": 0.01}}})";

/// Logits of a regression on [0, 1], with a log-softmax on the way: binary cross-entropy.
inline const std::string small_logits = R"({
  "model": {"kind": "sequential", "layers": [
    {"kind": "linear", "name": "fc1", "features": 6}, {"kind": "log_softmax", "name": "log"},
    {"kind": "linear", "name": "fc2"}]},
  "data": {"kind": "xor", "train_count": 100},
  "training": {"steps": 24, "batch_size": 32, "loss": "bce", "optimizer": {"kind": "adam", "lr": 0.01}}})";

}  // namespace exmy::run_test
