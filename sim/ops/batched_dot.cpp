#include "sim/ops/batched_dot.hpp"

#include "formats/catalog.hpp"
#include "sim/ops/reduce.hpp"

namespace exmy {

template <class T>
Tensor<T> batched_dot(Context& context, const DotPlace& place, const MatrixBatch<T>& a,
                      const MatrixBatch<T>& b) {
  const DotSites sites{&context.at(place.layer, place.op, place.pass, Role::product),
                       &context.at(place.layer, place.op, place.pass, Role::accumulator)};
  if (!context.evaluating()) {
    const MacKey key{name_of(a.first.format), name_of(b.first.format),
                     name_of(sites.accumulator->treatment.quantizer.projection.format)};
    context.telemetry().macs[key] += a.count() * a.first.rows * a.first.columns * b.first.columns;
  }
  return reduce(context, sites, a, b);
}

template Tensor<float> batched_dot(Context&, const DotPlace&, const MatrixBatch<float>&,
                                   const MatrixBatch<float>&);
template Tensor<double> batched_dot(Context&, const DotPlace&, const MatrixBatch<double>&,
                                    const MatrixBatch<double>&);

}  // namespace exmy
