// With every format fp32 a program equals a plain float implementation, bit for bit: every loss, every
// weight, all that the optimiser keeps (numerics sections 4, 6, 8).

#include <bit>

#include "tests/run/plain_float.hpp"
#include "tests/run/support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

std::vector<std::uint64_t> bits_of_floats(const plain::Floats& values) {
  std::vector<std::uint64_t> bits;
  for (const float v : values) bits.push_back(std::bit_cast<std::uint64_t>(static_cast<double>(v)));
  return bits;
}

void add_array(const plain::Options& o, const std::string& name, const plain::Array& a, Bits& bits) {
  bits[name] = bits_of_floats(a.value);
  if (o.rule == plain::Rule::sgd) {
    if (o.momentum != 0) bits["sgd.velocity." + name] = bits_of_floats(a.first);
    return;
  }
  bits["adam.m." + name] = bits_of_floats(a.first);
  bits["adam.v." + name] = bits_of_floats(a.second);
  bits["adam.beta1_power." + name] = {std::bit_cast<std::uint64_t>(a.power1)};
  bits["adam.beta2_power." + name] = {std::bit_cast<std::uint64_t>(a.power2)};
}

/// What a program's visitor must see.
Bits expected_state(const plain::Options& o, const plain::Network& network) {
  Bits bits;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const std::string layer = "fc" + std::to_string(i + 1);
    add_array(o, layer + ".weight", network.layers[i].w, bits);
    add_array(o, layer + ".bias", network.layers[i].b, bits);
  }
  bits["loss_scale.scale"] = {std::bit_cast<std::uint64_t>(o.loss_scale == 0 ? 1.0 : o.loss_scale)};
  bits["loss_scale.clean_steps"] = {0};
  bits["loss_scale.skipped_steps"] = {0};
  return bits;
}

template <class T>
void compare(const Setup& setup, const plain::Options& o) {
  plain::Network network(o, setup.data);
  Run<T> run(setup);
  REQUIRE(bits_of(run.state()) == expected_state(o, network));
  for (std::uint64_t t = 0; t < o.steps; ++t) {
    INFO("step " << t);
    const float want = network.step(t);
    REQUIRE(run.step(t).loss == static_cast<double>(want));
    REQUIRE(bits_of(run.state()) == expected_state(o, network));
  }
}

/// Float carrier with and without counters (different kernels), double carrier.
void compare_all(const std::string& base, const std::string& variant, const plain::Options& o) {
  compare<float>(Setup{base, variant}, o);
  compare<float>(Setup{base, variant, R"({"stats": {"counters": false}})"}, o);
  compare<double>(Setup{base, variant, R"({"stats": {"counters": false}})"}, o);
}

plain::Options digits_options() {
  plain::Options o;
  o.widths = {64, 16, 12, 10};
  o.lr = 0.1;
  o.steps = 24;
  return o;
}

plain::Options xor_options(plain::Rule rule, double epsilon) {
  plain::Options o;
  o.widths = {8, 12, 8, 1};
  o.hidden = plain::Curve::tanh;
  o.output = plain::Curve::sigmoid;
  o.glorot = true;
  o.rule = rule;
  o.epsilon = epsilon;
  o.lr = 0.01;
  o.steps = 24;
  return o;
}

TEST_CASE("fp32: relu, cross-entropy, momentum, weight decay, cosine") {
  plain::Options o = digits_options();
  o.momentum = 0.9;
  o.weight_decay = 1e-4;
  o.cosine = true;
  o.seed = 7;
  compare_all(small_digits, R"({"seed": 7, "training": {"schedule": {"kind": "cosine"},
                                 "optimizer": {"weight_decay": 1e-4}}})",
              o);
}

TEST_CASE("fp32: tanh, cross-entropy, plain SGD, a static loss scale that is no power of two") {
  plain::Options o = digits_options();
  o.hidden = plain::Curve::tanh;
  o.loss_scale = 3;
  o.weight_decay = 0.01;
  compare_all(small_digits, R"({"model": {"activation": "tanh"},
                                "training": {"optimizer": {"momentum": 0, "weight_decay": 0.01},
                                             "loss_scale": {"kind": "static", "value": 3}}})",
              o);
}

TEST_CASE("fp32: sigmoid hidden units, a batch that divides the epoch, momentum without decay") {
  plain::Options o = digits_options();
  o.hidden = plain::Curve::sigmoid;
  o.momentum = 0.9;
  o.batch_size = 25;
  compare_all(small_digits, R"({"model": {"activation": "sigmoid"}, "training": {"batch_size": 25}})", o);
}

TEST_CASE("fp32: sigmoid output, squared error, Adam in its pytorch form") {
  compare_all(small_xor, "{}", xor_options(plain::Rule::adam_pytorch, 1e-8));
}

TEST_CASE("fp32: sigmoid output, squared error, Adam in its keras form, static loss scale") {
  plain::Options o = xor_options(plain::Rule::adam_keras, 1e-7);
  o.loss_scale = 1024;
  o.seed = 3;
  compare_all(small_xor, R"({"seed": 3, "training": {"optimizer": {"form": "keras"},
                                                     "loss_scale": {"kind": "static", "value": 1024}}})",
              o);
}

}  // namespace
