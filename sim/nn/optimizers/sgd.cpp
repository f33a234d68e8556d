#include "sim/nn/optimizers/optimizer.hpp"

namespace exmy {
namespace {

template <class T>
class Sgd : public Optimizer<T> {
 public:
  Sgd(const SgdOptions& options, const std::vector<Parameter<T>*>& parameters)
      : Optimizer<T>("sgd", options.update, parameters), options_(options) {
    if (options.momentum == 0) return;
    for (const Parameter<T>* p : parameters) velocity_.emplace(p->full_name(), Tensor<T>(p->value.shape, {}));
  }

 private:
  Tensor<T> change(Context& context, Parameter<T>& p, double lr) override {
    Projector<T> u = this->at(context, p, Role::update);
    Tensor<T> decayed;
    const bool decays = options_.decay.applies_to(p.value.shape);
    if (decays) decayed = Optimizer<T>::decayed(u, p, options_.decay.factor);
    const Tensor<T>& g = decays ? decayed : p.grad;
    if (options_.momentum == 0) return u.mul(g, u.constant(lr));
    const Tensor<T>& v = velocity(context, p, u, g);
    if (!options_.nesterov) return u.mul(v, u.constant(lr));
    Tensor<T> ahead = u.mul(v, u.constant(options_.momentum));
    ahead = u.add(std::move(ahead), g);
    return u.mul(std::move(ahead), u.constant(lr));
  }

  const Tensor<T>& velocity(Context& context, const Parameter<T>& p, Projector<T>& u, const Tensor<T>& g) {
    Tensor<T>& v = velocity_.at(p.full_name());
    v = u.mul(std::move(v), u.constant(options_.momentum));
    v = this->at(context, p, Role::optimizer_state).add(std::move(v), g);
    return v;
  }

  void visit_moments(StateVisitor<T>& visitor) override {
    for (auto& [name, v] : velocity_) visitor.tensor("sgd.velocity." + name, v);
  }
  std::size_t moments_per_parameter() const override { return velocity_.empty() ? 0 : 1; }

  SgdOptions options_;
  std::map<std::string, Tensor<T>> velocity_;
};

}  // namespace

template <class T>
std::unique_ptr<Optimizer<T>> make_sgd(const SgdOptions& options,
                                       const std::vector<Parameter<T>*>& parameters) {
  return std::make_unique<Sgd<T>>(options, parameters);
}
template std::unique_ptr<Optimizer<float>> make_sgd(const SgdOptions&, const std::vector<Parameter<float>*>&);
template std::unique_ptr<Optimizer<double>> make_sgd(const SgdOptions&,
                                                     const std::vector<Parameter<double>*>&);

}  // namespace exmy
