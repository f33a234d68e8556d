// No role is decoration: each one, each pass of the operand roles, and each single site, set to e2m1fn,
// changes the bits of the run.

#include <set>

#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using namespace exmy::run_test;

/// What a run leaves: its weights, and its losses (which see what only the forward pass of a loss does).
struct Result {
  std::string weights;
  std::vector<double> losses;
};

Result train(const std::string& base, const std::string& rule) {
  const std::string policy = rule.empty() ? "[]" : "[" + rule + "]";
  const Setup setup{base, R"({"training": {"steps": 6, "loss_scale": {"kind": "static", "value": 8}},
                             "stats": {"counters": false}, "policy": )" +
                              policy + "}"};
  Run<float> run(setup);
  run.steps(0, 6);
  return {run.program.weights_sha256(), run.losses};
}

/// A rule that sets everything that matches to a format.
std::string rule_for(const Json& match, const Json& format = "e2m1fn") {
  return Json{{"format", format}, {"saturation", "finite"}, {"match", match}}.dump();
}

/// e2m1fn, but where its values are all that occurs.
Json format_for(const Site& site) {
  const Json even_numbers = Json::parse(
      R"({"exponent_bits": 2, "mantissa_bits": 1, "bias": -1, "infinities": false, "nan": "none"})");
  const Json without_zero = Json::parse(
      R"({"exponent_bits": 2, "mantissa_bits": 1, "signed": false, "zero": false, "subnormals": "none",
          "infinities": false, "nan": "none"})");
  if (site.op == "target") return even_numbers;     // targets are 0 and 1
  if (site.op == "init.bias") return without_zero;  // biases start at 0
  if (site.op.starts_with("kahan.") && site.role == Role::optimizer_state) return without_zero;  // c is tiny
  return "e2m1fn";
}

/// Digits with softmax, cross-entropy, momentum and decay; XOR with sigmoid, squared error and Adam, or with logits.
std::vector<std::string> networks() {
  return {merged({small_digits, R"({"model": {"activation": "tanh"},
                                    "training": {"optimizer": {"weight_decay": 0.01}}})"})
              .value()
              .dump(),
          merged({small_digits}).value().dump(),
          merged({small_xor}).value().dump(),
          merged({small_logits}).value().dump(),
          merged({small_xor, R"({"training": {"optimizer": {"form": "keras"}}})"}).value().dump(),
          merged({small_digits, nesterov, R"({"training": {"clip_norm": 0.01}})"}).value().dump(),
          merged({with_optimizer(small_digits, rmsprop)}).value().dump(),
          merged({with_optimizer(small_xor, adamw), accumulated, R"({"training": {"clip_norm": 0.01}})"})
              .value()
              .dump()};
}

TEST_CASE("every role changes the final weights") {
  for (const std::string& network : networks()) {
    const Result fp32 = train(network, "");
    for (const std::string_view role : role_names) {
      INFO(network << " role " << role);
      CHECK(train(network, rule_for({{"role", role}})).weights != fp32.weights);
    }
  }
}

TEST_CASE(
    "every pass of weight, activation, activation_grad, accumulator and product changes the final weights") {
  const std::vector<std::pair<Role, Pass>> uses{
      {Role::weight, Pass::forward},        {Role::weight, Pass::dgrad},
      {Role::activation, Pass::forward},    {Role::activation, Pass::wgrad},
      {Role::activation_grad, Pass::dgrad}, {Role::activation_grad, Pass::wgrad},
      {Role::accumulator, Pass::forward},   {Role::accumulator, Pass::dgrad},
      {Role::accumulator, Pass::wgrad},     {Role::product, Pass::forward},
      {Role::product, Pass::dgrad},         {Role::product, Pass::wgrad}};
  for (const std::string& network : networks()) {
    const Result fp32 = train(network, "");
    for (const auto& [role, pass] : uses) {
      INFO(network << " role " << name_of(role) << " pass " << name_of(pass));
      const std::string rule = rule_for({{"role", name_of(role)}, {"pass", name_of(pass)}});
      CHECK(train(network, rule).weights != fp32.weights);
    }
  }
}

TEST_CASE("the passes above are all that these roles have") {
  std::set<std::string> uses;
  const Setup setup{small_digits};
  Run<float> run(setup);
  run.step(0);
  for (const Site& s : run.program.context().sites())
    if (s.op == "dot") uses.insert(std::string(name_of(s.role)) + " " + std::string(name_of(s.pass)));
  CHECK(uses == std::set<std::string>{"weight forward", "weight dgrad", "activation forward",
                                      "activation wgrad", "activation_grad dgrad", "activation_grad wgrad",
                                      "accumulator forward", "accumulator dgrad", "accumulator wgrad",
                                      "product forward", "product dgrad", "product wgrad",
                                      "weight_grad wgrad"});
}

TEST_CASE("every single site changes the final weights, or, in the forward pass of a loss, the losses") {
  for (const std::string& network : networks()) {
    const Result fp32 = train(network, "");
    const Setup setup{network, R"({"training": {"loss_scale": {"kind": "static", "value": 8}}})"};
    Run<float> run(setup);
    run.step(0);
    for (const Site& s : run.program.context().sites()) {
      INFO(network << " site " << s.name());
      const Json match{
          {"layer", s.layer}, {"op", s.op}, {"role", name_of(s.role)}, {"pass", name_of(s.pass)}};
      const Result changed = train(network, rule_for(match, format_for(s)));
      const bool reported = s.op == "cross_entropy" || s.op == "bce" || s.op == "mse";
      CHECK((changed.weights != fp32.weights || (reported && changed.losses != fp32.losses)));
    }
  }
}

}  // namespace
