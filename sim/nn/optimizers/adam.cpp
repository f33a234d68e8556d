#include <map>

#include "sim/nn/optimizers/optimizer.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// What Adam remembers of a parameter. The powers b^t are products in binary64, one factor a step.
template <class T>
struct Moments {
  Tensor<T> m, v;
  double beta1_power = 1;
  double beta2_power = 1;
};

/// The sites of one parameter's update.
template <class T>
struct Sites {
  Projector<T> u, state, w;
  Sites(Context& context, const Parameter<T>& p, const std::string& op)
      : u(context, p.layer, op, Pass::optimizer, Role::update),
        state(context, p.layer, op, Pass::optimizer, Role::optimizer_state),
        w(context, p.layer, op, Pass::optimizer, Role::master_weight) {}
};

template <class T>
class Adam : public Optimizer<T> {
 public:
  Adam(const AdamOptions& options, const std::vector<Parameter<T>*>& parameters) : o_(options) {
    for (const Parameter<T>* p : parameters) {
      const Tensor<T> zeros(p->value.shape, {});
      moments_.emplace(p->full_name(), Moments<T>{zeros, zeros});
    }
  }

  void step(Context& context, Parameter<T>& p, double lr) override {
    Sites<T> sites(context, p, "adam." + p.name);
    Moments<T>& s = moments_.at(p.full_name());
    const Tensor<T> step =
        o_.form == AdamForm::pytorch ? pytorch(sites, s, p.grad, lr) : keras(sites, s, p.grad, lr);
    p.value = sites.w.update(std::move(p.value), step);
  }

  void visit(StateVisitor<T>& visitor) override {
    for (auto& [name, s] : moments_) {
      visitor.tensor("adam.m." + name, s.m);
      visitor.tensor("adam.v." + name, s.v);
      visitor.real("adam.beta1_power." + name, s.beta1_power);
      visitor.real("adam.beta2_power." + name, s.beta2_power);
    }
  }
  std::size_t states_per_parameter() const override { return 2; }

 private:
  // One projection per statement: the order of uses of a site (and so its random numbers) must not depend
  // on the order in which a compiler evaluates arguments.
  Tensor<T> pytorch(Sites<T>& at, Moments<T>& s, const Tensor<T>& g, double lr) {
    Projector<T>& u = at.u;
    Tensor<T> old_m = u.mul(std::move(s.m), u.constant(o_.beta1));
    const Tensor<T> new_m = u.mul(g, u.constant(1 - o_.beta1));
    s.m = at.state.add(std::move(old_m), new_m);
    Tensor<T> old_v = u.mul(std::move(s.v), u.constant(o_.beta2));
    Tensor<T> square = u.mul(g, g);
    const Tensor<T> new_v = u.mul(std::move(square), u.constant(1 - o_.beta2));
    s.v = at.state.add(std::move(old_v), new_v);
    s.beta1_power *= o_.beta1;
    s.beta2_power *= o_.beta2;
    const double root_c2 = u.root(u.constant(1 - s.beta2_power));
    Tensor<T> quotient = u.div(u.sqrt(s.v), root_c2);
    const Tensor<T> h = u.add(std::move(quotient), u.constant(o_.epsilon));
    const double c1 = u.constant(1 - s.beta1_power);
    const double rate = u.quotient(u.constant(lr), c1);
    return u.mul(u.div(s.m, h), rate);
  }

  Tensor<T> keras(Sites<T>& at, Moments<T>& s, const Tensor<T>& g, double lr) {
    Projector<T>& u = at.u;
    Tensor<T> m_error = u.sub(g, s.m);
    const Tensor<T> m_step = u.mul(std::move(m_error), u.constant(1 - o_.beta1));
    s.m = at.state.add(std::move(s.m), m_step);
    Tensor<T> v_error = u.sub(u.mul(g, g), s.v);
    const Tensor<T> v_step = u.mul(std::move(v_error), u.constant(1 - o_.beta2));
    s.v = at.state.add(std::move(s.v), v_step);
    s.beta1_power *= u.constant(o_.beta1);
    s.beta2_power *= u.constant(o_.beta2);
    const double root_c2 = u.root(u.constant(1 - s.beta2_power));
    const double rate = u.product(u.constant(lr), root_c2);
    const double a = u.quotient(rate, u.constant(1 - s.beta1_power));
    Tensor<T> numerator = u.mul(s.m, a);
    Tensor<T> root_v = u.sqrt(s.v);
    const Tensor<T> denominator = u.add(std::move(root_v), u.constant(o_.epsilon));
    return u.div(std::move(numerator), denominator);
  }

  AdamOptions o_;
  std::map<std::string, Moments<T>> moments_;
};

}  // namespace

template <class T>
std::unique_ptr<Optimizer<T>> make_adam(const AdamOptions& options,
                                        const std::vector<Parameter<T>*>& parameters) {
  return std::make_unique<Adam<T>>(options, parameters);
}
template std::unique_ptr<Optimizer<float>> make_adam(const AdamOptions&,
                                                     const std::vector<Parameter<float>*>&);
template std::unique_ptr<Optimizer<double>> make_adam(const AdamOptions&,
                                                      const std::vector<Parameter<double>*>&);

}  // namespace exmy
