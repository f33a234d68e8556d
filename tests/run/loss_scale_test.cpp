// The rules of loss scaling (numerics section 8): 65536 at first, doubled after 2000 clean steps, halved and
// the step skipped, the optimiser untouched, on any non-finite gradient; `on: saturated`; unscaling before
// weight decay.

#include <bit>
#include <cmath>

#include "tests/run/support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

/// A dynamic loss scale, with more of its keys.
std::string dynamic(const std::string& more = "") {
  return R"({"training": {"loss_scale": {"kind": "dynamic")" + more + "}}}";
}

const std::string fp16_gradients = R"({"policy": [{"match": {"role": "weight_grad"}, "format": "fp16"}]})";

/// The state without the loss scaler's.
Bits trained(Bits bits) {
  std::erase_if(bits, [](const auto& entry) { return entry.first.starts_with("loss_scale."); });
  return bits;
}

std::uint64_t clean_steps(Run<float>& run) { return run.state().integers.at("loss_scale.clean_steps"); }
std::uint64_t skipped_steps(Run<float>& run) { return run.state().integers.at("loss_scale.skipped_steps"); }
double scale(Run<float>& run) { return run.state().reals.at("loss_scale.scale"); }

/// Squared error and Adam, where no activation flattens a large input.
const std::string linear_xor =
    merged({small_xor, R"({"model": {"activation": "relu", "output_activation": "none"}})"}).value().dump();

/// A setup whose sample `poisoned` has features so large that its weight gradients overflow fp16, while the
/// forward pass, the loss and the gradients of activations stay finite.
constexpr std::size_t poisoned = 17;
struct Poisoned {
  Setup setup;
  explicit Poisoned(std::initializer_list<std::string> texts) : setup(texts) {
    const std::size_t n = setup.data.features_count;
    std::vector<double> x = setup.data.x.values();
    for (std::size_t j = 0; j < n; ++j) x[poisoned * n + j] = 1e5 + static_cast<double>(j);
    setup.data.x = Features(std::move(x));
  }
  Batch clean() const { return {&setup.data, {0, 1, 2, 3}}; }
  Batch bad() const { return {&setup.data, {0, 1, poisoned, 3}}; }
};

TEST_CASE("a dynamic loss scale starts at 65536 and is doubled after 2000 clean steps by default") {
  const Setup setup{small_digits, dynamic()};
  Run<float> run(setup);
  CHECK(scale(run) == 65536);
  LossScaler scaler(setup.experiment.loss_scale);
  for (int i = 0; i < 1999; ++i) CHECK(scaler.accept(false));
  CHECK(scaler.scale() == 65536);
  CHECK(scaler.accept(false));
  CHECK(scaler.scale() == 131072);
}

TEST_CASE("the scale doubles after every growth interval of clean steps") {
  const Setup setup{small_digits, dynamic(R"(, "growth_interval": 3)")};
  Run<float> run(setup);
  std::vector<double> scales;
  for (std::uint64_t t = 0; t < 7; ++t) {
    CHECK_FALSE(run.step(t).skipped);
    scales.push_back(scale(run));
  }
  CHECK(scales == std::vector<double>{65536, 65536, 131072, 131072, 131072, 262144, 262144});
  CHECK(clean_steps(run) == 1);
  CHECK(skipped_steps(run) == 0);
}

TEST_CASE("an infinite gradient halves the scale, skips the step and starts counting again") {
  const std::string base = GENERATE(small_digits, linear_xor);
  const Poisoned p{base, fp16_gradients, dynamic(R"(, "growth_interval": 3)")};
  Run<float> run(p.setup);
  const auto check = [&](std::uint64_t t, const Batch& batch, bool skipped, double after,
                         std::uint64_t clean) {
    const Bits before = trained(bits_of(run.state()));
    const StepResult result = run.step(t, batch);
    INFO("step " << t);
    CHECK(result.skipped == skipped);
    CHECK_FALSE(result.diverged);
    CHECK(std::isfinite(result.loss));
    CHECK((trained(bits_of(run.state())) == before) == skipped);  // weights, momentum or moments, powers of b
    CHECK(scale(run) == after);
    CHECK(clean_steps(run) == clean);
  };
  check(0, p.clean(), false, 65536, 1);
  check(1, p.clean(), false, 65536, 2);
  check(2, p.bad(), true, 32768, 0);  // two clean steps are forgotten
  check(3, p.clean(), false, 32768, 1);
  check(4, p.clean(), false, 32768, 2);
  check(5, p.clean(), false, 65536, 0);  // doubled, and counting again
  check(6, p.bad(), true, 32768, 0);
  check(7, p.bad(), true, 16384, 0);
  CHECK(skipped_steps(run) == 3);
}

TEST_CASE("an infinite gradient in any micro-batch skips the whole step, once") {
  // Sums of three gradients are larger than each: at 65536 they would overflow by themselves.
  const Poisoned p{small_digits, fp16_gradients, dynamic(R"(, "growth_interval": 3, "initial": 4096)"),
                   R"({"training": {"accumulate": 3}})"};
  Run<float> run(p.setup);
  CHECK_FALSE(run.step(0, {p.clean(), p.clean(), p.clean()}).skipped);
  CHECK(clean_steps(run) == 1);  // steps, not micro-batches
  for (std::size_t bad = 0; bad < 3; ++bad) {
    std::vector<Batch> batches(3, p.clean());
    batches[bad] = p.bad();
    const Bits before = trained(bits_of(run.state()));
    CHECK(run.step(1 + bad, batches).skipped);
    CHECK(trained(bits_of(run.state())) == before);
  }
  CHECK(scale(run) == 4096 / 8);
  CHECK(skipped_steps(run) == 3);
}

TEST_CASE("a skipped step leaves no trace in what follows but the scale") {
  const Poisoned p{linear_xor, fp16_gradients, dynamic()};
  Run<float> with(p.setup), without(p.setup);
  with.step(0, p.clean());
  without.step(0, p.clean());
  with.step(1, p.bad());
  State<float> halved = without.state();
  halved.reals.at("loss_scale.scale") /= 2;
  halved.integers.at("loss_scale.clean_steps") = 0;
  halved.integers.at("loss_scale.skipped_steps") = 1;
  without.load(halved);
  with.step(2, p.clean());
  without.step(2, p.clean());
  CHECK(bits_of(with.state()) == bits_of(without.state()));
}

TEST_CASE("one infinity or NaN in any gradient is enough, wherever it is") {
  // Layer by layer: only the gradients of this parameter overflow, at a scale that all others bear.
  const auto [layer, op] =
      GENERATE(std::pair{"fc1", "dot"}, std::pair{"fc1", "bias"}, std::pair{"fc2", "dot"},
               std::pair{"fc3", "bias"}, std::pair{"fc3", "dot"});
  const Json narrow{{"exponent_bits", 2}, {"mantissa_bits", 3}};  // IEEE-like: infinity beyond 3.75
  const Json rule{{"match", {{"role", "weight_grad"}, {"layer", layer}, {"op", op}}}, {"format", narrow}};
  const Setup setup{small_digits, dynamic(), Json{{"policy", {rule}}}.dump()};
  Run<float> run(setup);
  const Bits before = trained(bits_of(run.state()));
  CHECK(run.step(0).skipped);
  CHECK(trained(bits_of(run.state())) == before);
  CHECK(scale(run) == 32768);
}

TEST_CASE("a dynamic scale backs off until the gradients fit, then trains") {
  const Setup setup{small_digits, fp16_gradients, dynamic(R"(, "initial": 1099511627776)")};  // 2^40
  Run<float> run(setup);
  std::uint64_t t = 0;
  for (; t < 100 && run.step(t).skipped; ++t) CHECK(scale(run) == std::ldexp(1.0, 39 - static_cast<int>(t)));
  CHECK(t > 10);  // gradients are far above 2^-14: 2^40 of them overflow fp16 many times
  CHECK(t < 40);
  CHECK(skipped_steps(run) == t);
  CHECK(clean_steps(run) == 1);
}

TEST_CASE("a static scale never skips: the infinity reaches the weights, and the step reports it") {
  const Poisoned p{small_digits, fp16_gradients,
                   R"({"training": {"loss_scale": {"kind": "static", "value": 65536}}})"};
  Run<float> run(p.setup);
  CHECK_FALSE(run.step(0, p.clean()).diverged);
  const StepResult result = run.step(1, p.bad());
  CHECK_FALSE(result.skipped);
  CHECK(result.diverged);
  CHECK(scale(run) == 65536);
}

// ---- saturation ------------------------------------------------------------------------------------

const std::string saturating_gradients =
    R"({"policy": [{"match": {"role": "weight_grad"}, "format": "fp16", "saturation": "finite"}]})";

TEST_CASE("a saturated gradient counts only with `on: saturated`") {
  const bool watches = GENERATE(false, true);
  const Poisoned p{small_digits, saturating_gradients,
                   dynamic(std::string(R"(, "on": ")") + (watches ? "saturated\"" : "non_finite\""))};
  Run<float> run(p.setup);
  CHECK_FALSE(run.step(0, p.clean()).skipped);
  const Bits before = trained(bits_of(run.state()));
  const StepResult result = run.step(1, p.bad());
  CHECK(result.skipped == watches);
  CHECK((trained(bits_of(run.state())) == before) == watches);
  CHECK(scale(run) == (watches ? 32768 : 65536));
  CHECK_FALSE(run.step(2, p.clean()).skipped);  // what saturated in an earlier step does not count again
}

TEST_CASE("`on: saturated` watches the gradients of activations too, and still sees infinities") {
  const std::string policy = GENERATE(
      R"({"policy": [{"match": {"role": "activation_grad"}, "format": "e4m3fn", "saturation": "finite"}]})",
      R"({"policy": [{"match": {"role": "weight_grad"}, "format": "e5m2"}]})");
  const Setup setup{small_digits, policy, dynamic(R"(, "on": "saturated", "initial": 16777216)")};  // 2^24
  Run<float> run(setup);
  CHECK(run.step(0).skipped);
  CHECK(scale(run) == 0x1p23);
}

// ---- unscaling ---------------------------------------------------------------------------------------

TEST_CASE("the gradient is unscaled before weight decay") {
  // Inputs of zero: no weight of the first layer has a gradient, only its decay: w' = P(w - P(lr P(wd w))).
  Setup setup{small_digits, R"({"training": {"loss_scale": {"kind": "static", "value": 1024},
      "optimizer": {"kind": "sgd", "lr": 0.5, "momentum": 0, "weight_decay": 0.25}}})"};
  setup.data.x = Features(std::vector<double>(setup.data.x.size()));
  Run<float> run(setup);
  const Elements<float> before = run.state().tensors.at("fc1.weight").data;
  run.step(0);
  const Elements<float> after = run.state().tensors.at("fc1.weight").data;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const float decay = 0.125f * before[i];
    CHECK(after[i] == before[i] - decay);
  }
}

TEST_CASE("a scale that is a power of two changes no fp32 weight, unless gradients become subnormal") {
  const auto weights = [](const std::string& value) {
    const Setup setup{small_digits, R"({"training": {"optimizer": {"weight_decay": 0.01},
                                        "loss_scale": {"kind": "static", "value": )" +
                                        value + "}}}"};
    Run<float> run(setup);
    run.steps(0, 6);
    return run.program.weights_sha256();
  };
  CHECK(weights("4096") == weights("1"));
  CHECK(weights("1.1754943508222875e-38") != weights("1"));  // 2^-126: gradients are subnormal
}

TEST_CASE("the reported loss and the evaluation are not scaled") {
  const Setup plain{small_digits}, scaled{small_digits, dynamic()};
  Run<float> one(plain), two(scaled);
  CHECK(one.step(0).loss == two.step(0).loss);
  CHECK(one.program.evaluate(0, plain.data, 0, 50).loss == two.program.evaluate(0, scaled.data, 0, 50).loss);
}

}  // namespace
