#pragma once
// What Adam and AdamW share: the moments, and the step that they make in the form `pytorch`.

#include "sim/nn/optimizers/optimizer.hpp"

namespace exmy {

/// What Adam remembers of a parameter. The powers b^t are products in binary64, one factor a step.
template <class T>
struct AdamState {
  Tensor<T> m, v;
  double beta1_power = 1;
  double beta2_power = 1;
};

/// The moments of all parameters, by full name.
template <class T>
class AdamMoments {
 public:
  explicit AdamMoments(const std::vector<Parameter<T>*>& parameters) {
    for (const Parameter<T>* p : parameters) {
      const Tensor<T> zeros(p->value.shape, {});
      moments_.emplace(p->full_name(), AdamState<T>{zeros, zeros});
    }
  }
  AdamState<T>& of(const Parameter<T>& p) { return moments_.at(p.full_name()); }
  void visit(StateVisitor<T>& visitor, const std::string& name) {
    for (auto& [parameter, s] : moments_) {
      visitor.tensor(name + ".m." + parameter, s.m);
      visitor.tensor(name + ".v." + parameter, s.v);
      visitor.real(name + ".beta1_power." + parameter, s.beta1_power);
      visitor.real(name + ".beta2_power." + parameter, s.beta2_power);
    }
  }

 private:
  std::map<std::string, AdamState<T>> moments_;
};

// One projection per statement: the order of uses of a site (and so its random numbers) must not depend
// on the order in which a compiler evaluates arguments.
/// The step of the form `pytorch` from a gradient, with u at role update and `state` at optimizer_state.
template <class T>
Tensor<T> adam_step(const AdamOptions& o, Projector<T>& u, Projector<T>& state, AdamState<T>& s,
                    const Tensor<T>& g, double lr) {
  Tensor<T> old_m = u.mul(std::move(s.m), u.constant(o.beta1));
  const Tensor<T> new_m = u.mul(g, u.constant(1 - o.beta1));
  s.m = state.add(std::move(old_m), new_m);
  Tensor<T> old_v = u.mul(std::move(s.v), u.constant(o.beta2));
  Tensor<T> square = u.mul(g, g);
  const Tensor<T> new_v = u.mul(std::move(square), u.constant(1 - o.beta2));
  s.v = state.add(std::move(old_v), new_v);
  s.beta1_power *= o.beta1;
  s.beta2_power *= o.beta2;
  const double root_c2 = u.root(u.constant(1 - s.beta2_power));
  Tensor<T> quotient = u.div(u.sqrt(s.v), root_c2);
  const Tensor<T> h = u.add(std::move(quotient), u.constant(o.epsilon));
  const double c1 = u.constant(1 - s.beta1_power);
  const double rate = u.quotient(u.constant(lr), c1);
  return u.mul(u.div(s.m, h), rate);
}

}  // namespace exmy
