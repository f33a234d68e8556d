#include "sim/nn/ops/embedding.hpp"

#include <algorithm>

#include "sim/ops/quantize.hpp"

namespace exmy {
namespace {

template <class T>
Tensor<T> one_hot_rows(const std::vector<std::int32_t>& tokens, std::size_t count) {
  constexpr Format two_bits{.exponent_bits = 2, .mantissa_bits = 1, .bias = 1};
  Tensor<T> t({tokens.size(), count}, two_bits);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    t.data[i * count + static_cast<std::size_t>(tokens[i])] = T{1};
  return t;
}

/// [B T][D] as [B][T D]: a sample in a row.
template <class T>
Tensor<T> samples_of(Tensor<T> x, const Tensor<T>& w) {
  x.shape = {x.size() / w.size(), w.size()};
  return x;
}

}  // namespace

template <class T>
Tensor<T> Embedding<T>::forward(Context& context, const Inputs<T>& in) {
  Projector<T> weight(context, this->layer(), "embedding", Pass::forward, Role::weight);
  const Tensor<T> w = weight.quantize(*in.x[0]);
  Shape shape = shape_;
  shape.push_back(w.columns());
  Tensor<T> y(std::move(shape), w.format);
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    std::copy_n(w.data.begin() + tokens_[i] * static_cast<std::ptrdiff_t>(w.columns()), w.columns(),
                y.data.begin() + static_cast<std::ptrdiff_t>(i * w.columns()));
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> Embedding<T>::backward(Context& context, const Inputs<T>& in,
                                                             const Tensor<T>&, Tensor<T> dy) {
  const DotPlace place{this->layer(), "embedding", Pass::wgrad};
  const auto q = quantize(context, place, Role::activation_grad, dy);
  const Quantized<T> t{one_hot_rows<T>(tokens_, in.x[0]->rows()), false, 1};
  Epilogue<T> then(context, place);
  then.rescale(t, q->value);
  then.quantize(Projector<T>(context, this->layer(), "embedding", Pass::wgrad, Role::weight_grad));
  Tensor<T> dw = dot(context, place, QuantizedView<T>(t).matrices.transposed(),
                     QuantizedView<T>(q->value).matrices, then);
  then.finish();
  return {std::move(dw)};
}

template <class T>
Tensor<T> PositionalEmbedding<T>::forward(Context& context, const Inputs<T>& in) {
  Projector<T> weight(context, this->layer(), "position", Pass::forward, Role::weight);
  Projector<T> sum(context, this->layer(), "position", Pass::forward, Role::elementwise);
  const Tensor<T> w = weight.quantize(*in.x[1]);
  Tensor<T> y = sum.add(samples_of(*in.x[0], w), Operand<T>::row_vector(w));
  y.shape = in.x[0]->shape;
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> PositionalEmbedding<T>::backward(Context& context, const Inputs<T>& in,
                                                                       const Tensor<T>&, Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(2);
  if (in.needs_grad[1]) {
    Projector<T> gradient(context, this->layer(), "position", Pass::wgrad, Role::activation_grad);
    const Tensor<T> q = samples_of(gradient.quantize(dy), *in.x[1]);
    Tensor<T> dw = sum_rows(context, {this->layer(), "position", Pass::wgrad}, matrix(q).transposed());
    dw.shape = in.x[1]->shape;
    grads[1] = Projector<T>(context, this->layer(), "position", Pass::wgrad, Role::weight_grad).quantize(dw);
  }
  if (in.needs_grad[0]) grads[0] = std::move(dy);
  return grads;
}

template class Embedding<float>;
template class Embedding<double>;
template class PositionalEmbedding<float>;
template class PositionalEmbedding<double>;

}  // namespace exmy
