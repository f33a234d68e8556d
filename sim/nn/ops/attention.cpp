#include "sim/nn/ops/attention.hpp"

#include <cmath>
#include <stdexcept>

#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

template <class T>
QuantizedView<T> heads_of(const SharedOperand<T>& x, std::size_t heads) {
  return {x->value, MatrixBatch<T>::of_heads(x->value.q, heads)};
}

template <class T>
QuantizedView<T> pairs_of(const SharedOperand<T>& x, std::size_t length) {
  return {x->value, MatrixBatch<T>::of_rows(x->value.q, length, length)};
}

/// [B][H][T][D] as [B][T][H D].
template <class T>
Tensor<T> side_by_side(const Tensor<T>& x, const Shape& shape, std::size_t heads) {
  const std::size_t length = shape[1], width = shape[2] / heads;
  Tensor<T> out(shape, x.format);
  const T* from = x.data.data();
  for (std::size_t b = 0; b < shape[0]; ++b)
    for (std::size_t h = 0; h < heads; ++h)
      for (std::size_t t = 0; t < length; ++t, from += width)
        std::copy_n(from, width, out.data.data() + ((b * length + t) * heads + h) * width);
  return out;
}

}  // namespace

template <class T>
VisibleKeys Attention<T>::keys_of(const Tensor<T>& q) const {
  if (!mask_.real.empty() && mask_.real.size() != q.shape[0] * q.shape[1])
    throw std::logic_error("attention: the mask is that of other positions");
  return {mask_, q.shape[0], heads_, q.shape[1]};
}

template <class T>
Tensor<T> Attention<T>::scaled_scores(Context& context, const VisibleKeys& keys, const QuantizedView<T>& q,
                                      const QuantizedView<T>& k, double root) const {
  const DotPlace place{this->layer(), "scores", Pass::forward};
  Projector<T> scaling(context, place.layer, place.op, place.pass, Role::elementwise);
  const double c = scaling.quotient(1, root);
  Epilogue<T> then(context, place);
  then.rescale(*q.operand, *k.operand);
  if (keys.sees_all()) then.mul(scaling, c);
  Tensor<T> s = dot(context, place, q.matrices, k.matrices, then);
  then.finish();
  return keys.sees_all() ? s : scaling.mul(keys.packed(s), c);
}

template <class T>
Tensor<T> Attention<T>::probabilities(Context& context, const VisibleKeys& keys, const Tensor<T>& s) const {
  Projector<T> soft(context, this->layer(), "softmax", Pass::forward, Role::elementwise);
  const Tensor<T> d = soft.sub(s, keys.spread(keys.maxima(s)));
  const Tensor<T> e = soft.apply(functions::Function::exp, d);
  const Tensor<T> sum =
      sum_rows(context, {this->layer(), "softmax", Pass::forward}, matrix(keys.unpacked(e)));
  return soft.div(e, keys.spread(sum));
}

/// Drops some of the visible pairs.
template <class T>
Tensor<T> Attention<T>::dropped(Context& context, const VisibleKeys& keys, const Tensor<T>& p) {
  const Tensor<T> seen = keys.packed(p);
  drops_.draw(context, this->layer(), dropout_, seen.size());
  return keys.unpacked(drops_.kept(context, this->layer(), Pass::forward, seen));
}

template <class T>
Tensor<T> Attention<T>::forward(Context& context, const Inputs<T>& in) {
  const DotPlace scores{this->layer(), "scores", Pass::forward};
  const DotPlace mix{this->layer(), "context", Pass::forward};
  const Shape& shape = in.x[0]->shape;
  const VisibleKeys keys = keys_of(*in.x[0]);
  const auto q = quantize(context, scores, Role::activation, *in.x[0]);
  const auto k = quantize(context, scores, Role::activation, *in.x[1]);
  const Tensor<T> s = scaled_scores(context, keys, heads_of(q, heads_), heads_of(k, heads_).transposed(),
                                    std::sqrt(static_cast<double>(shape[2] / heads_)));
  Tensor<T> probability = keys.unpacked(probabilities(context, keys, s));
  Tensor<T> a;
  const bool drops = dropout_ > 0 && !context.evaluating();
  if (drops) a = dropped(context, keys, probability);
  const auto p = quantize(context, mix, Role::activation, drops ? a : probability);
  const auto v = quantize(context, mix, Role::activation, *in.x[2]);
  if (!context.evaluating())
    p_ = std::move(probability), a_ = std::move(a), q_ = q, k_ = k, v_ = v, rounded_p_ = p;
  return side_by_side(dot(context, mix, pairs_of(p, shape[1]), heads_of(v, heads_)), shape, heads_);
}

template <class T>
Tensor<T> Attention<T>::scores_grad(Context& context, const VisibleKeys& keys, const Tensor<T>& dp,
                                    double root) const {
  Projector<T> soft(context, this->layer(), "softmax", Pass::dgrad, Role::elementwise);
  const Tensor<T> p = keys.packed(p_);
  const Tensor<T> weighted = keys.unpacked(soft.mul(dp, p));
  const Tensor<T> t = sum_rows(context, {this->layer(), "softmax", Pass::dgrad}, matrix(weighted));
  const Tensor<T> ds = soft.mul(soft.sub(dp, keys.spread(t)), p);
  Projector<T> scaling(context, this->layer(), "scores", Pass::dgrad, Role::elementwise);
  const double c = scaling.quotient(1, root);
  return keys.unpacked(scaling.mul(ds, c));
}

template <class T>
std::vector<std::optional<Tensor<T>>> Attention<T>::backward(Context& context, const Inputs<T>& in,
                                                             const Tensor<T>&, Tensor<T> dy) {
  const DotPlace scores{this->layer(), "scores", Pass::dgrad}, mix{this->layer(), "context", Pass::dgrad};
  const Shape& shape = in.x[0]->shape;
  const std::size_t length = shape[1];
  const VisibleKeys keys = keys_of(*in.x[0]);
  std::vector<std::optional<Tensor<T>>> grads(3);
  const auto g = quantize(context, mix, Role::activation_grad, dy);
  if (in.needs_grad[2]) {
    const auto p = quantize(context, mix, Role::activation, dropout_ > 0 ? a_ : p_, rounded_p_);
    grads[2] =
        side_by_side(dot(context, mix, pairs_of(p, length).transposed(), heads_of(g, heads_)), shape, heads_);
  }
  if (!in.needs_grad[0] && !in.needs_grad[1]) return grads;
  const auto v = quantize(context, mix, Role::activation, *in.x[2], v_);
  Tensor<T> dp = keys.packed(dot(context, mix, heads_of(g, heads_), heads_of(v, heads_).transposed()));
  if (dropout_ > 0) dp = drops_.kept(context, this->layer(), Pass::dgrad, dp);
  const Tensor<T> dz = scores_grad(context, keys, dp, std::sqrt(static_cast<double>(shape[2] / heads_)));
  const auto d = quantize(context, scores, Role::activation_grad, dz);
  if (in.needs_grad[0]) {
    const auto k = quantize(context, scores, Role::activation, *in.x[1], k_);
    grads[0] = side_by_side(dot(context, scores, pairs_of(d, length), heads_of(k, heads_)), shape, heads_);
  }
  if (in.needs_grad[1]) {
    const auto q = quantize(context, scores, Role::activation, *in.x[0], q_);
    grads[1] = side_by_side(dot(context, scores, pairs_of(d, length).transposed(), heads_of(q, heads_)),
                            shape, heads_);
  }
  return grads;
}

template <class T>
void Attention<T>::account(Context& context, const Inputs<T>& in, const Tensor<T>&,
                           MemoryLedger& memory) const {
  const auto format_at = [&](const char* op, Pass pass, Role role) {
    return context.at(this->layer(), op, pass, role).treatment.quantizer.projection.format;
  };
  for (std::size_t i = 0; i < 3; ++i)
    memory.add("activation", in.x[i]->size(),
               format_at(i < 2 ? "scores" : "context", Pass::dgrad, Role::activation));
  memory.add("activation", p_.size(), p_.format);
  memory.add("activation", a_.size(), a_.format);
  memory.at_least("activation_grad", p_.size(), format_at("scores", Pass::dgrad, Role::activation_grad));
}

template class Attention<float>;
template class Attention<double>;

}  // namespace exmy
