// Losses that a configuration chooses: gradients of a whole step, taken from its update, against central differences of
// the loss that an evaluation of the same samples gives; values and accuracies in closed form.

#include <cmath>

#include "tests/run/support.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

/// An update is w - dw; nothing is rounded to less than fp64.
const std::string plain_steps =
    R"({"policy": [{"format": "fp64"}, {"match": {"role": "product"}, "format": "exact"}],
  "training": {"optimizer": {"kind": "sgd", "lr": 1}}})";

/// The digits through a list of layers, then a loss.
std::string digits(const std::string& layers, const std::string& loss) {
  return R"({"data": {"kind": "digits", "scale": 0.0625, "offset": -0.3}, "training": {"steps": 1, "loss": ")" +
         loss + R"("}, "model": {"kind": "sequential", "layers": [{"kind": "flatten"}, )" + layers + "]}}";
}

const std::string linear = R"({"kind": "linear", "name": "fc"})";
const std::string logarithms = R"(, {"kind": "log_softmax", "name": "log"})";

constexpr std::size_t samples = 5;

struct Stepped {
  explicit Stepped(const Setup& setup) : setup_(&setup), run_(setup) {}

  State<double> state() { return run_.state(); }
  Evaluation at(const State<double>& state) {
    run_.load(state);
    return run_.program.evaluate(0, setup_->data, 0, samples);
  }
  /// What one step takes from every element.
  State<double> gradients() {
    State<double> before = run_.state();
    Batch batch{&setup_->data, {}};
    for (std::size_t i = 0; i < samples; ++i) batch.samples.push_back(i);
    run_.step(0, batch);
    const State<double> after = run_.state();
    for (auto& [name, tensor] : before.tensors)
      for (std::size_t i = 0; i < tensor.size(); ++i) tensor.data[i] -= after.tensors.at(name).data[i];
    return before;
  }

 private:
  const Setup* setup_;
  Run<double> run_;
};

/// Of fourth order, of the loss at w.
double slope(Stepped& run, const State<double>& state, const std::string& name, std::size_t i) {
  constexpr double h = 0x1p-10;
  const auto loss = [&](double step) {
    State<double> moved = state;
    moved.tensors.at(name).data[i] += step;
    return run.at(moved).loss;
  };
  return (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * h);
}

void check_gradients(const std::string& config) {
  INFO(config);
  const Setup setup{config, R"({"training": {"optimizer": null}})", plain_steps};
  Stepped run(setup);
  const State<double> start = run.state();
  const State<double> gradients = run.gradients();
  std::size_t moving = 0;
  for (const auto& [name, gradient] : gradients.tensors) {
    const std::size_t stride = gradient.size() < 100 ? 1 : 17;
    for (std::size_t i = 0; i < gradient.size(); i += stride) {
      const double numeric = slope(run, start, name, i);
      INFO(name << "[" << i << "]: gradient " << gradient.data[i] << ", differences " << numeric);
      // 1e-7: what fourth order reaches; 1e-11: rounding errors of the quotient, some 2^-53 / h
      CHECK(std::fabs(gradient.data[i] - numeric) <= 1e-7 * std::fabs(gradient.data[i]) + 1e-11);
      if (std::fabs(gradient.data[i]) > 1e-5) ++moving;
    }
  }
  CHECK(moving > 5);
}

TEST_CASE("losses: gradients of a step agree with central differences of the loss") {
  check_gradients(small_logits);                        // targets of a regression, a log-softmax on the way
  check_gradients(digits(linear, "bce"));               // classes, one-hot
  check_gradients(digits(linear + logarithms, "mse"));  // a log-softmax at the end
  check_gradients(digits(linear + logarithms, "cross_entropy"));
}

/// Every output is this number.
Evaluation with_output(const std::string& config, double output) {
  const Setup setup{config};
  Stepped run(setup);
  State<double> state = run.state();
  for (auto& [name, tensor] : state.tensors)
    for (double& v : tensor.data) v = name.ends_with(".bias") ? output : 0;
  return run.at(state);
}

const std::string one_layer = R"({"data": {"kind": "xor"}, "model": {"kind": "mlp", "hidden": []},
  "policy": [{"format": "fp64"}], "training": {"steps": 1, "optimizer": {"kind": "sgd", "lr": 1}, "loss": ")";

TEST_CASE("binary cross-entropy: the mean over samples and outputs; a logit above 0 says 1") {
  const Setup xor_data{one_layer + R"(bce"}})"};
  double ones = 0;
  for (std::size_t i = 0; i < samples; ++i) ones += xor_data.data.targets[i];
  REQUIRE((ones > 0 && ones < samples));
  for (const double logit : {0.25, -0.25, 0.0, 40.0, -800.0}) {
    INFO(logit);
    const Evaluation e = with_output(one_layer + R"(bce"}})", logit);
    // -t log p - (1 - t) log(1 - p), p = 1 / (1 + e^-x)
    const double of_one = std::log1p(std::exp(-std::fabs(logit))) + std::fmax(-logit, 0);
    const double of_zero = std::log1p(std::exp(-std::fabs(logit))) + std::fmax(logit, 0);
    const double want = (ones * of_one + (samples - ones) * of_zero) / samples;
    CHECK(std::fabs(e.loss - want) <= 2e-15 * want);  // some roundings of the sum and of libm
    CHECK(e.accuracy_fraction == (logit > 0 ? ones : samples - ones) / samples);
  }
  // An output of 1/4 is no logit for the squared error: it says 0.
  CHECK(with_output(one_layer + R"(mse"}})", 0.25).accuracy_fraction == (samples - ones) / samples);
}

TEST_CASE("binary cross-entropy of classes: one-hot targets, n = B C") {
  const std::string config =
      R"({"policy": [{"format": "fp64"}], "training": {"optimizer": {"kind": "sgd", "lr": 1}}})";
  const Setup setup{digits(linear, "bce"), config};
  Stepped run(setup);
  State<double> state = run.state();
  for (auto& [name, tensor] : state.tensors)
    for (double& v : tensor.data) v = name.ends_with(".bias") ? 0.25 : 0;
  const double want = std::log1p(std::exp(-0.25)) + 0.25 * 9 / 10;  // nine zeros in ten targets
  CHECK(std::fabs(run.at(state).loss - want) < 1e-15);              // some roundings of a number below 1
}

std::uint64_t activations_kept(const std::string& layers, const std::string& loss) {
  const Setup setup{digits(layers, loss), R"({"training": {"batch_size": 7}})", plain_steps};
  Run<double> run(setup);
  run.step(0);
  return run.program.memory().rows.at("activation").elements;
}

TEST_CASE("memory: a log-softmax keeps its result, binary cross-entropy logits and targets") {
  constexpr std::uint64_t n = 7 * 10;
  CHECK(activations_kept(linear + logarithms, "mse") == activations_kept(linear, "mse") + n);
  CHECK(activations_kept(linear, "bce") ==
        activations_kept(linear, "mse") + n);  // which keeps the differences
}

TEST_CASE("cross-entropy after a log-softmax is what it is without, but for rounding") {
  const Setup with{digits(linear + logarithms, "cross_entropy"), plain_steps};
  const Setup without{digits(linear, "cross_entropy"), plain_steps};
  Stepped a(with), b(without);
  const State<double> start = b.state();
  CHECK(std::fabs(a.at(start).loss / b.at(start).loss - 1) < 1e-14);  // some dozens of roundings
  CHECK(a.at(start).accuracy_fraction == b.at(start).accuracy_fraction);
}

}  // namespace
