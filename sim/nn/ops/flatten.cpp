#include "sim/nn/ops/flatten.hpp"

namespace exmy {
namespace {

/// f(index in the image batch, index in the rows) for every element of x [B][H][W][C].
template <class F>
void each_pixel(const Shape& x, const F& f) {
  const std::size_t pixels = x[1] * x[2], channels = x[3];
  for (std::size_t b = 0; b < x[0]; ++b)
    for (std::size_t p = 0; p < pixels; ++p)
      for (std::size_t c = 0; c < channels; ++c)
        f((b * pixels + p) * channels + c, (b * channels + c) * pixels + p);
}

bool is_image(const Shape& x) { return x.size() == 4 && x[3] > 1; }

}  // namespace

template <class T>
Tensor<T> Flatten<T>::forward(Context&, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  Tensor<T> y = x;
  y.shape = {x.shape[0], x.size() / x.shape[0]};
  if (is_image(x.shape))
    each_pixel(x.shape, [&](std::size_t image, std::size_t row) { y.data[row] = x.data[image]; });
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> Flatten<T>::backward(Context&, const Inputs<T>& in, const Tensor<T>&,
                                                           Tensor<T> dy) {
  const Shape& shape = in.x[0]->shape;
  std::vector<std::optional<Tensor<T>>> grads;
  if (is_image(shape)) {
    Tensor<T> dx(shape, dy.format);
    each_pixel(shape, [&](std::size_t image, std::size_t row) { dx.data[image] = dy.data[row]; });
    grads.emplace_back(std::move(dx));
  } else {
    dy.shape = shape;
    grads.emplace_back(std::move(dy));
  }
  return grads;
}

template class Flatten<float>;
template class Flatten<double>;

}  // namespace exmy
