#include "sim/nn/ops/losses.hpp"

#include "sim/nn/row_maxima.hpp"
#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// x[r][labels[r]].
template <class T>
Tensor<T> picked(const Tensor<T>& x, const std::vector<std::int32_t>& labels) {
  Tensor<T> out({x.rows()}, x.format);
  for (std::size_t r = 0; r < x.rows(); ++r)
    out.data[r] = x.data[r * x.columns() + static_cast<std::size_t>(labels[r])];
  return out;
}

template <class T>
Tensor<T> one_hot(const Shape& shape, const std::vector<std::int32_t>& labels) {
  Tensor<T> y(shape, Format{});
  for (std::size_t r = 0; r < y.rows(); ++r)
    y.data[r * y.columns() + static_cast<std::size_t>(labels[r])] = T{1};
  return y;
}

/// P(sum l / n).
template <class T>
Tensor<T> mean(Context& context, const char* op, Projector<T>& loss, const Tensor<T>& l) {
  const MatrixView<T> row{l.data.data(), 1, l.size(), l.size(), 1, l.format};
  const Tensor<T> sum = sum_rows(context, {"loss", op, Pass::forward}, row);
  return loss.div(sum, static_cast<double>(l.size()));
}

}  // namespace

template <class T>
Tensor<T> SoftmaxCrossEntropy<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  Projector<T> soft(context, "loss", "softmax", Pass::forward, Role::elementwise);
  Projector<T> loss(context, "loss", "cross_entropy", Pass::forward, Role::loss);
  const Tensor<T> m = row_maxima(x);
  const Tensor<T> d = soft.sub(x, Operand<T>::column_vector(m));
  const Tensor<T> e = soft.apply(functions::Function::exp, d);
  const Tensor<T> s = sum_rows(context, {"loss", "softmax", Pass::forward}, matrix(e));
  p_ = soft.div(e, Operand<T>::column_vector(s));
  const Tensor<T> l = loss.sub(loss.apply(functions::Function::log, s), picked(d, labels_));
  return mean(context, "cross_entropy", loss, l);
}

template <class T>
std::vector<std::optional<Tensor<T>>> SoftmaxCrossEntropy<T>::backward(Context& context, const Inputs<T>&,
                                                                       const Tensor<T>&, Tensor<T>) {
  Projector<T> loss(context, "loss", "cross_entropy", Pass::dgrad, Role::loss);
  const double c = loss.quotient(loss_scale_, static_cast<double>(labels_.size()));
  return {loss.mul(loss.sub(p_, one_hot<T>(p_.shape, labels_)), c)};
}

template <class T>
Tensor<T> MeanSquaredError<T>::forward(Context& context, const Inputs<T>& in) {
  Projector<T> loss(context, "loss", "mse", Pass::forward, Role::loss);
  d_ = loss.sub(*in.x[0], targets_);
  return mean(context, "mse", loss, loss.mul(d_, d_));
}

template <class T>
std::vector<std::optional<Tensor<T>>> MeanSquaredError<T>::backward(Context& context, const Inputs<T>&,
                                                                    const Tensor<T>&, Tensor<T>) {
  Projector<T> loss(context, "loss", "mse", Pass::dgrad, Role::loss);
  const double c = loss.quotient(2 * loss_scale_, static_cast<double>(d_.size()));
  return {loss.mul(d_, c)};
}

template <class T>
void SoftmaxCrossEntropy<T>::account(Context&, const Inputs<T>&, const Tensor<T>&,
                                     MemoryLedger& memory) const {
  memory.add("activation", p_.size(), p_.format);
}

template <class T>
void MeanSquaredError<T>::account(Context&, const Inputs<T>&, const Tensor<T>&, MemoryLedger& memory) const {
  memory.add("activation", d_.size(), d_.format);
}

template class SoftmaxCrossEntropy<float>;
template class SoftmaxCrossEntropy<double>;
template class MeanSquaredError<float>;
template class MeanSquaredError<double>;

}  // namespace exmy
