#include <map>

#include "sim/nn/optimizers/optimizer.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

template <class T>
class Sgd : public Optimizer<T> {
 public:
  Sgd(const SgdOptions& options, const std::vector<Parameter<T>*>& parameters) : options_(options) {
    if (options.momentum == 0) return;
    for (const Parameter<T>* p : parameters) velocity_.emplace(p->full_name(), Tensor<T>(p->value.shape, {}));
  }

  void step(Context& context, Parameter<T>& p, double lr) override {
    const std::string op = "sgd." + p.name;
    Projector<T> u(context, p.layer, op, Pass::optimizer, Role::update);
    Projector<T> w(context, p.layer, op, Pass::optimizer, Role::master_weight);
    Tensor<T> decayed;
    if (options_.weight_decay != 0)
      decayed = u.add(p.grad, u.mul(p.value, u.constant(options_.weight_decay)));
    const Tensor<T>& g = options_.weight_decay != 0 ? decayed : p.grad;
    const Tensor<T>& v = velocity(context, p, op, g);
    const Tensor<T> step = u.mul(v, u.constant(lr));
    p.value = w.update(std::move(p.value), step);
  }

  void visit(StateVisitor<T>& visitor) override {
    for (auto& [name, v] : velocity_) visitor.tensor("sgd.velocity." + name, v);
  }
  std::size_t states_per_parameter() const override { return velocity_.empty() ? 0 : 1; }

 private:
  const Tensor<T>& velocity(Context& context, const Parameter<T>& p, const std::string& op,
                            const Tensor<T>& g) {
    if (options_.momentum == 0) return g;
    Projector<T> u(context, p.layer, op, Pass::optimizer, Role::update);
    Projector<T> state(context, p.layer, op, Pass::optimizer, Role::optimizer_state);
    Tensor<T>& v = velocity_.at(p.full_name());
    const double mu = u.constant(options_.momentum);
    v = u.mul(std::move(v), mu);
    v = state.add(std::move(v), g);
    return v;
  }

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
