#include "sim/nn/gradient_sums.hpp"

#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

template <class T>
std::string accumulate_op(const Parameter<T>& p) {
  return "accumulate." + p.name;
}

template <class T>
Projector<T> site_of(Context& context, const Parameter<T>& p) {
  return {context, p.layer, accumulate_op(p), Pass::optimizer, Role::weight_grad};
}

}  // namespace

template <class T>
void GradientSums<T>::add() {
  sums_.resize(parameters_.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    Parameter<T>& p = *parameters_[i];
    const std::string op = accumulate_op(p);
    const WorkScope work(context_->telemetry(), p.layer, op, WorkPhase::optimizer);
    if (added_ == 0)
      sums_[i] = std::move(p.grad);
    else
      sums_[i] = site_of(*context_, p).add(std::move(sums_[i]), p.grad);
  }
  ++added_;
}

template <class T>
void GradientSums<T>::take_mean() {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    Parameter<T>& p = *parameters_[i];
    const std::string op = accumulate_op(p);
    const WorkScope work(context_->telemetry(), p.layer, op, WorkPhase::optimizer);
    p.grad = site_of(*context_, p).div(std::move(sums_[i]), static_cast<double>(added_));
  }
}

template <class T>
void GradientSums<T>::account(Context& context, const Parameter<T>& p, MemoryLedger& memory) {
  const SiteState& site = context.at(p.layer, accumulate_op(p), Pass::optimizer, Role::weight_grad);
  const Format& format = site.treatment.quantizer.projection.format;
  memory.add("weight_grad", p.value.size(), format);
  memory.backward_peak.elements += p.value.size();
  memory.backward_peak.bits += p.value.size() * static_cast<std::uint64_t>(format.bits());
}

template class GradientSums<float>;
template class GradientSums<double>;

}  // namespace exmy
