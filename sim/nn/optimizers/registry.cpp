#include "sim/nn/optimizers/registry.hpp"

#include <array>

namespace exmy {
namespace {

constexpr std::array update_names{Named<UpdateKind>{"plain", UpdateKind::plain},
                                  Named<UpdateKind>{"kahan", UpdateKind::kahan}};
constexpr std::array decay_names{Named<DecayOf>{"all", DecayOf::all},
                                 Named<DecayOf>{"matrices", DecayOf::matrices}};

UpdateKind read_update(ObjectReader& r) {
  return r.object("update").one_of("kind", UpdateKind::plain, update_names);
}

WeightDecay read_decay(ObjectReader& r, double usual) {
  WeightDecay d;
  d.factor = r.number("weight_decay", usual, Range::at_least(0));
  d.of = r.one_of("decay", DecayOf::all, decay_names);
  return d;
}

OptimizerChoice read_sgd(ObjectReader& r) {
  SgdOptions o;
  o.momentum = r.number("momentum", 0.0, Range::closed_open(0, 1));
  o.decay = read_decay(r, 0);
  o.nesterov = r.boolean("nesterov", false);
  if (o.nesterov && o.momentum == 0)
    r.problem(codes::contradiction, "nesterov", "nesterov needs a momentum above 0");
  o.update = read_update(r);
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_sgd<T>(o, p); });
  return {make, "sgd", {{"momentum", o.momentum}}, {"weight_decay", o.decay.factor}, o.decay};
}

OptimizerChoice read_rmsprop(ObjectReader& r) {
  RmspropOptions o;
  o.alpha = r.number("alpha", 0.99, Range::closed_open(0, 1));
  o.epsilon = r.number("epsilon", 1e-8, Range::above(0));
  o.momentum = r.number("momentum", 0.0, Range::closed_open(0, 1));
  o.centered = r.boolean("centered", false);
  o.decay = read_decay(r, 0);
  o.update = read_update(r);
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_rmsprop<T>(o, p); });
  return {make,
          "rmsprop",
          {{"alpha", o.alpha}, {"epsilon", o.epsilon}, {"momentum", o.momentum}},
          {"weight_decay", o.decay.factor},
          o.decay};
}

constexpr std::array forms{Named<AdamForm>{"pytorch", AdamForm::pytorch},
                           Named<AdamForm>{"keras", AdamForm::keras}};

void read_moments(ObjectReader& r, AdamOptions& o) {
  o.beta1 = r.number("beta1", 0.9, Range::closed_open(0, 1));
  o.beta2 = r.number("beta2", 0.999, Range::closed_open(0, 1));
  o.epsilon = r.number("epsilon", o.form == AdamForm::keras ? 1e-7 : 1e-8, Range::above(0));
  o.update = read_update(r);
}

OptimizerChoice read_adam(ObjectReader& r) {
  AdamOptions o;
  o.form = r.one_of("form", AdamForm::pytorch, forms);
  read_moments(r, o);
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_adam<T>(o, p); });
  return {make, "adam", {{"beta1", o.beta1}, {"beta2", o.beta2}, {"epsilon", o.epsilon}}};
}

/// What a weight keeps of itself in a step; where the update is compensated, what it loses.
NamedConstant decoupled(double decay, UpdateKind update) {
  if (update == UpdateKind::kahan)
    return {"weight_decay", decay, "lr * weight_decay", [](double wd, double lr) { return lr * wd; }};
  return {"weight_decay", decay, "1 - lr * weight_decay", [](double wd, double lr) { return 1 - lr * wd; }};
}

OptimizerChoice read_adamw(ObjectReader& r) {
  AdamWOptions o;
  read_moments(r, o.adam);
  o.decay = read_decay(r, 0.01);
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_adamw<T>(o, p); });
  return {make,
          "adamw",
          {{"beta1", o.adam.beta1}, {"beta2", o.adam.beta2}, {"epsilon", o.adam.epsilon}},
          decoupled(o.decay.factor, o.adam.update),
          o.decay};
}

constexpr std::array optimizer_table{OptimizerKind{"sgd", read_sgd}, OptimizerKind{"rmsprop", read_rmsprop},
                                     OptimizerKind{"adam", read_adam}, OptimizerKind{"adamw", read_adamw}};

}  // namespace

std::span<const OptimizerKind> optimizer_kinds() { return optimizer_table; }

}  // namespace exmy
