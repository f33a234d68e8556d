// Optimisers by themselves: 20 updates against plain loops, in fp64 and fp32; what stalls in bf16 and what does not; which
// parameters decay; the memory ledger; gradient clipping and gradient sums.

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "sim/nn/gradient_clipping.hpp"
#include "sim/nn/gradient_sums.hpp"
#include "sim/nn/optimizers/optimizer.hpp"
#include "tests/run/plain_update.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using test::SplitMix64;

constexpr Format bf16{8, 7, 127};
constexpr Format fp64{11, 52, 1023};
constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan_value = std::numeric_limits<double>::quiet_NaN();

Rule rule_of(const Format& format, std::optional<Rounding> rounding = {}) {
  Rule rule;
  rule.format = format;
  rule.rounding = rounding;
  return rule;
}

Rule at_role(Rule rule, Role role) {
  rule.match.roles = {role};
  return rule;
}

/// A context with rules.
struct Engine {
  explicit Engine(std::vector<Rule> rules) : policy(std::move(rules)) {}
  Policy policy;
  Telemetry telemetry{StatsOptions{}};
  Context context{policy, telemetry, 5};

  std::uint64_t total(const std::string& site, Counter counter) const {
    for (const auto& [s, record] : telemetry.records())
      if (s.name() == site) return record.total[counter];
    return 0;
  }
};

template <class T>
Parameter<T> parameter(const std::string& layer, const std::string& name, const Shape& shape, T value = 0) {
  Parameter<T> p{layer, name, "dot", Tensor<T>(shape, {}), Tensor<T>(shape, {})};
  for (T& v : p.value.data) v = value;
  return p;
}

template <class T>
void fill(Elements<T>& numbers, SplitMix64& random, double scale) {
  for (T& v : numbers) v = static_cast<T>((static_cast<double>(random.below(1 << 20)) * 0x1p-19 - 1) * scale);
}

/// Every number that a state visitor is shown.
template <class T>
class Seen : public StateVisitor<T> {
 public:
  void tensor(const std::string& name, Tensor<T>& value) override { tensors[name] = value.data; }
  void integer(const std::string&, std::uint64_t&) override {}
  void real(const std::string&, double&) override {}
  void integers(const std::string&, std::vector<std::uint64_t>&) override {}
  void reals(const std::string&, std::vector<double>&) override {}
  void text(const std::string&, std::string&) override {}
  std::map<std::string, Elements<T>> tensors;
};

template <class T>
using Make = std::function<std::unique_ptr<Optimizer<T>>(const std::vector<Parameter<T>*>&)>;

/// 20 updates of a matrix and a bias with gradients from large to tiny: all the same bits as the plain loops.
template <class T>
void compare(const plain::Options& o, const Make<T>& make) {
  Engine engine({rule_of(std::is_same_v<T, double> ? fp64 : Format{})});
  Parameter<T> w = parameter<T>("fc1", "weight", {5, 7}), b = parameter<T>("fc1", "bias", {5});
  plain::ArrayOf<T> plain_w(35), plain_b(5, false);
  SplitMix64 random(11);
  fill(w.value.data, random, 1);
  fill(b.value.data, random, 1);
  plain_w.value = w.value.data;
  plain_b.value = b.value.data;
  const auto optimizer = make({&w, &b});
  for (std::uint64_t t = 0; t < 20; ++t) {
    engine.context.begin_step(t);
    const double lr = 0.1 / static_cast<double>(t + 1), scale = std::ldexp(4.0, -static_cast<int>(t));
    for (const auto& [p, a] : {std::pair{&w, &plain_w}, std::pair{&b, &plain_b}}) {
      fill(p->grad.data, random, scale);
      a->grad = p->grad.data;
      optimizer->step(engine.context, *p, lr);
      plain::update(o, *a, lr);
      INFO("step " << t);
      REQUIRE(p->value.data == a->value);
    }
  }
  Seen<T> seen;
  optimizer->visit(seen);
  CHECK(seen.tensors.contains("kahan.compensation.fc1.weight") == o.kahan);
  if (o.kahan) CHECK(seen.tensors.at("kahan.compensation.fc1.weight") == plain_w.lost);
}

/// In both carriers, plain and compensated, decay of everything and of the matrix.
template <class Options, class MakeOne>
void compare_all(plain::Options o, Options options, UpdateKind Options::*update, MakeOne make) {
  for (const bool kahan : {false, true}) {
    o.kahan = kahan;
    options.*update = kahan ? UpdateKind::kahan : UpdateKind::plain;
    compare<double>(o, [&](const auto& p) { return make(options, p); });
    compare<float>(o, [&](const auto& p) { return make(options, p); });
  }
}

TEST_CASE("SGD: 20 updates with momentum, decay and Nesterov's direction") {
  const auto make = []<class T>(const SgdOptions& o, const std::vector<Parameter<T>*>& p) {
    return make_sgd<T>(o, p);
  };
  for (const double momentum : {0.0, 0.9})
    for (const double decay : {0.0, 0.01})
      for (const DecayOf of : {DecayOf::all, DecayOf::matrices})
        for (const bool nesterov : {false, momentum != 0}) {
          plain::Options o;
          o.momentum = momentum;
          o.weight_decay = decay;
          o.decays_vectors = of == DecayOf::all;
          o.nesterov = nesterov;
          compare_all(o, SgdOptions{momentum, {decay, of}, nesterov, {}}, &SgdOptions::update, make);
        }
}

TEST_CASE("RMSprop: 20 updates, centred and not, with and without momentum and decay") {
  const auto make = []<class T>(const RmspropOptions& o, const std::vector<Parameter<T>*>& p) {
    return make_rmsprop<T>(o, p);
  };
  for (const double momentum : {0.0, 0.9})
    for (const double decay : {0.0, 0.01})
      for (const bool centered : {false, true}) {
        plain::Options o;
        o.rule = plain::Rule::rmsprop;
        o.alpha = 0.95;
        o.epsilon = 1e-3;
        o.momentum = momentum;
        o.weight_decay = decay;
        o.centered = centered;
        compare_all(o, RmspropOptions{0.95, 1e-3, momentum, centered, {decay, DecayOf::all}, {}},
                    &RmspropOptions::update, make);
      }
}

TEST_CASE("Adam and AdamW: 20 updates; without decay they are the same") {
  const auto adam = []<class T>(const AdamOptions& o, const std::vector<Parameter<T>*>& p) {
    return make_adam<T>(o, p);
  };
  plain::Options o;
  o.rule = plain::Rule::adam_pytorch;
  o.epsilon = 1e-8;
  compare_all(o, AdamOptions{}, &AdamOptions::update, adam);
  const auto undecayed = []<class T>(AdamOptions a, const std::vector<Parameter<T>*>& p) {
    return make_adamw<T>({a, {0, DecayOf::all}}, p);
  };
  compare_all(o, AdamOptions{}, &AdamOptions::update, undecayed);
  o.rule = plain::Rule::adam_keras;
  o.epsilon = 1e-7;
  compare_all(o, AdamOptions{.epsilon = 1e-7, .form = AdamForm::keras}, &AdamOptions::update, adam);
  for (const DecayOf of : {DecayOf::all, DecayOf::matrices}) {
    o.rule = plain::Rule::adamw;
    o.epsilon = 1e-8;
    o.weight_decay = 0.1;
    o.decays_vectors = of == DecayOf::all;
    compare_all(o, AdamOptions{}, &AdamOptions::update,
                [of]<class T>(AdamOptions a, const std::vector<Parameter<T>*>& p) {
                  return make_adamw<T>({a, {0.1, of}}, p);
                });
  }
}

// ---- small updates in bf16 ----------------------------------------------------------------------------------------

/// A thousand steps of 2^-10 from 1, where bf16 has steps of 2^-8: all elements afterwards.
Elements<float> thousand_small_steps(std::vector<Rule> rules, UpdateKind update, Engine** kept = nullptr) {
  static std::unique_ptr<Engine> engine;
  engine = std::make_unique<Engine>(std::move(rules));
  if (kept != nullptr) *kept = engine.get();
  Parameter<float> w = parameter<float>("fc1", "weight", {16, 16}, 1);
  w.value.format = bf16;
  const auto sgd = make_sgd<float>({.update = update}, {&w});
  for (std::uint64_t t = 0; t < 1000; ++t) {
    engine->context.begin_step(t);
    for (float& g : w.grad.data) g = 1;
    sgd->step(engine->context, w, 0x1p-10);
  }
  return w.value.data;
}

TEST_CASE("small updates in bf16: nearest stalls, stochastic rounding and Kahan's compensation do not") {
  const double exact = 1 - 1000 * 0x1p-10;
  Engine* engine = nullptr;
  const auto nearest = thousand_small_steps({rule_of(bf16)}, UpdateKind::plain, &engine);
  CHECK(nearest == Elements<float>(256, 1.0f));
  CHECK(engine->total("fc1/sgd.weight/optimizer/master_weight", Counter::update_lost) == 256'000);

  // Everything in bf16, the compensation too: at the end only what a weight of this size cannot hold is missing.
  const auto kahan = thousand_small_steps({rule_of(bf16)}, UpdateKind::kahan);
  for (const float v : kahan)
    CHECK(std::fabs(static_cast<double>(v) - exact) <= 0x1p-10);  // one update may still wait in c

  const auto stochastic = thousand_small_steps(
      {rule_of(bf16), at_role(rule_of(bf16, Rounding::stochastic_a), Role::master_weight)},
      UpdateKind::plain);
  double mean = 0;
  for (const float v : stochastic) mean += static_cast<double>(v) / 256;
  // A step moves a weight by a unit u <= 2^-8 with probability 2^-10 / u: variance below 2^-18 of each of 1000 steps, and
  // of the mean of 256 weights a 256th. Four standard deviations.
  CHECK(std::fabs(mean - exact) < 4 * std::sqrt(1000 * 0x1p-18 / 256));
}

TEST_CASE("Kahan's compensation: the steps in bf16, by hand") {
  // w = 1, s = 2^-10. y = 2^-10, 1 - y rounds to 1, c = 2^-10; then y = 2^-9: a tie, to even: 1; then y = 3 2^-10:
  // 1 - y = 1 - 2^-8 + 2^-10 rounds to 1 - 2^-8, moved is 2^-8, and c = 3 2^-10 - 2^-8 = -2^-10.
  Engine engine({rule_of(bf16)});
  Parameter<float> w = parameter<float>("fc1", "weight", {1}, 1);
  const auto sgd = make_sgd<float>({.update = UpdateKind::kahan}, {&w});
  std::vector<std::pair<float, float>> steps;
  for (std::uint64_t t = 0; t < 4; ++t) {
    engine.context.begin_step(t);
    w.grad.data = {1};
    sgd->step(engine.context, w, 0x1p-10);
    Seen<float> seen;
    sgd->visit(seen);
    steps.emplace_back(w.value.data[0], seen.tensors.at("kahan.compensation.fc1.weight")[0]);
  }
  const float below = 1 - 0x1p-8f;
  CHECK(steps == std::vector<std::pair<float, float>>{
                     {1.f, 0x1p-10f}, {1.f, 0x1p-9f}, {below, -0x1p-10f}, {below, 0.f}});
  CHECK(engine.total("fc1/kahan.weight/optimizer/update", Counter::total) == 8);
  CHECK(engine.total("fc1/kahan.weight/optimizer/optimizer_state", Counter::total) == 4);
  CHECK(engine.total("fc1/sgd.weight/optimizer/master_weight", Counter::total) == 4);
}

TEST_CASE("AdamW in bf16: P(1 - lr wd) is 1, and nothing decays; compensated, the decay adds up") {
  for (const UpdateKind update : {UpdateKind::plain, UpdateKind::kahan}) {
    Engine engine({rule_of(bf16)});
    Parameter<float> w = parameter<float>("fc1", "weight", {1, 1}, 1);
    const auto adamw = make_adamw<float>({AdamOptions{.update = update}, {0.5, DecayOf::all}}, {&w});
    for (std::uint64_t t = 0; t < 500; ++t) {
      engine.context.begin_step(t);
      w.grad.data = {0};
      adamw->step(engine.context, w, 0x1p-10);
    }
    const double decayed = std::pow(1 - 0x1p-11, 500);
    if (update == UpdateKind::plain)
      CHECK(w.value.data[0] == 1);
    else  // each step's decay is rounded to 8 bits, always in the same direction at worst
      CHECK(std::fabs(static_cast<double>(w.value.data[0]) - decayed) < (1 - decayed) * 0x1p-7 + 0x1p-8);
  }
}

// ---- the memory ledger --------------------------------------------------------------------------------------------

TEST_CASE("the memory ledger has what each optimiser keeps, in the formats of its sites") {
  Rule state = at_role(rule_of(Format{5, 10, 15}), Role::optimizer_state);
  Rule compensation = at_role(rule_of(bf16), Role::optimizer_state);
  compensation.match.ops = {"kahan.*"};
  compensation.format = Format{4, 3, 7};
  Engine engine({state, compensation});
  Parameter<float> w = parameter<float>("fc1", "weight", {10, 10});
  const std::vector<Parameter<float>*> all{&w};
  const auto bits = [&](const std::unique_ptr<Optimizer<float>>& o) {
    MemoryLedger memory;
    o->account(engine.context, w, memory);
    return memory.rows["optimizer_state"].bits;
  };
  CHECK(bits(make_sgd<float>({}, all)) == 0);
  CHECK(bits(make_sgd<float>({.momentum = 0.5}, all)) == 1600);
  CHECK(bits(make_sgd<float>({.momentum = 0.5, .update = UpdateKind::kahan}, all)) == 2400);
  CHECK(bits(make_rmsprop<float>({}, all)) == 1600);
  CHECK(bits(make_rmsprop<float>({.momentum = 0.5, .centered = true}, all)) == 4800);
  CHECK(bits(make_adam<float>({}, all)) == 3200);
  CHECK(bits(make_adamw<float>({AdamOptions{.update = UpdateKind::kahan}, {}}, all)) == 4000);
}

TEST_CASE("the memory ledger has the sums of gradients beside the gradients") {
  Engine engine({at_role(rule_of(bf16), Role::weight_grad)});
  const Parameter<float> w = parameter<float>("fc1", "weight", {10, 10});
  MemoryLedger memory;
  memory.backward_peak = {1000, 32000};
  GradientSums<float>::account(engine.context, w, memory);
  CHECK(memory.rows["weight_grad"].bits == 1600);
  CHECK(memory.backward_peak.elements == 1100);
  CHECK(memory.backward_peak.bits == 33600);
}

// ---- clipping -----------------------------------------------------------------------------------------------------

/// Gradients 3, 4 and 12 in two parameters: their norm is 13.
struct Three {
  Parameter<double> a = parameter<double>("fc1", "weight", {2, 1}), b = parameter<double>("fc1", "bias", {1});
  Three(double x, double y, double z) {
    a.grad.data = {x, y};
    b.grad.data = {z};
  }
  std::vector<double> clipped(Engine& engine, double c) {
    engine.context.begin_step(0);
    clip_gradients<double>(engine.context, {&a, &b}, c);
    return {a.grad.data[0], a.grad.data[1], b.grad.data[0]};
  }
};

TEST_CASE("gradient clipping: the factor is min(1, c / norm)") {
  Engine engine({rule_of(fp64)});
  const double factor = 6.5 / 13;
  CHECK(Three(3, 4, 12).clipped(engine, 6.5) == std::vector<double>{3 * factor, 4 * factor, 12 * factor});
  CHECK(Three(3, 4, 12).clipped(engine, 13) == std::vector<double>{3, 4, 12});
  CHECK(Three(3, 4, 12).clipped(engine, 100) == std::vector<double>{3, 4, 12});
  CHECK(Three(-3, 4, -12).clipped(engine, 1.3) ==
        std::vector<double>{-3 * (1.3 / 13), 4 * (1.3 / 13), -12 * (1.3 / 13)});
  CHECK(Three(0, 0, 0).clipped(engine, 1) == std::vector<double>{0, 0, 0});
}

TEST_CASE(
    "gradient clipping: infinite norms give zeros, NaN gives NaN, and no finite gradient passes a NaN") {
  Engine engine({rule_of(fp64)});
  CHECK(Three(1e200, 1, 2).clipped(engine, 1) == std::vector<double>{0, 0, 0});  // the square overflows
  const auto with_infinity = Three(infinity, 1, 2).clipped(engine, 1);
  CHECK(std::isnan(with_infinity[0]));
  CHECK(with_infinity[1] == 0);
  for (const double v : Three(1, nan_value, 2).clipped(engine, 1)) CHECK(std::isnan(v));
}

TEST_CASE("gradient clipping: every step is rounded at its site, in order") {
  // Sums in a format of 2 significant bits: 1 + 1 + 1 + 1 + 1 is 1, 2, 3, 4, and stays 4; two parameters make 8 and
  // the norm is P(sqrt 8) = 3 (of 2, 3, 4), the factor P(1 / 3) = 3 / 8.
  Rule sums = at_role(rule_of(Format{5, 1, 15}), Role::accumulator);
  Rule update = at_role(rule_of(bf16), Role::update);
  Rule norm = at_role(rule_of(Format{5, 1, 15}), Role::update);
  norm.match.layers = {"clip"};
  Engine engine({sums, update, norm});
  Parameter<float> a = parameter<float>("fc1", "weight", {1, 6}),
                   b = parameter<float>("fc2", "weight", {1, 6});
  for (Parameter<float>* p : {&a, &b})
    for (float& g : p->grad.data) g = 1;
  engine.context.begin_step(0);
  clip_gradients<float>(engine.context, {&a, &b}, 1);
  const auto third = static_cast<float>(project(Projection{.format = Format{5, 1, 15}}, 1.0 / 3).value);
  CHECK(a.grad.data == Elements<float>(6, third));
  CHECK(b.grad.data == Elements<float>(6, third));
  CHECK(engine.total("fc1/clip.weight/optimizer/update", Counter::total) == 6);
  CHECK(engine.total("fc1/clip.weight/optimizer/accumulator", Counter::total) == 6);
  CHECK(engine.total("clip/norm/optimizer/accumulator", Counter::total) == 2);
  CHECK(engine.total("clip/norm/optimizer/update", Counter::total) ==
        5);  // two sums, the root, c, the quotient
  CHECK(engine.total("fc2/clip.weight/optimizer/weight_grad", Counter::total) == 6);
}

// ---- accumulation -------------------------------------------------------------------------------------------------

TEST_CASE("gradient sums: in the order of the micro-batches, each rounded, and the mean") {
  // bf16: 1 + 2^-8 is a tie and stays 1, so that four small ones after a large one are lost, before it they are not.
  for (const bool large_first : {true, false}) {
    Engine engine({at_role(rule_of(bf16), Role::weight_grad)});
    Parameter<float> p = parameter<float>("fc1", "bias", {1});
    engine.context.begin_step(0);
    GradientSums<float> sums(engine.context, {&p});
    std::vector<float> gradients(5, 0x1p-8f);
    gradients[large_first ? 0 : 4] = 1;
    for (const float g : gradients) {
      p.grad = Tensor<float>({1}, {});
      p.grad.data = {g};
      sums.add();
    }
    sums.take_mean();
    const double sum = large_first ? 1 : 1 + 0x1p-6;
    CHECK(p.grad.data[0] == static_cast<float>(project(Projection{.format = bf16}, sum / 5).value));
    CHECK(engine.total("fc1/accumulate.bias/optimizer/weight_grad", Counter::total) == 5);
  }
}

}  // namespace
