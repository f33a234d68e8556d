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

using functions::Function;

/// dx = P(dy P(f'(x))).
template <class T>
Tensor<T> smooth_grad(Projector<T> p, Function derivative, const Tensor<T>& x, const Tensor<T>& dy) {
  return p.mul(dy, p.apply(derivative, x));
}

}  // namespace

std::string op_of(Activation f) {
  switch (f) {
    case Activation::none: return "none";
    case Activation::relu: return "relu";
    case Activation::tanh: return "tanh";
    case Activation::sigmoid: return "sigmoid";
    case Activation::gelu: return "gelu";
    case Activation::gelu_tanh: return "gelu_tanh";
    case Activation::silu: return "silu";
  }
  return {};
}

template <class T>
Tensor<T> ActivationOp<T>::forward(Context& context, const Inputs<T>& in) {
  const Tensor<T>& x = *in.x[0];
  const auto projected = [&](Function f) {
    return Projector<T>(context, this->layer(), op_of(f_), Pass::forward, Role::elementwise).apply(f, x);
  };
  switch (f_) {
    case Activation::none: return x;
    case Activation::relu: return relu(x);
    case Activation::tanh: return projected(Function::tanh);
    case Activation::sigmoid: return projected(Function::sigmoid);
    case Activation::gelu: return projected(Function::gelu);
    case Activation::gelu_tanh: return projected(Function::gelu_tanh);
    case Activation::silu: return projected(Function::silu);
  }
  return x;
}

template <class T>
std::vector<std::optional<Tensor<T>>> ActivationOp<T>::backward(Context& context, const Inputs<T>& in,
                                                                const Tensor<T>& y, Tensor<T> dy) {
  const Tensor<T>& x = *in.x[0];
  std::vector<std::optional<Tensor<T>>> grads(1);
  const auto site = [&] {
    return Projector<T>(context, this->layer(), op_of(f_), Pass::dgrad, Role::elementwise);
  };
  switch (f_) {
    case Activation::none: grads[0] = std::move(dy); break;
    case Activation::relu: grads[0] = relu_grad(x, std::move(dy)); break;
    case Activation::tanh: grads[0] = tanh_grad(site(), y, dy); break;
    case Activation::sigmoid: grads[0] = sigmoid_grad(site(), y, dy); break;
    case Activation::gelu: grads[0] = smooth_grad(site(), Function::gelu_grad, x, dy); break;
    case Activation::gelu_tanh: grads[0] = smooth_grad(site(), Function::gelu_tanh_grad, x, dy); break;
    case Activation::silu: grads[0] = smooth_grad(site(), Function::silu_grad, x, dy); break;
  }
  return grads;
}

/// relu's mask is in its output, which the next operation keeps; the curves need y, or x, which have one shape.
template <class T>
void ActivationOp<T>::account(Context&, const Inputs<T>& in, const Tensor<T>& y, MemoryLedger& memory) const {
  switch (f_) {
    case Activation::none:
    case Activation::relu: break;
    case Activation::tanh:
    case Activation::sigmoid: memory.add("activation", y.size(), y.format); break;
    case Activation::gelu:
    case Activation::gelu_tanh:
    case Activation::silu: memory.add("activation", y.size(), in.x[0]->format); break;
  }
}

template class ActivationOp<float>;
template class ActivationOp<double>;

}  // namespace exmy
