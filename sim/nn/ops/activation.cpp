#include "sim/nn/ops/activation.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// NaN stays NaN: max propagates it.
template <class T>
Tensor<T> relu(Tensor<T> x) {
  for (T& v : x.data) v = v <= T{0} ? T{0} : v;  // without a branch: signs are unpredictable
  return x;
}

template <class T>
Tensor<T> relu_grad(const Tensor<T>& x, Tensor<T> dy) {
  T* d = dy.data.data();
  for (std::size_t i = 0; i < x.size(); ++i) d[i] = x.data[i] > T{0} ? d[i] : T{0};
  return dy;
}

template <class T>
Tensor<T> tanh_grad(Projector<T> p, const Tensor<T>& y, const Tensor<T>& dy) {
  return p.mul(dy, p.sub(1.0, p.mul(y, y)));
}

template <class T>
Tensor<T> sigmoid_grad(Projector<T> p, const Tensor<T>& y, const Tensor<T>& dy) {
  return p.mul(dy, p.mul(y, p.sub(1.0, y)));
}

}  // namespace

template <class T>
Tensor<T> ActivationOp<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  switch (f_) {
    case Activation::none: return x;
    case Activation::relu: return relu(x);
    case Activation::tanh:
      return Projector<T>(context, this->layer(), "tanh", Pass::forward, Role::elementwise)
          .apply(functions::Function::tanh, x);
    case Activation::sigmoid:
      return Projector<T>(context, this->layer(), "sigmoid", Pass::forward, Role::elementwise)
          .apply(functions::Function::sigmoid, x);
  }
  return x;
}

template <class T>
std::vector<std::optional<Tensor<T>>> ActivationOp<T>::backward(Context& context, const Inputs<T>& in,
                                                                const Tensor<T>& y, Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(1);
  const auto site = [&](const char* op) {
    return Projector<T>(context, this->layer(), op, Pass::dgrad, Role::elementwise);
  };
  switch (f_) {
    case Activation::none: grads[0] = std::move(dy); break;
    case Activation::relu: grads[0] = relu_grad(*in.x[0], std::move(dy)); break;
    case Activation::tanh: grads[0] = tanh_grad(site("tanh"), y, dy); break;
    case Activation::sigmoid: grads[0] = sigmoid_grad(site("sigmoid"), y, dy); break;
  }
  return grads;
}

/// relu's mask is in its output, which the next operation keeps.
template <class T>
void ActivationOp<T>::account(Context&, const Inputs<T>&, const Tensor<T>& y, MemoryLedger& memory) const {
  if (f_ == Activation::tanh || f_ == Activation::sigmoid) memory.add("activation", y.size(), y.format);
}

template class ActivationOp<float>;
template class ActivationOp<double>;

}  // namespace exmy
