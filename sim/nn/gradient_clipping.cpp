#include "sim/nn/gradient_clipping.hpp"

#include "sim/ops/dot.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

template <class T>
double sum_of(Context& context, const DotPlace& place, const Tensor<T>& x) {
  const MatrixView<T> row{x.data.data(), 1, x.size(), x.size(), 1, x.format};
  return static_cast<double>(sum_rows(context, place, row).data[0]);
}

template <class T>
std::string clip_op(const Parameter<T>& p) {
  return "clip." + p.name;
}

template <class T>
double sum_of_squares(Context& context, const Parameter<T>& p) {
  const std::string op = clip_op(p);
  const WorkScope work(context.telemetry(), p.layer, op, WorkPhase::optimizer);
  Projector<T> u(context, p.layer, op, Pass::optimizer, Role::update);
  return sum_of(context, {p.layer, op, Pass::optimizer}, u.mul(p.grad, p.grad));
}

/// min(1, c / norm); NaN stays.
template <class T>
double clipping_factor(Context& context, const std::vector<Parameter<T>*>& parameters, double c) {
  const WorkScope work(context.telemetry(), "clip", "norm", WorkPhase::optimizer);
  Projector<T> u(context, "clip", "norm", Pass::optimizer, Role::update);
  Tensor<T> sums({parameters.size()}, u.projection().format);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    sums.data[i] = static_cast<T>(u.constant(sum_of_squares(context, *parameters[i])));
  const double norm = u.root(sum_of(context, {"clip", "norm", Pass::optimizer}, sums));
  const double limit = u.constant(c);
  return norm <= limit ? 1 : u.quotient(limit, norm);
}

}  // namespace

template <class T>
void clip_gradients(Context& context, const std::vector<Parameter<T>*>& parameters, double c) {
  const double f = clipping_factor(context, parameters, c);
  for (Parameter<T>* p : parameters) {
    const std::string op = clip_op(*p);
    const WorkScope work(context.telemetry(), p->layer, op, WorkPhase::optimizer);
    Projector<T> site(context, p->layer, op, Pass::optimizer, Role::weight_grad);
    p->grad = site.mul(std::move(p->grad), f);
  }
}

template void clip_gradients(Context&, const std::vector<Parameter<float>*>&, double);
template void clip_gradients(Context&, const std::vector<Parameter<double>*>&, double);

}  // namespace exmy
