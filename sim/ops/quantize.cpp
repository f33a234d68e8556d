#include "sim/ops/quantize.hpp"

namespace exmy {
namespace {

template <class T>
bool is_repetition(const QuantizedOperand<T>& a, const Context& context, const Projector<T>& site,
                   const Format& from) {
  return a.how == site.quantizer() && !is_stochastic(a.how.projection.rounding) && a.from == from &&
         a.step == context.step() && !context.evaluating() && a.is_counted == site.is_counted();
}

}  // namespace

template <class T>
SharedOperand<T> quantize(Context& context, const DotPlace& place, Role role, const Tensor<T>& x,
                          const SharedOperand<T>& same) {
  Projector<T> site(context, place.layer, place.op, place.pass, role);
  if (same && is_repetition(*same, context, site, x.format)) {
    site.repeat(same->done, x.format);
    return same;
  }
  auto out = std::make_shared<QuantizedOperand<T>>();
  out->how = site.quantizer();
  out->from = x.format;
  out->step = context.step();
  out->is_counted = site.is_counted();
  out->value.q = site.quantize_scaled(x, &out->done);
  out->value.scaled = site.scale().granularity == Granularity::tensor;
  out->value.scale = site.scale().value;
  return out;
}

template SharedOperand<float> quantize(Context&, const DotPlace&, Role, const Tensor<float>&,
                                       const SharedOperand<float>&);
template SharedOperand<double> quantize(Context&, const DotPlace&, Role, const Tensor<double>&,
                                        const SharedOperand<double>&);

}  // namespace exmy
