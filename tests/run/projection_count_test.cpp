// How many projections one training step takes, per (layer, op, pass, role), against closed formulas of the
// layer sizes and the batch size (numerics section 8: every step of a sequence is one projection).

#include <algorithm>

#include "tests/run/configurations.hpp"
#include "tests/run/site_counts.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

enum class Rule { sgd, rmsprop, adam_pytorch, adam_keras, adamw };

/// What decides the number of projections.
struct Sizes {
  std::vector<std::uint64_t> n;  ///< widths: inputs, hidden ..., outputs
  std::uint64_t B = 0;
  std::string hidden, output;  ///< activations
  bool classes = true;         ///< cross-entropy, else mean squared error
  bool rounded_products = false;
  std::uint64_t chunk = 0;  ///< 0: sequential
  std::string order{};      ///< of all sums; empty: sequential or chunked
  bool scaled_loss = false;
  Rule rule = Rule::sgd;
  bool momentum = false, decay = false, nesterov = false, centered = false, kahan = false;
  bool clipped = false;
  std::uint64_t micro_batches = 1;

  std::uint64_t outputs() const { return n.back(); }
  /// Accumulator projections of `outputs` sums of k terms: one a term, and one a chunk.
  std::uint64_t sums(std::uint64_t outputs, std::uint64_t k) const {
    const std::uint64_t chunks = chunk == 0 ? 0 : (k + chunk - 1) / chunk;
    if (order == "pairwise") return outputs * (2 * k - 1);  // leaves and nodes
    if (order == "exact") return outputs;
    if (order == "block" && chunk == 0) return outputs * ((k + 2) / 3);
    if (order == "block") {  // units of 3 terms
      std::uint64_t groups = 0;
      for (std::uint64_t first = 0; first < k; first += chunk) groups += (std::min(chunk, k - first) + 2) / 3;
      return outputs * (groups + chunks);
    }
    return outputs * (k + chunks);
  }
};

/// The layer's three matrix products, its bias and its activation.
void add_layer(const Sizes& s, std::uint64_t layer, Counts& c) {
  const std::string fc = "fc" + std::to_string(layer);
  const std::uint64_t B = s.B, in = s.n[layer - 1], out = s.n[layer];
  const auto product = [&](const std::string& pass, std::uint64_t outputs, std::uint64_t k) {
    c[fc + "/dot/" + pass + "/accumulator"] = s.sums(outputs, k);
    if (s.rounded_products) c[fc + "/dot/" + pass + "/product"] = outputs * k;
  };
  c[fc + "/dot/forward/activation"] = B * in;
  c[fc + "/dot/forward/weight"] = out * in;
  product("forward", B * out, in);
  c[fc + "/bias/forward/weight"] = out;
  c[fc + "/bias/forward/elementwise"] = B * out;
  const std::string f = layer + 1 == s.n.size() ? s.output : s.hidden;
  if (f == "tanh" || f == "sigmoid") {
    c[fc + "/" + f + "/forward/elementwise"] = B * out;
    c[fc + "/" + f + "/dgrad/elementwise"] = 3 * B * out;  // 1 - y y or y (1 - y): two; dy times that
  }
  c[fc + "/bias/wgrad/activation_grad"] = B * out;
  c[fc + "/bias/wgrad/accumulator"] = s.sums(out, B);
  c[fc + "/bias/wgrad/weight_grad"] = out;
  c[fc + "/dot/wgrad/activation_grad"] = B * out;
  c[fc + "/dot/wgrad/activation"] = B * in;
  product("wgrad", out * in, B);
  c[fc + "/dot/wgrad/weight_grad"] = out * in;
  if (layer == 1) return;  // nobody asks for the gradient of the data
  c[fc + "/dot/dgrad/activation_grad"] = B * out;
  c[fc + "/dot/dgrad/weight"] = out * in;
  product("dgrad", B * in, out);
}

void add_loss(const Sizes& s, Counts& c) {
  const std::uint64_t B = s.B, C = s.outputs();
  if (s.classes) {
    c["loss/softmax/forward/elementwise"] = 3 * B * C;     // x - m, exp d, e / s
    c["loss/softmax/forward/accumulator"] = s.sums(B, C);  // s
    c["loss/cross_entropy/forward/loss"] = 2 * B + 1;      // log s, - d_y; sum / B
    c["loss/cross_entropy/forward/accumulator"] = s.sums(1, B);
    c["loss/cross_entropy/dgrad/loss"] = 2 * B * C + 1;  // p - y, times c; c
  } else {
    c["input/target/forward/activation"] = B * C;
    c["loss/mse/forward/loss"] = 2 * B * C + 1;  // x - y, d d; sum / n
    c["loss/mse/forward/accumulator"] = s.sums(1, B * C);
    c["loss/mse/dgrad/loss"] = B * C + 1;  // d c; c
  }
}

/// Intermediate values and constants of one parameter's update with N elements: role `update`.
std::uint64_t updates(const Sizes& s, std::uint64_t N) {
  switch (s.rule) {
    case Rule::sgd: {
      const std::uint64_t decay = s.decay ? 2 * N + 1 : 0;     // wd w, g + that; wd
      const std::uint64_t momentum = s.momentum ? N + 1 : 0;   // mu v; mu
      const std::uint64_t ahead = s.nesterov ? 2 * N + 1 : 0;  // mu v, g + that; mu
      return decay + momentum + ahead + N + 1;                 // lr v; lr
    }
    // wd w, g + that; wd. a v, g g, (1-a) that; a, 1-a. g - m, (1-a) that, m m, v - that; 1-a. sqrt v, + eps, g / h; eps.
    // mu b; mu. lr d; lr.
    case Rule::rmsprop:
      return (s.decay ? 2 * N + 1 : 0) + 3 * N + 2 + (s.centered ? 4 * N + 1 : 0) + 3 * N + 1 +
             (s.momentum ? N + 1 : 0) + N + 1;
    // Adam; 1 - lr wd, or lr wd, w times that and the sum.
    case Rule::adamw: return 10 * N + 10 + (!s.decay ? 0 : s.kahan ? 2 * N + 1 : 1);
    // b1 m, (1-b1) g; b2 v, g g, (1-b2) that; sqrt v, / root, + eps; m / h, rate times that: 10 N.
    // b1, 1-b1, b2, 1-b2, eps, lr; c1, c2, sqrt c2, lr / c1: 10.
    case Rule::adam_pytorch: return 10 * N + 10;
    // g - m, (1-b1) times that; g g, - v, (1-b2) times that; m a, sqrt v, + eps, the quotient: 9 N.
    // b1, b2, 1-b1, 1-b2, eps, lr; 1 - b1^t, 1 - b2^t, its root, lr times that, a: 11.
    case Rule::adam_keras: return 9 * N + 11;
  }
  return 0;
}

/// The first part of the optimiser's op.
std::string name_of(Rule rule) {
  switch (rule) {
    case Rule::sgd: return "sgd";
    case Rule::rmsprop: return "rmsprop";
    case Rule::adam_pytorch:
    case Rule::adam_keras: return "adam";
    case Rule::adamw: return "adamw";
  }
  return "";
}

std::uint64_t states(const Sizes& s) {
  const std::uint64_t momentum = s.momentum ? 1 : 0;
  if (s.rule == Rule::sgd) return momentum;
  if (s.rule == Rule::rmsprop) return 1 + momentum + (s.centered ? 1 : 0);
  return 2;
}

void add_update(const Sizes& s, const std::string& layer, const std::string& name, std::uint64_t N,
                Counts& c) {
  const auto site = [&](const std::string& op, const std::string& role) {
    return layer + "/" + op + "." + name + "/optimizer/" + role;
  };
  if (s.micro_batches > 1) c[site("accumulate", "weight_grad")] = s.micro_batches * N;
  if (s.scaled_loss) c[site("unscale", "weight_grad")] = N;
  if (s.clipped) {
    c[site("clip", "update")] = N;
    c[site("clip", "accumulator")] = s.sums(1, N);
    c[site("clip", "weight_grad")] = N;
  }
  const std::string rule = name_of(s.rule);
  c[site(rule, "update")] = updates(s, N);
  if (states(s) > 0) c[site(rule, "optimizer_state")] = states(s) * N;
  c[site(rule, "master_weight")] = s.rule == Rule::adamw && s.decay && !s.kahan ? 2 * N : N;
  if (!s.kahan) return;
  c[site("kahan", "update")] = 2 * N;
  c[site("kahan", "optimizer_state")] = N;
}

/// Every site of a step, and nothing else.
Counts expected_counts(const Sizes& s) {
  Counts c;
  c["input/data/forward/activation"] = s.B * s.n[0];
  add_loss(s, c);
  for (std::uint64_t layer = 1; layer < s.n.size(); ++layer) add_layer(s, layer, c);
  for (auto& [site, count] : c) count *= s.micro_batches;
  for (std::uint64_t layer = 1; layer < s.n.size(); ++layer) {
    const std::string fc = "fc" + std::to_string(layer);
    add_update(s, fc, "weight", s.n[layer] * s.n[layer - 1], c);
    add_update(s, fc, "bias", s.n[layer], c);
  }
  if (!s.clipped) return c;
  const std::uint64_t parameters = 2 * (s.n.size() - 1);
  c["clip/norm/optimizer/update"] = parameters + 3;  // their sums; the root, c, the quotient
  c["clip/norm/optimizer/accumulator"] = s.sums(1, parameters);
  return c;
}

/// The initial weights and biases pass the policy too, once, when the program is made.
Counts expected_initial_counts(const Sizes& s) {
  Counts c;
  for (std::uint64_t layer = 1; layer < s.n.size(); ++layer) {
    c["fc" + std::to_string(layer) + "/init.weight/optimizer/master_weight"] = s.n[layer] * s.n[layer - 1];
    c["fc" + std::to_string(layer) + "/init.bias/optimizer/master_weight"] = s.n[layer];
  }
  return c;
}

template <class T>
void check(const Setup& setup, const Sizes& s) {
  Run<T> run(setup);
  const Counts made = counted(run.telemetry);
  CHECK(difference(made, expected_initial_counts(s)) == "");
  CHECK(run.telemetry.projections == sum_of(made));

  Batch batch{&setup.data, {}};
  for (std::size_t i = 0; i < s.B; ++i) batch.samples.push_back(i);
  const Counts expected = expected_counts(s);
  for (std::uint64_t t = 0; t < 2; ++t) {  // the second step takes exactly as many
    const Counts before = counted(run.telemetry);
    const std::uint64_t projections = run.telemetry.projections;
    run.step(t, std::vector<Batch>(s.micro_batches, batch));
    CHECK(difference(increase(before, counted(run.telemetry)), expected) == "");
    CHECK(run.telemetry.projections - projections == sum_of(expected));
  }
  const std::uint64_t projections = run.telemetry.projections;
  const Counts before = counted(run.telemetry);
  run.program.evaluate(1, setup.data, 0, 5);
  CHECK(counted(run.telemetry) == before);  // evaluations are not counted
  CHECK(run.telemetry.projections == projections);
}

/// The reduction's formulas and the loss scale, in a fixed model.
std::string reductions(const Sizes& s) {
  std::string rules;
  if (s.rounded_products) rules += R"({"match": {"role": "product"}, "format": "fp16"})";
  if (s.order == "block")
    rules +=
        R"({"match": {"role": "accumulator"}, "order": "block", "block": {"terms": 3, "fraction_bits": 9})" +
        (s.chunk == 0 ? std::string("}") : R"(, "outer": "fp16", "chunk": )" + std::to_string(s.chunk) + "}");
  else if (!s.order.empty())
    rules += std::string(rules.empty() ? "" : ", ") +
             R"({"match": {"role": "accumulator"}, "format": "fp16", )" + R"("order": ")" + s.order + "\"}";
  else if (s.chunk != 0)
    rules += std::string(rules.empty() ? "" : ", ") +
             R"({"match": {"role": "accumulator"}, "format": "fp16", "outer": "fp32", "order": "chunked",)" +
             R"( "chunk": )" + std::to_string(s.chunk) + "}";
  const std::string scale = s.scaled_loss ? R"({"loss_scale": {"kind": "static", "value": 64}})" : "{}";
  return R"({"policy": [)" + rules + R"(], "training": )" + scale + "}";
}

TEST_CASE(
    "projections of a step with cross-entropy and SGD: exact and rounded products, sequential and chunked") {
  Sizes s{{64, 7, 5, 10}, 6, "relu", "none"};
  s.rounded_products = GENERATE(false, true);
  s.chunk = GENERATE(0u, 1u, 4u, 100u);
  s.scaled_loss = GENERATE(false, true);
  s.momentum = true;
  INFO("products " << s.rounded_products << ", chunk " << s.chunk << ", scaled " << s.scaled_loss);
  const Setup setup{small_digits, R"({"model": {"hidden": [7, 5]}})", reductions(s)};
  check<float>(setup, s);
  check<double>(setup, s);
}

TEST_CASE("projections of a step: pairwise, exact and block, in chunks and not, products exact and rounded") {
  Sizes s{{64, 7, 5, 10}, 6, "relu", "none"};
  s.order = GENERATE("pairwise", "exact", "block");
  const bool variant = GENERATE(false, true);
  if (s.order == "block")
    s.chunk = variant ? 4 : 0;
  else
    s.rounded_products = variant;
  s.momentum = true;
  INFO(s.order << ", products " << s.rounded_products << ", chunk " << s.chunk);
  const Setup setup{small_digits, R"({"model": {"hidden": [7, 5]}})", reductions(s)};
  check<float>(setup, s);
  check<double>(setup, s);
}

TEST_CASE("projections of a step: every kind of SGD") {
  Sizes s{{64, 3, 10}, 5, "sigmoid", "tanh"};
  s.momentum = GENERATE(false, true);
  s.decay = GENERATE(false, true);
  s.scaled_loss = GENERATE(false, true);
  const std::string sgd =
      std::string(R"({"training": {"optimizer": {"kind": "sgd", "lr": 0.1, "momentum": )") +
      (s.momentum ? "0.5" : "0") + R"(, "weight_decay": )" + (s.decay ? "0.01" : "0") + "}}}";
  check<float>(Setup{small_digits,
                     R"({"model": {"hidden": [3], "activation": "sigmoid", "output_activation": "tanh"}})",
                     sgd, reductions(s)},
               s);
}

TEST_CASE("projections of a step with squared error and Adam, both forms") {
  Sizes s{{8, 6, 4, 1}, 9, "tanh", "sigmoid"};
  s.classes = false;
  s.rule = GENERATE(Rule::adam_pytorch, Rule::adam_keras);
  s.chunk = GENERATE(0u, 4u);
  s.rounded_products = s.chunk != 0;
  s.scaled_loss = GENERATE(false, true);
  const std::string form = s.rule == Rule::adam_keras ? "keras" : "pytorch";
  check<float>(Setup{small_xor,
                     R"({"model": {"hidden": [6, 4]}, "training": {"optimizer": {"form": ")" + form + "\"}}}",
                     reductions(s)},
               s);
}

/// A rule with all its steps, or with as few as it can have; compensated, clipped and in micro-batches, or not.
void check_rule(Rule rule, bool all, bool kahan) {
  Sizes s{{64, 3, 10}, 5, "relu", "none"};
  s.rule = rule;
  s.decay = all && rule != Rule::adam_pytorch && rule != Rule::adam_keras;
  s.momentum = all && (rule == Rule::sgd || rule == Rule::rmsprop);
  s.nesterov = s.momentum && rule == Rule::sgd;
  s.centered = s.momentum && rule == Rule::rmsprop;
  s.kahan = s.clipped = kahan;
  s.micro_batches = kahan ? 3 : 1;
  s.chunk = kahan ? 4 : 0;
  Json optimizer{{"kind", name_of(rule)}, {"lr", 0.1}};
  if (rule == Rule::adam_keras) optimizer["form"] = "keras";
  if (s.nesterov) optimizer["nesterov"] = true;
  if (s.centered) optimizer["centered"] = true;
  if (s.momentum) optimizer["momentum"] = 0.5;
  if (s.decay || rule == Rule::adamw) optimizer["weight_decay"] = s.decay ? 0.01 : 0.0;
  if (kahan) optimizer["update"] = {{"kind", "kahan"}};
  INFO(optimizer.dump());
  Json training{{"accumulate", s.micro_batches}};
  if (s.clipped) training["clip_norm"] = 1e-6;
  const Setup setup{with_optimizer(small_digits, optimizer.dump()), R"({"model": {"hidden": [3]}})",
                    Json{{"training", training}}.dump(), reductions(s)};
  check<float>(setup, s);
}

TEST_CASE("projections of a step: every optimiser, Nesterov and Kahan, clipped gradients, micro-batches") {
  for (const Rule rule : {Rule::sgd, Rule::rmsprop, Rule::adam_pytorch, Rule::adam_keras, Rule::adamw})
    for (const bool all : {false, true})
      for (const bool kahan : {false, true}) check_rule(rule, all, kahan);
}

TEST_CASE("a network of one layer, a batch of one") {
  Sizes s{{64, 10}, 1, "relu", "none"};
  check<float>(
      Setup{small_digits, R"({"model": {"hidden": []}, "training": {"optimizer": {"momentum": 0}}})"}, s);
}

TEST_CASE("the formulas list every site of a step, and no site is missing from them") {
  Sizes s{{64, 7, 5, 10}, 6, "tanh", "none"};
  s.momentum = s.decay = s.scaled_loss = s.rounded_products = true;
  const Setup setup{small_digits, R"({"model": {"hidden": [7, 5], "activation": "tanh"},
                                      "training": {"optimizer": {"weight_decay": 0.1}}})",
                    reductions(s)};
  Run<float> run(setup);
  run.step(0);
  std::vector<std::string> met, listed;
  for (const Site& site : run.program.context().sites()) met.push_back(site.name());
  for (const auto& [site, count] : expected_counts(s)) listed.push_back(site);
  for (const auto& [site, count] : expected_initial_counts(s)) listed.push_back(site);
  std::sort(met.begin(), met.end());
  std::sort(listed.begin(), listed.end());
  CHECK(met == listed);
}

}  // namespace
