#include "sim/nn/ops/linear.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> MatrixProduct<T>::forward(Context& context, const Inputs<T>& in) {
  const DotPlace place{this->layer(), "dot", Pass::forward};
  const auto x = quantize(context, place, Role::activation, *in.x[0]);
  const auto w = quantize(context, place, Role::weight, *in.x[1]);
  if (!context.evaluating()) x_ = x, w_ = w;
  Tensor<T> z = dot(context, place, QuantizedView<T>(x->value), QuantizedView<T>(w->value).transposed());
  z.shape = in.x[0]->shape;
  z.shape.back() = in.x[1]->rows();
  return z;
}

template <class T>
std::vector<std::optional<Tensor<T>>> MatrixProduct<T>::backward(Context& context, const Inputs<T>& in,
                                                                 const Tensor<T>&, Tensor<T> dz) {
  std::vector<std::optional<Tensor<T>>> grads(2);
  SharedOperand<T> d;
  const SharedOperand<T> forward_x = std::move(x_), forward_w = std::move(w_);
  if (in.needs_grad[1]) {
    const DotPlace place{this->layer(), "dot", Pass::wgrad};
    d = quantize(context, place, Role::activation_grad, dz);
    const auto x = quantize(context, place, Role::activation, *in.x[0], forward_x);
    const Tensor<T> dw =
        dot(context, place, QuantizedView<T>(d->value).transposed(), QuantizedView<T>(x->value));
    grads[1] = Projector<T>(context, this->layer(), "dot", Pass::wgrad, Role::weight_grad).quantize(dw);
  }
  if (in.needs_grad[0]) {
    const DotPlace place{this->layer(), "dot", Pass::dgrad};
    d = quantize(context, place, Role::activation_grad, dz, d);
    const auto w = quantize(context, place, Role::weight, *in.x[1], forward_w);
    grads[0] = dot(context, place, QuantizedView<T>(d->value), QuantizedView<T>(w->value));
    grads[0]->shape = in.x[0]->shape;
  }
  return grads;
}

template <class T>
Tensor<T> Bias<T>::forward(Context& context, const Inputs<T>& in) {
  Projector<T> bias(context, this->layer(), "bias", Pass::forward, Role::weight);
  Projector<T> sum(context, this->layer(), "bias", Pass::forward, Role::elementwise);
  const Tensor<T> b = bias.quantize(*in.x[1]);
  return sum.add(*in.x[0], Operand<T>::row_vector(b));
}

template <class T>
std::vector<std::optional<Tensor<T>>> Bias<T>::backward(Context& context, const Inputs<T>& in,
                                                        const Tensor<T>&, Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(2);
  if (in.needs_grad[1]) {
    const DotPlace place{this->layer(), "bias", Pass::wgrad};
    const Tensor<T> d =
        Projector<T>(context, this->layer(), "bias", Pass::wgrad, Role::activation_grad).quantize(dy);
    const Tensor<T> db = sum_rows(context, place, matrix(d).transposed());
    grads[1] = Projector<T>(context, this->layer(), "bias", Pass::wgrad, Role::weight_grad).quantize(db);
  }
  if (in.needs_grad[0]) grads[0] = std::move(dy);
  return grads;
}

namespace {

/// A working copy exists where the working format is not the master's.
template <class T>
void account_weight(Context& context, const DotPlace& place, const Tensor<T>& w, MemoryLedger& memory) {
  const SiteState& site = context.at(place.layer, place.op, place.pass, Role::weight);
  const Format& working = site.treatment.quantizer.projection.format;
  if (working != w.format) memory.add("weight", w.size(), working);
}

}  // namespace

template <class T>
void MatrixProduct<T>::account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                               MemoryLedger& memory) const {
  const SiteState& x = context.at(this->layer(), "dot", Pass::wgrad, Role::activation);
  const SiteState& dy = context.at(this->layer(), "dot", Pass::wgrad, Role::activation_grad);
  memory.add("activation", in.x[0]->size(), x.treatment.quantizer.projection.format);
  memory.at_least("activation_grad", y.size(), dy.treatment.quantizer.projection.format);
  account_weight(context, {this->layer(), "dot", Pass::forward}, *in.x[1], memory);
}

template <class T>
void Bias<T>::account(Context& context, const Inputs<T>& in, const Tensor<T>&, MemoryLedger& memory) const {
  account_weight(context, {this->layer(), "bias", Pass::forward}, *in.x[1], memory);
}

template class MatrixProduct<float>;
template class MatrixProduct<double>;
template class Bias<float>;
template class Bias<double>;

}  // namespace exmy
