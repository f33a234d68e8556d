#include "sim/nn/ops/log_softmax.hpp"

#include "sim/nn/row_maxima.hpp"
#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> LogSoftmax<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  Projector<T> p(context, this->layer(), "log_softmax", Pass::forward, Role::elementwise);
  const Tensor<T> d = p.sub(x, Operand<T>::column_vector(row_maxima(x)));
  const Tensor<T> e = p.apply(functions::Function::exp, d);
  const Tensor<T> s = sum_rows(context, {this->layer(), "log_softmax", Pass::forward}, matrix(e));
  return p.sub(d, Operand<T>::column_vector(p.apply(functions::Function::log, s)));
}

template <class T>
std::vector<std::optional<Tensor<T>>> LogSoftmax<T>::backward(Context& context, const Inputs<T>&,
                                                              const Tensor<T>& y, Tensor<T> dy) {
  Projector<T> p(context, this->layer(), "log_softmax", Pass::dgrad, Role::elementwise);
  const Tensor<T> e = p.apply(functions::Function::exp, y);
  const Tensor<T> t = sum_rows(context, {this->layer(), "log_softmax", Pass::dgrad}, matrix(dy));
  return {p.sub(dy, p.mul(e, Operand<T>::column_vector(t)))};
}

template <class T>
void LogSoftmax<T>::account(Context&, const Inputs<T>&, const Tensor<T>& y, MemoryLedger& memory) const {
  memory.add("activation", y.size(), y.format);
}

template class LogSoftmax<float>;
template class LogSoftmax<double>;

}  // namespace exmy
