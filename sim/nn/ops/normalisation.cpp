#include "sim/nn/ops/normalisation.hpp"

#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// Statistics are one for each row, or one for each column.
template <class T>
Operand<T> over(Normalisation kind, const Tensor<T>& statistic) {
  return kind == Normalisation::batch ? Operand<T>::row_vector(statistic)
                                      : Operand<T>::column_vector(statistic);
}

template <class T>
std::size_t shared_by(Normalisation kind, const Tensor<T>& x) {
  return kind == Normalisation::batch ? x.rows() : x.columns();
}

/// P(sum / n) along the direction of the statistics.
template <class T>
Tensor<T> mean_of(Context& context, Normalisation kind, const DotPlace& place, const Tensor<T>& x) {
  const MatrixView<T> m = matrix(x);
  const Tensor<T> sum = sum_rows(context, place, kind == Normalisation::batch ? m.transposed() : m);
  Projector<T> p(context, place.layer, place.op, place.pass, Role::elementwise);
  return p.div(sum, static_cast<double>(shared_by(kind, x)));
}

}  // namespace

template <class T>
NormalisationOp<T>::NormalisationOp(std::string layer, Normalisation kind, double eps,
                                    RunningStatistics<T>* running)
    : Op<T>(std::move(layer)), kind_(kind), op_(op_of(kind)), eps_(eps), running_(running) {}

template <class T>
std::string NormalisationOp<T>::op_of(Normalisation kind) {
  switch (kind) {
    case Normalisation::layer: return "layer_norm";
    case Normalisation::rms: return "rms_norm";
    case Normalisation::batch: return "batch_norm";
  }
  return {};
}

template <class T>
typename NormalisationOp<T>::Batch NormalisationOp<T>::statistics(Context& context,
                                                                  const Tensor<T>& x) const {
  const bool evaluates = running_ != nullptr && context.evaluating();
  const DotPlace place{this->layer(), op_, Pass::forward};
  Projector<T> p(context, this->layer(), op_, Pass::forward, Role::elementwise);
  Batch batch{{}, x, {}};
  if (is_centred()) {
    batch.mean = evaluates ? running_->mean : mean_of(context, kind_, place, x);
    batch.d = p.sub(x, over(kind_, batch.mean));
  }
  batch.var = evaluates ? running_->var : mean_of(context, kind_, place, p.mul(batch.d, batch.d));
  return batch;
}

template <class T>
void NormalisationOp<T>::remember(Context& context, const Batch& batch, std::size_t n) const {
  if (running_ == nullptr || context.evaluating()) return;
  Projector<T> p(context, this->layer(), op_, Pass::forward, Role::elementwise);
  Projector<T> state(context, this->layer(), op_, Pass::forward, Role::optimizer_state);
  const auto blend = [&](Tensor<T>& running, const Tensor<T>& now) {
    const Tensor<T> kept = p.mul(running, p.constant(1 - running_->momentum));
    running = state.add(kept, p.mul(now, p.constant(running_->momentum)));
  };
  blend(running_->mean, batch.mean);
  const auto count = static_cast<double>(n);
  blend(running_->var, n > 1 ? p.mul(batch.var, p.constant(count / (count - 1))) : batch.var);
}

template <class T>
Tensor<T> NormalisationOp<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  Projector<T> p(context, this->layer(), op_, Pass::forward, Role::elementwise);
  const Batch batch = statistics(context, x);
  r_ = p.apply(functions::Function::rsqrt, p.add(batch.var, p.constant(eps_)));
  h_ = p.mul(batch.d, over(kind_, r_));
  Projector<T> gain(context, this->layer(), op_ + ".weight", Pass::forward, Role::weight);
  Tensor<T> y = p.mul(h_, Operand<T>::row_vector(gain.quantize(*in.x[1])));
  if (is_centred()) {
    Projector<T> bias(context, this->layer(), op_ + ".bias", Pass::forward, Role::weight);
    y = p.add(y, Operand<T>::row_vector(bias.quantize(*in.x[2])));
  }
  remember(context, batch, shared_by(kind_, x));
  return y;
}

/// q = P(dy) is there.
template <class T>
Tensor<T> NormalisationOp<T>::gain_grad(Context& context, const Tensor<T>& q) const {
  const std::string op = op_ + ".weight";
  const Tensor<T> terms =
      Projector<T>(context, this->layer(), op_, Pass::wgrad, Role::elementwise).mul(q, h_);
  const Tensor<T> dg = sum_rows(context, {this->layer(), op, Pass::wgrad}, matrix(terms).transposed());
  return Projector<T>(context, this->layer(), op, Pass::wgrad, Role::weight_grad).quantize(dg);
}

template <class T>
Tensor<T> NormalisationOp<T>::bias_grad(Context& context, const Tensor<T>& q) const {
  const std::string op = op_ + ".bias";
  const Tensor<T> db = sum_rows(context, {this->layer(), op, Pass::wgrad}, matrix(q).transposed());
  return Projector<T>(context, this->layer(), op, Pass::wgrad, Role::weight_grad).quantize(db);
}

template <class T>
Tensor<T> NormalisationOp<T>::input_grad(Context& context, const Tensor<T>& gain, const Tensor<T>& dy) const {
  const DotPlace place{this->layer(), op_, Pass::dgrad};
  Projector<T> p(context, this->layer(), op_, Pass::dgrad, Role::elementwise);
  Projector<T> weight(context, this->layer(), op_ + ".weight", Pass::dgrad, Role::weight);
  const Tensor<T> e = p.mul(dy, Operand<T>::row_vector(weight.quantize(gain)));
  const Tensor<T> m2 = mean_of(context, kind_, place, p.mul(e, h_));
  const Tensor<T> centred = is_centred() ? p.sub(e, over(kind_, mean_of(context, kind_, place, e))) : e;
  return p.mul(p.sub(centred, p.mul(h_, over(kind_, m2))), over(kind_, r_));
}

template <class T>
std::vector<std::optional<Tensor<T>>> NormalisationOp<T>::backward(Context& context, const Inputs<T>& in,
                                                                   const Tensor<T>&, Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(in.x.size());
  if (in.needs_grad[1]) {
    Projector<T> gradient(context, this->layer(), op_, Pass::wgrad, Role::activation_grad);
    const Tensor<T> q = gradient.quantize(dy);
    grads[1] = gain_grad(context, q);
    if (is_centred()) grads[2] = bias_grad(context, q);
  }
  if (in.needs_grad[0]) grads[0] = input_grad(context, *in.x[1], dy);
  return grads;
}

template <class T>
void NormalisationOp<T>::account(Context&, const Inputs<T>&, const Tensor<T>&, MemoryLedger& memory) const {
  memory.add("activation", h_.size(), h_.format);
  memory.add("activation", r_.size(), r_.format);
}

template class NormalisationOp<float>;
template class NormalisationOp<double>;

}  // namespace exmy
