#include "sim/run/gradient_stats.hpp"

#include <limits>

namespace exmy {

template <class T>
GradientProbe<T>::GradientProbe(const Telemetry& telemetry, const std::string& optimizer,
                                const Parameter<T>& p)
    : telemetry_(&telemetry),
      gradient_{p.layer, p.op, Pass::wgrad, Role::weight_grad},
      weight_{p.layer, optimizer + "." + p.name, Pass::optimizer, Role::master_weight} {
  underflow_before_ = count(gradient_, Counter::underflow_to_zero);
  lost_before_ = count(weight_, Counter::update_lost);
}

template <class T>
std::uint64_t GradientProbe<T>::count(const Site& site, Counter counter) const {
  const auto found = telemetry_->records().find(site);
  return found == telemetry_->records().end() ? 0 : found->second.total[counter];
}

template <class T>
void GradientProbe<T>::before_update(const Parameter<T>& p) {
  old_ = p.value.data;
  moments_ = moments_of(std::span<const T>(p.grad.data));
}

template <class T>
GradientPoint GradientProbe<T>::after_update(std::uint64_t step, const Parameter<T>& p,
                                             std::size_t micro_batches) const {
  const std::span<const T> w(p.value.data);
  const std::span<const T> old(old_);
  const auto n = static_cast<double>(p.value.size());
  const bool counted = telemetry_->options().counters;
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto underflows =
      static_cast<double>(count(gradient_, Counter::underflow_to_zero) - underflow_before_);
  const auto lost = static_cast<double>(count(weight_, Counter::update_lost) - lost_before_);
  return {step, moments_, counted ? underflows / (n * static_cast<double>(micro_batches)) : none,
          l2_distance(w, old) / l2_norm(old), counted ? lost / n : none};
}

template class GradientProbe<float>;
template class GradientProbe<double>;

}  // namespace exmy
