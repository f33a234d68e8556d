#include "sim/nn/ops/binary_cross_entropy.hpp"

#include <cmath>

#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// Exact: in the format of x. NaN stays.
template <class T, class F>
Tensor<T> mapped(Tensor<T> x, const F& f) {
  for (T& v : x.data) v = f(v);
  return x;
}

}  // namespace

template <class T>
Tensor<T> BinaryCrossEntropy<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  Projector<T> p(context, "loss", "bce", Pass::forward, Role::loss);
  const Tensor<T> positive = mapped(x, [](T v) { return v <= T{0} ? T{0} : v; });
  const Tensor<T> minus = mapped(x, [](T v) { return -std::fabs(v); });
  const Tensor<T> linear = p.sub(positive, p.mul(x, targets_));
  const Tensor<T> curved = p.apply(functions::Function::log1p, p.apply(functions::Function::exp, minus));
  const Tensor<T> l = p.add(linear, curved);
  const MatrixView<T> row{l.data.data(), 1, l.size(), l.size(), 1, l.format};
  return p.div(sum_rows(context, {"loss", "bce", Pass::forward}, row), static_cast<double>(l.size()));
}

template <class T>
std::vector<std::optional<Tensor<T>>> BinaryCrossEntropy<T>::backward(Context& context, const Inputs<T>& in,
                                                                      const Tensor<T>&, Tensor<T>) {
  Projector<T> p(context, "loss", "bce", Pass::dgrad, Role::loss);
  const double c = p.quotient(loss_scale_, static_cast<double>(targets_.size()));
  return {p.mul(p.sub(p.apply(functions::Function::sigmoid, *in.x[0]), targets_), c)};
}

/// The gradient needs the logits and the targets.
template <class T>
void BinaryCrossEntropy<T>::account(Context&, const Inputs<T>& in, const Tensor<T>&,
                                    MemoryLedger& memory) const {
  memory.add("activation", targets_.size(), in.x[0]->format);
  memory.add("activation", targets_.size(), targets_.format);
}

template class BinaryCrossEntropy<float>;
template class BinaryCrossEntropy<double>;

}  // namespace exmy
