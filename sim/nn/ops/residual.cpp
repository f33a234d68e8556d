#include "sim/nn/ops/residual.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {

template <class T>
Tensor<T> Add<T>::forward(Context& context, const Inputs<T>& in) {
  return Projector<T>(context, this->layer(), "add", Pass::forward, Role::elementwise)
      .add(*in.x[0], *in.x[1]);
}

template <class T>
std::vector<std::optional<Tensor<T>>> Add<T>::backward(Context&, const Inputs<T>& in, const Tensor<T>&,
                                                       Tensor<T> dy) {
  std::vector<std::optional<Tensor<T>>> grads(2);
  for (std::size_t i = 0; i < 2; ++i)
    if (in.needs_grad[i]) grads[i] = dy;
  return grads;
}

template class Add<float>;
template class Add<double>;

}  // namespace exmy
