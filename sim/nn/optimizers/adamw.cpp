#include "sim/nn/optimizers/adam_moments.hpp"

namespace exmy {
namespace {

template <class T>
class AdamW : public Optimizer<T> {
 public:
  AdamW(const AdamWOptions& options, const std::vector<Parameter<T>*>& parameters)
      : Optimizer<T>("adamw", options.adam.update, parameters), o_(options), moments_(parameters) {}

 private:
  Tensor<T> change(Context& context, Parameter<T>& p, double lr) override {
    Projector<T> u = this->at(context, p, Role::update);
    Projector<T> state = this->at(context, p, Role::optimizer_state);
    const bool decays = o_.decay.applies_to(p.value.shape);
    if (decays && !this->compensates()) {
      const double kept = u.constant(1 - lr * o_.decay.factor);
      p.value = this->at(context, p, Role::master_weight).mul(std::move(p.value), kept);
    }
    Tensor<T> s = adam_step(o_.adam, u, state, moments_.of(p), p.grad, lr);
    if (!decays || !this->compensates()) return s;
    const Tensor<T> term = u.mul(p.value, u.constant(lr * o_.decay.factor));
    return u.add(std::move(s), term);
  }

  void visit_moments(StateVisitor<T>& visitor) override { moments_.visit(visitor, "adamw"); }
  std::size_t moments_per_parameter() const override { return 2; }

  AdamWOptions o_;
  AdamMoments<T> moments_;
};

}  // namespace

template <class T>
std::unique_ptr<Optimizer<T>> make_adamw(const AdamWOptions& options,
                                         const std::vector<Parameter<T>*>& parameters) {
  return std::make_unique<AdamW<T>>(options, parameters);
}
template std::unique_ptr<Optimizer<float>> make_adamw(const AdamWOptions&,
                                                      const std::vector<Parameter<float>*>&);
template std::unique_ptr<Optimizer<double>> make_adamw(const AdamWOptions&,
                                                       const std::vector<Parameter<double>*>&);

}  // namespace exmy
