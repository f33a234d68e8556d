#include "sim/nn/optimizers/adam_moments.hpp"

namespace exmy {
namespace {

template <class T>
class Adam : public Optimizer<T> {
 public:
  Adam(const AdamOptions& options, const std::vector<Parameter<T>*>& parameters)
      : Optimizer<T>("adam", options.update, parameters), o_(options), moments_(parameters) {}

 private:
  Tensor<T> change(Context& context, Parameter<T>& p, double lr) override {
    Projector<T> u = this->at(context, p, Role::update);
    Projector<T> state = this->at(context, p, Role::optimizer_state);
    AdamState<T>& s = moments_.of(p);
    if (o_.form == AdamForm::pytorch) return adam_step(o_, u, state, s, p.grad, lr);
    return keras(u, state, s, p.grad, lr);
  }

  Tensor<T> keras(Projector<T>& u, Projector<T>& state, AdamState<T>& s, const Tensor<T>& g, double lr) {
    Tensor<T> m_error = u.sub(g, s.m);
    const Tensor<T> m_step = u.mul(std::move(m_error), u.constant(1 - o_.beta1));
    s.m = state.add(std::move(s.m), m_step);
    Tensor<T> v_error = u.sub(u.mul(g, g), s.v);
    const Tensor<T> v_step = u.mul(std::move(v_error), u.constant(1 - o_.beta2));
    s.v = state.add(std::move(s.v), v_step);
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

  void visit_moments(StateVisitor<T>& visitor) override { moments_.visit(visitor, "adam"); }
  std::size_t moments_per_parameter() const override { return 2; }

  AdamOptions o_;
  AdamMoments<T> moments_;
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
