#include "sim/ops/dot.hpp"

#include "formats/catalog.hpp"
#include "sim/ops/reduce.hpp"

namespace exmy {

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixBatch<T>& a, const MatrixBatch<T>& b,
              Epilogue<T>& then) {
  const DotSites sites{&context.at(place.layer, place.op, place.pass, Role::product),
                       &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  if (!context.evaluating()) {
    const MacKey key{name_of(a.first.format), name_of(b.first.format),
                     name_of(sites.accumulator->treatment.quantizer.projection.format)};
    context.telemetry().macs[key] += a.count() * a.first.rows * a.first.columns * b.first.columns;
  }
  return reduce(context, sites, a, b, then);
}

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const MatrixView<T>& a, const MatrixView<T>& b) {
  Epilogue<T> nothing(context, place);
  return dot(context, place, MatrixBatch<T>(a), MatrixBatch<T>(b), nothing);
}

template <class T>
Tensor<T> dot(Context& context, const DotPlace& place, const QuantizedView<T>& a, const QuantizedView<T>& b) {
  Epilogue<T> then(context, place);
  then.rescale(*a.operand, *b.operand);
  Tensor<T> y = dot(context, place, a.matrices, b.matrices, then);
  then.finish();
  return y;
}

template <class T>
Tensor<T> sum_rows(Context& context, const DotPlace& place, const MatrixView<T>& x) {
  const DotSites sites{nullptr, &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  const std::vector<T> ones(x.columns, T{1});
  constexpr Format two_bits{.exponent_bits = 2, .mantissa_bits = 1, .bias = 1};
  const MatrixView<T> a{ones.data(), 1, x.columns, x.columns, 1, two_bits};
  Epilogue<T> nothing(context, place);
  Tensor<T> y = reduce(context, sites, MatrixBatch<T>(a), MatrixBatch<T>(x.transposed()), nothing);
  y.shape = {x.rows};
  return y;
}

#define EXMY_INSTANTIATE(T)                                                                            \
  template Tensor<T> dot(Context&, const DotPlace&, const MatrixBatch<T>&, const MatrixBatch<T>&,      \
                         Epilogue<T>&);                                                                \
  template Tensor<T> dot(Context&, const DotPlace&, const MatrixView<T>&, const MatrixView<T>&);       \
  template Tensor<T> dot(Context&, const DotPlace&, const QuantizedView<T>&, const QuantizedView<T>&); \
  template Tensor<T> sum_rows(Context&, const DotPlace&, const MatrixView<T>&);
EXMY_INSTANTIATE(float)
EXMY_INSTANTIATE(double)

}  // namespace exmy
