#include "sim/nn/ops/weighted_product.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> WeightedProduct<T>::forward(Context& context, const Inputs<T>& in) {
  const DotPlace place = at(Pass::forward);
  const auto x = quantize(context, place, Role::activation, *in.x[0]);
  const auto w = quantize(context, place, Role::weight, *in.x[1]);
  if (!context.evaluating()) x_ = x, w_ = w;
  Epilogue<T> then(context, place);
  then.rescale(x->value, w->value);
  Tensor<T> y = product(context, place, x->value, w->value, then);
  then.finish();
  return y;
}

template <class T>
std::vector<std::optional<Tensor<T>>> WeightedProduct<T>::backward(Context& context, const Inputs<T>& in,
                                                                   const Tensor<T>&, Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(2);
  SharedOperand<T> d;
  const SharedOperand<T> forward_x = std::move(x_), forward_w = std::move(w_);
  if (in.needs_grad[1]) {
    const DotPlace place = at(Pass::wgrad);
    d = quantize(context, place, Role::activation_grad, dy);
    const auto x = quantize(context, place, Role::activation, *in.x[0], forward_x);
    Epilogue<T> then(context, place);
    then.rescale(d->value, x->value);
    then.quantize(Projector<T>(context, this->layer(), op_, Pass::wgrad, Role::weight_grad));
    grads[1] = weight_grad(context, place, d->value, x->value, in.x[1]->shape, then);
    then.finish();
  }
  if (in.needs_grad[0]) {
    const DotPlace place = at(Pass::dgrad);
    d = quantize(context, place, Role::activation_grad, dy, d);
    const auto w = quantize(context, place, Role::weight, *in.x[1], forward_w);
    Epilogue<T> then(context, place);
    then.rescale(d->value, w->value);
    grads[0] = input_grad(context, place, d->value, w->value, in.x[0]->shape, then);
    then.finish();
  }
  return grads;
}

template <class T>
void WeightedProduct<T>::account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                 MemoryLedger& memory) const {
  const SiteState& x = context.at(this->layer(), op_, Pass::wgrad, Role::activation);
  const SiteState& dy = context.at(this->layer(), op_, Pass::wgrad, Role::activation_grad);
  memory.add("activation", in.x[0]->size(), x.treatment.quantizer.projection.format);
  memory.at_least("activation_grad", y.size(), dy.treatment.quantizer.projection.format);
  account_weight(context, this->layer(), op_, *in.x[1], memory);
}

template class WeightedProduct<float>;
template class WeightedProduct<double>;

}  // namespace exmy
