#include "sim/nn/ops/pooling.hpp"

#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> PoolingOp<T>::largest(const Tensor<T>& x) {
  Tensor<T> y(window_.output(x.shape), x.format);
  constexpr std::uint32_t none = ~std::uint32_t{0};
  taken_.assign(y.size(), none);
  const std::size_t channels = x.columns();
  for (std::size_t tap = 0; tap < window_.taps(); ++tap)
    window_.each(x.shape, tap / window_.width, tap % window_.width, [&](std::size_t to, std::size_t from) {
      for (std::size_t c = 0; c < channels; ++c) {
        const T v = x.data[from * channels + c];
        T& best = y.data[to * channels + c];
        std::uint32_t& taken = taken_[to * channels + c];
        const bool better = v > best || (v != v && best == best);
        if (taken != none && !better) continue;
        best = v;
        taken = static_cast<std::uint32_t>(tap);
      }
    });
  return y;
}

template <class T>
Tensor<T> PoolingOp<T>::mean(Context& context, const Tensor<T>& x) const {
  const Shape shape = window_.output(x.shape);
  Tensor<T> taps({size_of(shape), window_.taps()}, x.format);
  const std::size_t channels = x.columns();
  for (std::size_t tap = 0; tap < window_.taps(); ++tap)
    window_.each(x.shape, tap / window_.width, tap % window_.width, [&](std::size_t to, std::size_t from) {
      for (std::size_t c = 0; c < channels; ++c)
        taps.data[(to * channels + c) * window_.taps() + tap] = x.data[from * channels + c];
    });
  const Tensor<T> sum = sum_rows(context, {this->layer(), op(), Pass::forward}, matrix(taps));
  Projector<T> p(context, this->layer(), op(), Pass::forward, Role::elementwise);
  Tensor<T> y = p.div(sum, static_cast<double>(window_.taps()));
  y.shape = shape;
  return y;
}

template <class T>
Tensor<T> PoolingOp<T>::forward(Context& context, const Inputs<T>& in) {
  return kind_ == Pooling::max ? largest(*in.x[0]) : mean(context, *in.x[0]);
}

template <class T>
void PoolingOp<T>::spread(std::size_t tap, const Tensor<T>& d, Tensor<T>& dx) const {
  const std::size_t channels = d.columns();
  window_.each(dx.shape, tap / window_.width, tap % window_.width, [&](std::size_t from, std::size_t to) {
    for (std::size_t c = 0; c < channels; ++c)
      if (kind_ == Pooling::average || taken_[from * channels + c] == tap)
        dx.data[to * channels + c] = d.data[from * channels + c];
  });
}

template <class T>
std::vector<std::optional<Tensor<T>>> PoolingOp<T>::backward(Context& context, const Inputs<T>& in,
                                                             const Tensor<T>&, Tensor<T> dy) {
  const auto n = static_cast<double>(window_.taps());
  const Tensor<T> d =
      kind_ == Pooling::max
          ? dy
          : Projector<T>(context, this->layer(), op(), Pass::dgrad, Role::elementwise).div(dy, n);
  const Shape& shape = in.x[0]->shape;
  Tensor<T> dx(shape, d.format);
  spread(0, d, dx);
  for (std::size_t tap = 1; tap < window_.taps(); ++tap) {
    if (!window_.overlaps()) {
      spread(tap, d, dx);
      continue;
    }
    Tensor<T> more(shape, d.format);
    spread(tap, d, more);
    dx = Projector<T>(context, this->layer(), op(), Pass::dgrad, Role::activation_grad).add(dx, more);
  }
  return {std::move(dx)};
}

template class PoolingOp<float>;
template class PoolingOp<double>;

}  // namespace exmy
