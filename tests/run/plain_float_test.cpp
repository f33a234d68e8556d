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

/// What the optimiser keeps of an array.
void add_state(const plain::Options& o, const std::string& name, const plain::Array& a, Bits& bits) {
  if (o.rule == plain::Rule::sgd) {
    if (o.momentum != 0) bits["sgd.velocity." + name] = bits_of_floats(a.first);
    return;
  }
  if (o.rule == plain::Rule::rmsprop) {
    bits["rmsprop.squares." + name] = bits_of_floats(a.second);
    if (o.centered) bits["rmsprop.mean." + name] = bits_of_floats(a.first);
    if (o.momentum != 0) bits["rmsprop.momentum." + name] = bits_of_floats(a.third);
    return;
  }
  const std::string kind = o.rule == plain::Rule::adamw ? "adamw" : "adam";
  bits[kind + ".m." + name] = bits_of_floats(a.first);
  bits[kind + ".v." + name] = bits_of_floats(a.second);
  bits[kind + ".beta1_power." + name] = {std::bit_cast<std::uint64_t>(a.power1)};
  bits[kind + ".beta2_power." + name] = {std::bit_cast<std::uint64_t>(a.power2)};
}

void add_array(const plain::Options& o, const std::string& name, const plain::Array& a, Bits& bits) {
  bits[name] = bits_of_floats(a.value);
  add_state(o, name, a, bits);
  if (o.kahan) bits["kahan.compensation." + name] = bits_of_floats(a.lost);
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
    const double want = network.step(t);
    REQUIRE(run.step(t).loss == want);
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

TEST_CASE("fp32: Nesterov, decay of matrices alone, Kahan's compensation, clipping") {
  plain::Options o = digits_options();
  o.momentum = 0.9;
  o.nesterov = o.kahan = true;
  o.weight_decay = 0.01;
  o.decays_vectors = false;
  o.clip_norm = 0.5;  // some steps are clipped, some not
  compare_all(small_digits,
              R"({"training": {"clip_norm": 0.5, "optimizer": {"nesterov": true, "weight_decay": 0.01,
                                "decay": "matrices", "update": {"kind": "kahan"}}}})",
              o);
}

TEST_CASE("fp32: RMSprop, plain, and centred with momentum and decay; clipping after unscaling") {
  plain::Options o = xor_options(plain::Rule::rmsprop, 1e-8);
  o.alpha = 0.99;
  const std::string plain_one = R"({"model": {"kind": "mlp", "hidden": [12, 8], "activation": "tanh",
    "output_activation": "sigmoid", "init": "glorot_uniform"}, "data": {"kind": "xor", "train_count": 100},
    "training": {"steps": 24, "loss": "mse", "optimizer": {"kind": "rmsprop", "lr": 0.01}}})";
  compare_all(plain_one, "{}", o);
  o.alpha = 0.9;
  o.epsilon = 1e-3;
  o.momentum = 0.5;
  o.centered = true;
  o.weight_decay = 0.01;
  o.loss_scale = 1024;
  o.clip_norm = 0.125;
  compare_all(plain_one, R"({"training": {"loss_scale": {"kind": "static", "value": 1024}, "clip_norm": 0.125,
    "optimizer": {"alpha": 0.9, "epsilon": 1e-3, "momentum": 0.5, "centered": true, "weight_decay": 0.01}}})",
              o);
}

TEST_CASE("fp32: AdamW, plain and compensated; Adam compensated") {
  const std::string adamw = R"({"model": {"kind": "mlp", "hidden": [12, 8], "activation": "tanh",
    "output_activation": "sigmoid", "init": "glorot_uniform"}, "data": {"kind": "xor", "train_count": 100},
    "training": {"steps": 24, "loss": "mse", "optimizer": {"kind": "adamw", "lr": 0.01, "weight_decay": 0.1}}})";
  plain::Options o = xor_options(plain::Rule::adamw, 1e-8);
  o.weight_decay = 0.1;
  compare_all(adamw, "{}", o);
  o.kahan = true;
  o.decays_vectors = false;
  compare_all(adamw, R"({"training": {"optimizer": {"decay": "matrices", "update": {"kind": "kahan"}}}})", o);
  for (const bool keras : {false, true}) {
    plain::Options adam =
        xor_options(keras ? plain::Rule::adam_keras : plain::Rule::adam_pytorch, keras ? 1e-7 : 1e-8);
    adam.kahan = true;
    compare_all(small_xor,
                std::string(R"({"training": {"optimizer": {"update": {"kind": "kahan"}, "form": ")") +
                    (keras ? "keras" : "pytorch") + "\"}}}",
                adam);
  }
}

TEST_CASE("fp32: three micro-batches a step, the last step of an epoch with fewer and a smaller one") {
  // 100 samples: 3 + 3 + 3 + 1 batches of 10 or fewer; 3 + 2 of 24, the last of 4 samples.
  for (const auto& [size, epoch] : {std::pair<std::size_t, std::uint64_t>{10, 4}, {24, 2}}) {
    plain::Options o = digits_options();
    o.momentum = 0.9;
    o.batch_size = size;
    o.accumulate = 3;
    o.loss_scale = 3;
    const std::string variant =
        R"({"training": {"accumulate": 3, "loss_scale": {"kind": "static", "value": 3}, "batch_size": )" +
        std::to_string(size) + "}}";
    const Setup setup{small_digits, variant};
    CHECK(BatchPlan(setup.data, size, 1, 3).steps_per_epoch() == epoch);
    CHECK(training_time(setup.experiment, 0, epoch).batch_size == 3 * size);  // of the linear scaling rule
    compare_all(small_digits, variant, o);
  }
}

}  // namespace
