#include "sim/nn/optimizers/optimizer.hpp"

namespace exmy {
namespace {

template <class T>
class Rmsprop : public Optimizer<T> {
 public:
  Rmsprop(const RmspropOptions& options, const std::vector<Parameter<T>*>& parameters)
      : Optimizer<T>("rmsprop", options.update, parameters), o_(options) {
    for (const Parameter<T>* p : parameters) {
      State s;
      for (Tensor<T>* t :
           {&s.squares, o_.centered ? &s.mean : nullptr, o_.momentum != 0 ? &s.buffer : nullptr})
        if (t != nullptr) *t = Tensor<T>(p->value.shape, {});
      states_.emplace(p->full_name(), std::move(s));
    }
  }

 private:
  struct State {
    Tensor<T> squares;  ///< v
    Tensor<T> mean;     ///< m, if centered
    Tensor<T> buffer;   ///< b, with a momentum
  };

  Tensor<T> change(Context& context, Parameter<T>& p, double lr) override {
    Projector<T> u = this->at(context, p, Role::update);
    Projector<T> state = this->at(context, p, Role::optimizer_state);
    State& s = states_.at(p.full_name());
    Tensor<T> decayed;
    const bool decays = o_.decay.applies_to(p.value.shape);
    if (decays) decayed = Optimizer<T>::decayed(u, p, o_.decay.factor);
    const Tensor<T>& g = decays ? decayed : p.grad;
    Tensor<T> root = u.sqrt(variance(u, state, s, g));
    const Tensor<T> h = u.add(std::move(root), u.constant(o_.epsilon));
    Tensor<T> d = u.div(g, h);
    if (o_.momentum == 0) return u.mul(std::move(d), u.constant(lr));
    s.buffer = u.mul(std::move(s.buffer), u.constant(o_.momentum));
    s.buffer = state.add(std::move(s.buffer), d);
    return u.mul(s.buffer, u.constant(lr));
  }

  /// v, or P(v - P(m m)).
  Tensor<T> variance(Projector<T>& u, Projector<T>& state, State& s, const Tensor<T>& g) {
    Tensor<T> old = u.mul(std::move(s.squares), u.constant(o_.alpha));
    Tensor<T> square = u.mul(g, g);
    const Tensor<T> fresh = u.mul(std::move(square), u.constant(1 - o_.alpha));
    s.squares = state.add(std::move(old), fresh);
    if (!o_.centered) return s.squares;
    Tensor<T> error = u.sub(g, s.mean);
    const Tensor<T> step = u.mul(std::move(error), u.constant(1 - o_.alpha));
    s.mean = state.add(std::move(s.mean), step);
    const Tensor<T> squared_mean = u.mul(s.mean, s.mean);
    return u.sub(s.squares, squared_mean);
  }

  void visit_moments(StateVisitor<T>& visitor) override {
    for (auto& [name, s] : states_) {
      visitor.tensor("rmsprop.squares." + name, s.squares);
      if (o_.centered) visitor.tensor("rmsprop.mean." + name, s.mean);
      if (o_.momentum != 0) visitor.tensor("rmsprop.momentum." + name, s.buffer);
    }
  }
  std::size_t moments_per_parameter() const override {
    return 1u + (o_.centered ? 1u : 0u) + (o_.momentum != 0 ? 1u : 0u);
  }

  RmspropOptions o_;
  std::map<std::string, State> states_;
};

}  // namespace

template <class T>
std::unique_ptr<Optimizer<T>> make_rmsprop(const RmspropOptions& options,
                                           const std::vector<Parameter<T>*>& parameters) {
  return std::make_unique<Rmsprop<T>>(options, parameters);
}
template std::unique_ptr<Optimizer<float>> make_rmsprop(const RmspropOptions&,
                                                        const std::vector<Parameter<float>*>&);
template std::unique_ptr<Optimizer<double>> make_rmsprop(const RmspropOptions&,
                                                         const std::vector<Parameter<double>*>&);

}  // namespace exmy
