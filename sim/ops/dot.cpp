#include "sim/ops/dot.hpp"

#include "formats/arithmetic.hpp"
#include "sim/ops/projector.hpp"
#include "sim/ops/reduce.hpp"

namespace exmy {

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixView<T>& a, const MatrixView<T>& b) {
  return batched_dot(context, place, MatrixBatch<T>(a), MatrixBatch<T>(b));
}

namespace {

/// a, b: anything that has a scale.
template <class T, class A, class B>
Tensor<T> times_scales(Context& context, const DotPlace& place, Tensor<T> acc, const A& a, const B& b) {
  if (!a.scaled && !b.scaled) return acc;
  const double scale = mul(Projection{}, a.scale, b.scale).value;
  return Projector<T>(context, place.layer, "rescale", place.pass, Role::elementwise).mul(acc, scale);
}

}  // namespace

template <class T>
Tensor<T> rescaled(Context& context, const DotPlace& place, Tensor<T> acc, const Quantized<T>& a,
                   const Quantized<T>& b) {
  return times_scales(context, place, std::move(acc), a, b);
}

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const QuantizedView<T>& a, const QuantizedView<T>& b) {
  return times_scales(context, place, dot(context, place, a.matrix, b.matrix), a, b);
}

template <class T>
Tensor<T> sum_rows(Context& context, const DotPlace& place, const MatrixView<T>& x) {
  const DotSites sites{nullptr, &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  const std::vector<T> ones(x.columns, T{1});
  constexpr Format two_bits{.exponent_bits = 2, .mantissa_bits = 1, .bias = 1};
  const MatrixView<T> a{ones.data(), 1, x.columns, x.columns, 1, two_bits};
  Tensor<T> y = reduce(context, sites, MatrixBatch<T>(a), MatrixBatch<T>(x.transposed()));
  y.shape = {x.rows};
  return y;
}

#define EXMY_INSTANTIATE(T)                                                                            \
  template Tensor<T> rescaled(Context&, const DotPlace&, Tensor<T>, const Quantized<T>&,               \
                              const Quantized<T>&);                                                    \
  template Tensor<T> dot(Context&, const DotPlace&, const MatrixView<T>&, const MatrixView<T>&);       \
  template Tensor<T> dot(Context&, const DotPlace&, const QuantizedView<T>&, const QuantizedView<T>&); \
  template Tensor<T> sum_rows(Context&, const DotPlace&, const MatrixView<T>&);
EXMY_INSTANTIATE(float)
EXMY_INSTANTIATE(double)

}  // namespace exmy
