#include "sim/nn/ops/dropout.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> Dropout<T>::kept(Context& context, Pass pass, const Tensor<T>& x) const {
  Projector<T> site(context, this->layer(), "dropout", pass, Role::elementwise);
  Tensor<T> y = site.mul(x, site.constant(1 / (1 - p_)));
  for (std::size_t i = 0; i < y.size(); ++i)
    if (drops_[i]) y.data[i] = T{0};
  return y;
}

template <class T>
Tensor<T> Dropout<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  if (context.evaluating() || p_ == 0) return x;
  const RandomStream random(context.seed(), "dropout/" + this->layer(), context.step());
  drops_.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) drops_[i] = random.uniform(i) < p_;
  return kept(context, Pass::forward, x);
}

template <class T>
std::vector<std::optional<Tensor<T>>> Dropout<T>::backward(Context& context, const Inputs<T>&,
                                                           const Tensor<T>&, Tensor<T> dy) {
  return {p_ == 0 ? dy : kept(context, Pass::dgrad, dy)};
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace exmy
