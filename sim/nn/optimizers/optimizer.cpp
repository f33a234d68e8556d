#include "sim/nn/optimizers/optimizer.hpp"

namespace exmy {

template <class T>
Optimizer<T>::Optimizer(std::string name, UpdateKind update, const std::vector<Parameter<T>*>& parameters)
    : name_(std::move(name)), update_(update) {
  if (!compensates()) return;
  for (const Parameter<T>* p : parameters)
    compensation_.emplace(p->full_name(), Tensor<T>(p->value.shape, {}));
}

template <class T>
void Optimizer<T>::step(Context& context, Parameter<T>& p, double lr) {
  Tensor<T> s = change(context, p, lr);
  if (compensates()) return compensate(context, p, std::move(s));
  p.value = at(context, p, Role::master_weight).update(std::move(p.value), s);
}

template <class T>
void Optimizer<T>::compensate(Context& context, Parameter<T>& p, Tensor<T> step) {
  const std::string op = "kahan." + p.name;
  Projector<T> u(context, p.layer, op, Pass::optimizer, Role::update);
  Projector<T> state(context, p.layer, op, Pass::optimizer, Role::optimizer_state);
  Tensor<T>& c = compensation_.at(p.full_name());
  Tensor<T> y = u.add(std::move(step), c);
  Tensor<T> moved = p.value;
  p.value = at(context, p, Role::master_weight).update(std::move(p.value), y);
  moved = u.sub(std::move(moved), p.value);
  c = state.sub(std::move(y), moved);
}

template <class T>
Tensor<T> Optimizer<T>::decayed(Projector<T>& update, const Parameter<T>& p, double decay) {
  const double wd = update.constant(decay);
  const Tensor<T> term = update.mul(p.value, wd);
  return update.add(p.grad, term);
}

template <class T>
void Optimizer<T>::visit(StateVisitor<T>& visitor) {
  visit_moments(visitor);
  for (auto& [name, c] : compensation_) visitor.tensor("kahan.compensation." + name, c);
}

template <class T>
void Optimizer<T>::account(Context& context, const Parameter<T>& p, MemoryLedger& memory) const {
  const auto add = [&](const std::string& name, std::size_t count) {
    const SiteState& site = context.at(p.layer, name + "." + p.name, Pass::optimizer, Role::optimizer_state);
    memory.add("optimizer_state", count * p.value.size(), site.treatment.quantizer.projection.format);
  };
  if (const std::size_t count = moments_per_parameter(); count > 0) add(name_, count);
  if (compensates()) add("kahan", 1);
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace exmy
