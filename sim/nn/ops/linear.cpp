#include "sim/nn/ops/linear.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

template <class T>
MatrixBatch<T> whole(const Quantized<T>& x) {
  return QuantizedView<T>(x).matrices;
}

}  // namespace

template <class T>
Tensor<T> MatrixProduct<T>::product(Context& context, const DotPlace& place, const Quantized<T>& x,
                                    const Quantized<T>& w, Epilogue<T>& then) const {
  Tensor<T> z = dot(context, place, whole(x), whole(w).transposed(), then);
  z.shape = x.q.shape;
  z.shape.back() = w.q.rows();
  return z;
}

template <class T>
Tensor<T> MatrixProduct<T>::weight_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                                        const Quantized<T>& x, const Shape&, Epilogue<T>& then) const {
  return dot(context, place, whole(d).transposed(), whole(x), then);
}

template <class T>
Tensor<T> MatrixProduct<T>::input_grad(Context& context, const DotPlace& place, const Quantized<T>& d,
                                       const Quantized<T>& w, const Shape& x, Epilogue<T>& then) const {
  Tensor<T> dx = dot(context, place, whole(d), whole(w), then);
  dx.shape = x;
  return dx;
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

template <class T>
void Bias<T>::account(Context& context, const Inputs<T>& in, const Tensor<T>&, MemoryLedger& memory) const {
  account_weight(context, this->layer(), "bias", *in.x[1], memory);
}

template class MatrixProduct<float>;
template class MatrixProduct<double>;
template class Bias<float>;
template class Bias<double>;

}  // namespace exmy
