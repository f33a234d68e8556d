#include "sim/nn/ops/subsample.hpp"

#include <algorithm>

#include "sim/tensor/windows.hpp"

namespace exmy {

template <class T>
Tensor<T> Subsample<T>::forward(Context&, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  const Window pixel{.stride = stride_};
  Shape shape = pixel.output(x.shape);
  shape.back() = channels_;
  Tensor<T> y(shape, x.format);
  pixel.each(x.shape, 0, 0, [&](std::size_t to, std::size_t from) {
    std::copy_n(x.data.data() + from * x.columns(), x.columns(), y.data.data() + to * channels_);
  });
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> Subsample<T>::backward(Context&, const Inputs<T>& in, const Tensor<T>&,
                                                             Tensor<T> dy) {
  Tensor<T> dx(in.x[0]->shape, dy.format);
  Window{.stride = stride_}.each(dx.shape, 0, 0, [&](std::size_t from, std::size_t to) {
    std::copy_n(dy.data.data() + from * channels_, dx.columns(), dx.data.data() + to * dx.columns());
  });
  return {std::move(dx)};
}

template class Subsample<float>;
template class Subsample<double>;

}  // namespace exmy
