#include "sim/nn/ops/dropout.hpp"

namespace exmy {

template <class T>
Tensor<T> Dropout<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  if (context.evaluating() || p_ == 0) return x;
  mask_.draw(context, this->layer(), p_, x.size());
  return mask_.kept(context, this->layer(), Pass::forward, x);
}

template <class T>
std::vector<std::optional<Tensor<T>>> Dropout<T>::backward(Context& context, const Inputs<T>&,
                                                           const Tensor<T>&, Tensor<T> dy) {
  return {p_ == 0 ? dy : mask_.kept(context, this->layer(), Pass::dgrad, dy)};
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace exmy
