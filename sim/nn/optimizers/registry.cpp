#include "sim/nn/optimizers/registry.hpp"

#include <array>

namespace exmy {
namespace {

OptimizerChoice read_sgd(ObjectReader& r) {
  SgdOptions o;
  o.momentum = r.number("momentum", 0.0, Range::closed_open(0, 1));
  o.weight_decay = r.number("weight_decay", 0.0, Range::at_least(0));
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_sgd<T>(o, p); });
  return {make, "sgd", {{"momentum", o.momentum}, {"weight_decay", o.weight_decay}}};
}

constexpr std::array forms{Named<AdamForm>{"pytorch", AdamForm::pytorch},
                           Named<AdamForm>{"keras", AdamForm::keras}};

OptimizerChoice read_adam(ObjectReader& r) {
  AdamOptions o;
  o.form = r.one_of("form", AdamForm::pytorch, forms);
  o.beta1 = r.number("beta1", 0.9, Range::closed_open(0, 1));
  o.beta2 = r.number("beta2", 0.999, Range::closed_open(0, 1));
  o.epsilon = r.number("epsilon", o.form == AdamForm::keras ? 1e-7 : 1e-8, Range::above(0));
  OptimizerFactory make([o]<class T>(const std::vector<Parameter<T>*>& p) { return make_adam<T>(o, p); });
  return {make, "adam", {{"beta1", o.beta1}, {"beta2", o.beta2}, {"epsilon", o.epsilon}}};
}

constexpr std::array optimizer_table{OptimizerKind{"sgd", read_sgd}, OptimizerKind{"adam", read_adam}};

}  // namespace

std::span<const OptimizerKind> optimizer_kinds() { return optimizer_table; }

}  // namespace exmy
