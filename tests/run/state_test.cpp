// All that outlives a step is in the visitor: a program with a copied state continues bit for bit. And what
// may not change a bit: counters, threads, the carrier.

#include <omp.h>

#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

// ---- continuing --------------------------------------------------------------------------------------

TEST_CASE("a fresh program with a copied state continues bit for bit") {
  for (const Json& configuration : configurations())
    for (const std::uint64_t k : {0u, 1u, 3u, 6u, 7u}) {
      INFO(configuration.dump() << " after " << k << " steps");
      const Setup setup{configuration.dump()};
      Run<float> whole(setup), first(setup), second(setup);
      whole.steps(0, 12);
      first.steps(0, k);
      second.load(first.state());
      second.steps(k, 12);
      CHECK(bits_of(second.state()) == bits_of(whole.state()));
      const std::vector<double> rest(whole.losses.begin() + static_cast<std::ptrdiff_t>(k),
                                     whole.losses.end());
      CHECK(second.losses == rest);
    }
}

TEST_CASE("the loss scale of the restless configurations rises and falls") {
  for (const std::string& base : {small_digits, small_xor}) {
    const Setup setup{base, restless};
    Run<float> run(setup);
    int doubled = 0, halved = 0;
    for (std::uint64_t t = 0; t < 12; ++t) {
      const double before = run.program.loss_scaler().scale();
      run.step(t);
      doubled += run.program.loss_scaler().scale() > before ? 1 : 0;
      halved += run.program.loss_scaler().scale() < before ? 1 : 0;
    }
    CHECK(doubled > 0);
    CHECK(halved > 0);
  }
}

TEST_CASE("evaluating between steps changes nothing, and repeats itself") {
  const Setup setup{small_digits, stochastic_everywhere};
  Run<float> one(setup), two(setup);
  one.steps(0, 8);
  for (std::uint64_t t = 0; t < 8; ++t) {
    two.step(t);
    const double loss = two.program.evaluate(t, setup.data, 0, 40).loss;
    CHECK(two.program.evaluate(t, setup.data, 0, 40).loss == loss);
  }
  CHECK(bits_of(one.state()) == bits_of(two.state()));
}

TEST_CASE("a step draws random numbers of its own, an evaluation other ones") {
  // Nothing learns: all that may differ between two forward passes over the same samples is their rounding.
  const Setup setup{small_digits, R"({"training": {"optimizer": {"lr": 0}},
    "policy": [{"match": {"role": "weight"}, "format": "bf16", "rounding": "stochastic_a"}]})"};
  Run<float> run(setup);
  const Batch batch{&setup.data, {0, 1, 2, 3, 4}};
  const double at_three = run.step(3, batch).loss;
  CHECK(run.step(4, batch).loss != at_three);
  CHECK(run.step(3, batch).loss == at_three);
  CHECK(run.program.evaluate(3, setup.data, 0, 5).loss != at_three);
}

TEST_CASE("each micro-batch of a step draws random numbers of its own") {
  const std::string still = R"({"training": {"optimizer": {"lr": 0}},
    "policy": [{"match": {"role": "weight"}, "format": "bf16", "rounding": "stochastic_a"}]})";
  const Setup whole{small_digits, still, R"({"training": {"accumulate": 3}})"}, single{small_digits, still};
  Run<float> run(whole), alone(single);
  const Batch batch{&whole.data, {0, 1, 2, 3, 4}};
  const double mean = run.step(2, {batch, batch, batch}).loss;
  const double first = alone.step(6, batch).loss, second = alone.step(7, batch).loss;
  CHECK(first != second);
  CHECK(mean == (first + second + alone.step(8, batch).loss) / 3);
}

TEST_CASE("statistics of gradients: underflows are a fraction of the projections of all micro-batches") {
  const std::string coarse = R"({"policy": [{"match": {"role": "weight_grad"}, "format": "e2m1fn"}]})";
  const Setup whole{small_digits, coarse, R"({"training": {"accumulate": 3}})"}, single{small_digits, coarse};
  Run<float> run(whole), alone(single);
  const std::vector<Batch> batches(3, Batch{&whole.data, {0, 1, 2, 3, 4}});
  std::vector<GradientSeries> of_three, of_one;
  run.program.step(0, batches, 0, &of_three);
  alone.program.step(0, batches[0], 0, &of_one);
  REQUIRE(of_three.size() == 6);
  CHECK(of_one[2].points[0].underflow_fraction > 0.5);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(of_three[i].points[0].underflow_fraction == of_one[i].points[0].underflow_fraction);
}

/// Names of what the visitor sees, and how many numbers.
std::map<std::string, std::size_t> sizes_of(Run<float>& run) {
  std::map<std::string, std::size_t> sizes;
  for (const auto& [name, values] : bits_of(run.state())) sizes[name] = values.size();
  return sizes;
}

TEST_CASE("the visitor sees every parameter, all that the optimiser keeps, and the loss scaler") {
  const std::map<std::string, std::size_t> scaler{
      {"loss_scale.scale", 1}, {"loss_scale.clean_steps", 1}, {"loss_scale.skipped_steps", 1}};
  const std::map<std::string, std::size_t> parameters{{"fc1.weight", 64 * 16}, {"fc1.bias", 16},
                                                      {"fc2.weight", 16 * 12}, {"fc2.bias", 12},
                                                      {"fc3.weight", 12 * 10}, {"fc3.bias", 10}};
  auto plain = scaler;
  plain.insert(parameters.begin(), parameters.end());
  auto momentum = plain, adams = plain;
  for (const auto& [name, size] : parameters) {
    momentum["sgd.velocity." + name] = size;
    for (const char* moment : {"m.", "v."}) adams["adam." + (moment + name)] = size;
    for (const char* power : {"beta1_power.", "beta2_power."}) adams["adam." + (power + name)] = 1;
  }
  const Setup without{small_digits, R"({"training": {"optimizer": {"momentum": 0}}})"}, with{small_digits};
  const Setup with_adam{R"({"model": {"kind": "mlp", "hidden": [16, 12]}, "data": {"kind": "digits"},
                            "training": {"steps": 1, "optimizer": {"kind": "adam", "lr": 0.1}}})"};
  auto compensated = momentum, squares = plain, decoupled = plain;
  for (const auto& [name, size] : parameters) {
    compensated["kahan.compensation." + name] = decoupled["kahan.compensation." + name] = size;
    for (const char* part : {"squares.", "mean.", "momentum."}) squares["rmsprop." + (part + name)] = size;
    for (const char* moment : {"m.", "v."}) decoupled["adamw." + (moment + name)] = size;
    for (const char* power : {"beta1_power.", "beta2_power."}) decoupled["adamw." + (power + name)] = 1;
  }
  const Setup with_kahan{small_digits, nesterov}, with_rmsprop{with_optimizer(small_digits, rmsprop)};
  const Setup with_adamw{with_optimizer(small_digits, adamw)};
  Run<float> d(with_kahan), e(with_rmsprop), f(with_adamw);
  CHECK(sizes_of(d) == compensated);
  CHECK(sizes_of(e) == squares);
  CHECK(sizes_of(f) == decoupled);
  Run<float> a(without), b(with), c(with_adam);
  CHECK(sizes_of(a) == plain);
  CHECK(sizes_of(b) == momentum);
  CHECK(sizes_of(c) == adams);
}

TEST_CASE("each part of the state matters") {
  const Setup digits{small_digits}, xors{small_xor, restless}, compensated{small_digits, nesterov};
  const Setup squares{with_optimizer(small_digits, rmsprop)}, decoupled{with_optimizer(small_xor, adamw)};
  for (const Setup* setup : {&digits, &xors, &compensated, &squares, &decoupled}) {
    Run<float> whole(*setup), probe(*setup);
    whole.steps(0, 9);
    probe.steps(0, 4);
    const State<float> at_four = probe.state();
    for (const auto& [name, tensor] : at_four.tensors) {
      INFO(name);
      State<float> changed = at_four;
      for (float& v : changed.tensors.at(name).data) v += 0.5f;
      Run<float> other(*setup);
      other.load(changed);
      other.steps(4, 9);
      CHECK(bits_of(other.state()) != bits_of(whole.state()));
    }
    for (const auto& [name, value] : at_four.reals) {
      INFO(name);
      State<float> changed = at_four;
      changed.reals.at(name) /= 2;
      Run<float> other(*setup);
      other.load(changed);
      other.steps(4, 9);
      CHECK(bits_of(other.state()) != bits_of(whole.state()));
    }
  }
}

// ---- what changes no bit -------------------------------------------------------------------------------

template <class T>
std::pair<Bits, std::vector<double>> result_of(const Setup& setup, std::uint64_t steps) {
  Run<T> run(setup);
  run.steps(0, steps);
  return {bits_of(run.state()), run.losses};
}

TEST_CASE("counters and histograms change no bit") {
  for (const Json& configuration : configurations()) {
    INFO(configuration.dump());
    const auto with = [&](const std::string& stats) {
      return result_of<float>(Setup{configuration.dump(), stats}, 8);
    };
    const auto all = with(R"({"stats": {"counters": true, "histograms": "all", "every": 2}})");
    CHECK(with(R"({"stats": {"counters": true, "histograms": "tensors"}})") == all);
    CHECK(with(R"({"stats": {"counters": true, "histograms": "none"}})") == all);
    CHECK(with(R"({"stats": {"counters": false}})") == all);
  }
}

TEST_CASE("float and double carriers give the same bits where every format fits float") {
  for (const Json& configuration : configurations()) {
    INFO(configuration.dump());
    const Setup setup{configuration.dump()};
    REQUIRE(fits_float_carrier(setup.experiment));
    CHECK(result_of<double>(setup, 6) == result_of<float>(setup, 6));
    Run<float> narrow(setup);
    Run<double> wide(setup);
    CHECK(narrow.program.weights_sha256() == wide.program.weights_sha256());
  }
}

TEST_CASE("a rule with a format beyond float selects the double carrier") {
  const Setup setup{small_digits, R"({"policy": [{"match": {"layer": "fc2", "role": "accumulator"},
                                                  "format": "fp64"}]})"};
  CHECK_FALSE(fits_float_carrier(setup.experiment));
}

TEST_CASE("the same seed gives the same bits and counters again, with 1, 2, 3 or 7 threads") {
  const test::Threads restore;
  const std::string wide = R"({"model": {"hidden": [96, 40]}})";  // products large enough to be shared out
  for (const std::string& policy : {std::string("{}"), mixed, stochastic_everywhere})
    for (const std::string& stats : {std::string("{}"), std::string(R"({"stats": {"counters": false}})")}) {
      INFO(policy << stats);
      const Setup setup{small_digits, wide, policy, stats};
      std::vector<Bits> states;
      std::vector<std::map<std::string, Counters>> counters;
      for (const int threads : {1, 1, 2, 3, 7}) {
        omp_set_num_threads(threads);
        Run<float> run(setup);
        run.steps(0, 3);
        states.push_back(bits_of(run.state()));
        counters.emplace_back();
        for (const auto& [site, record] : run.telemetry.records())
          counters.back()[site.name()] = record.total;
      }
      for (std::size_t i = 1; i < states.size(); ++i) {
        CHECK(states[i] == states[0]);
        CHECK(counters[i] == counters[0]);
      }
    }
}

}  // namespace
