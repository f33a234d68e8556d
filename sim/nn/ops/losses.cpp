#include "sim/nn/ops/losses.hpp"

#include <algorithm>

#include "sim/nn/row_maxima.hpp"
#include "sim/ops/dot.hpp"

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

/// Rows of x, all of them or those of these numbers.
template <class T>
Tensor<T> chosen_rows(const Tensor<T>& x, const std::vector<std::size_t>& rows) {
  const std::size_t n = x.columns();
  Tensor<T> out({rows.size(), n}, x.format);
  if (rows.size() == x.rows()) {
    out.data = x.data;
    return out;
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(x.data.data() + rows[i] * n, n, out.data.data() + i * n);
  return out;
}

/// The reverse, in a tensor of that shape; the other rows are +0.
template <class T>
Tensor<T> spread_rows(Tensor<T> x, const Shape& shape, const std::vector<std::size_t>& rows) {
  const std::size_t n = shape.back();
  if (x.size() == size_of(shape)) {
    x.shape = shape;
    return x;
  }
  Tensor<T> out(shape, x.format);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(x.data.data() + i * n, n, out.data.data() + rows[i] * n);
  return out;
}

/// P(sum l / n).
template <class T>
Tensor<T> mean(Context& context, const char* op, Projector<T>& loss, const Tensor<T>& l) {
  const MatrixView<T> row{l.data.data(), 1, l.size(), l.size(), 1, l.format};
  const Tensor<T> sum = sum_rows(context, {"loss", op, Pass::forward}, row);
  return loss.div(sum, static_cast<double>(std::max<std::size_t>(1, l.size())));
}

}  // namespace

/// What is taken from log s: d_label, or that of smoothed labels.
template <class T>
Tensor<T> SoftmaxCrossEntropy<T>::label_terms(Context& context, Projector<T>& loss,
                                              const Tensor<T>& d) const {
  const Tensor<T> label = picked(d, labels_);
  if (smoothing_ == 0) return label;
  const double b = loss.quotient(smoothing_, static_cast<double>(d.columns()));
  const double a = loss.constant(1 - smoothing_);
  const Tensor<T> sum = sum_rows(context, {"loss", "cross_entropy", Pass::forward}, matrix(d));
  const Tensor<T> of_label = loss.mul(label, a);
  return loss.add(of_label, loss.mul(sum, b));
}

/// y: what p should be.
template <class T>
Tensor<T> SoftmaxCrossEntropy<T>::truth(Projector<T>& loss) const {
  Tensor<T> y(p_.shape, smoothing_ == 0 ? Format{} : loss.projection().format);
  double at_label = 1;
  if (smoothing_ != 0) {
    const double b = loss.quotient(smoothing_, static_cast<double>(y.columns()));
    const double a = loss.constant(1 - smoothing_);
    at_label = loss.sum(a, b);
    std::fill(y.data.begin(), y.data.end(), static_cast<T>(b));
  }
  for (std::size_t r = 0; r < y.rows(); ++r)
    y.data[r * y.columns() + static_cast<std::size_t>(labels_[r])] = static_cast<T>(at_label);
  return y;
}

template <class T>
Tensor<T> SoftmaxCrossEntropy<T>::forward(Context& context, const Inputs<T>& in) {
  if (context.evaluating()) smoothing_ = 0;
  for (std::size_t r = 0; r < labels_.size(); ++r)
    if (labels_[r] != ignored_label) rows_.push_back(r);
  std::erase(labels_, ignored_label);
  const Tensor<T> x = chosen_rows(*in.x[0], rows_);
  Projector<T> soft(context, "loss", "softmax", Pass::forward, Role::elementwise);
  Projector<T> loss(context, "loss", "cross_entropy", Pass::forward, Role::loss);
  const Tensor<T> m = row_maxima(x);
  const Tensor<T> d = soft.sub(x, Operand<T>::column_vector(m));
  const Tensor<T> e = soft.apply(functions::Function::exp, d);
  const Tensor<T> s = sum_rows(context, {"loss", "softmax", Pass::forward}, matrix(e));
  p_ = soft.div(e, Operand<T>::column_vector(s));
  const Tensor<T> logarithm = loss.apply(functions::Function::log, s);
  const Tensor<T> l = loss.sub(logarithm, label_terms(context, loss, d));
  return mean(context, "cross_entropy", loss, l);
}

template <class T>
std::vector<std::optional<Tensor<T>>> SoftmaxCrossEntropy<T>::backward(Context& context, const Inputs<T>& in,
                                                                       const Tensor<T>&, Tensor<T>) {
  Projector<T> loss(context, "loss", "cross_entropy", Pass::dgrad, Role::loss);
  const double c = loss.quotient(loss_scale_, static_cast<double>(std::max<std::size_t>(1, rows_.size())));
  const Tensor<T> y = truth(loss);
  return {spread_rows(loss.mul(loss.sub(p_, y), c), in.x[0]->shape, rows_)};
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
