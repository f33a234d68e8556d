#pragma once
// z = x w, y = P(z + b).

#include "sim/nn/ops/weighted_product.hpp"

namespace exmy {

/// z[...][out] = sum over in of x[...][in] w[out][in]. Inputs: x, w. Both are quantised at each use:
/// forward x w, dgrad dx = dz w, wgrad dw = dz^T x.
template <class T>
class MatrixProduct : public WeightedProduct<T> {
 public:
  explicit MatrixProduct(std::string layer) : WeightedProduct<T>(std::move(layer), "dot") {}

 private:
  Tensor<T> product(Context& context, const DotPlace& place, const Quantized<T>& x, const Quantized<T>& w,
                    Epilogue<T>& then) const override;
  Tensor<T> weight_grad(Context& context, const DotPlace& place, const Quantized<T>& d, const Quantized<T>& x,
                        const Shape& w, Epilogue<T>& then) const override;
  Tensor<T> input_grad(Context& context, const DotPlace& place, const Quantized<T>& d, const Quantized<T>& w,
                       const Shape& x, Epilogue<T>& then) const override;
};

/// y = P(z + b), b of shape [out]; db = sum over the batch. Inputs: z, b.
template <class T>
class Bias : public Op<T> {
 public:
  using Op<T>::Op;
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;
};

}  // namespace exmy
