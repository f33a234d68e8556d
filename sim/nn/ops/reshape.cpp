#include "sim/nn/ops/reshape.hpp"

namespace exmy {

template <class T>
Tensor<T> Reshape<T>::forward(Context&, const Inputs<T>& in) {
  Tensor<T> y = *in.x[0];
  y.shape.resize(1);
  y.shape.insert(y.shape.end(), sample_.begin(), sample_.end());
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> Reshape<T>::backward(Context&, const Inputs<T>& in, const Tensor<T>&,
                                                           Tensor<T> dy) {
  dy.shape = in.x[0]->shape;
  std::vector<std::optional<Tensor<T>>> grads;
  grads.emplace_back(std::move(dy));
  return grads;
}

template class Reshape<float>;
template class Reshape<double>;

}  // namespace exmy
