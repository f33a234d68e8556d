#include "sim/nn/ops/first_position.hpp"

#include <algorithm>

namespace exmy {

template <class T>
Tensor<T> FirstPosition<T>::forward(Context&, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  const std::size_t width = x.shape[2], sample = x.shape[1] * width;
  Tensor<T> y({x.shape[0], width}, x.format);
  for (std::size_t b = 0; b < x.shape[0]; ++b)
    std::copy_n(x.data.data() + b * sample, width, y.data.data() + b * width);
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> FirstPosition<T>::backward(Context&, const Inputs<T>& in,
                                                                 const Tensor<T>&, Tensor<T> dy) {
  const Shape& shape = in.x[0]->shape;
  Tensor<T> dx(shape, dy.format);
  for (std::size_t b = 0; b < shape[0]; ++b)
    std::copy_n(dy.data.data() + b * shape[2], shape[2], dx.data.data() + b * shape[1] * shape[2]);
  return {std::move(dx)};
}

template class FirstPosition<float>;
template class FirstPosition<double>;

}  // namespace exmy
