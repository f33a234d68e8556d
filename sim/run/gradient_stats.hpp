#pragma once
// What became of the gradient of each parameter, every so many steps.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/ops/context.hpp"
#include "sim/quant/moments.hpp"

namespace exmy {

/// One point of a series; the fractions need counters, and NaN stands for "not counted".
struct GradientPoint {
  std::uint64_t step;
  Moments moments;  ///< of the unscaled gradient, not clipped yet, in the format of role weight_grad
  double
      underflow_fraction;  ///< of the elements that became 0 in their projection, in this step's micro-batches
  double update_to_weight_ratio;  ///< |w' - w| / |w|, l2 norms
  double update_lost_fraction;    ///< of the elements that did not move although the update was not 0
};

struct GradientSeries {
  std::string layer, parameter;
  std::size_t elements = 0;
  std::vector<GradientPoint> points;
};

/// Records one optimiser step of one parameter: made before it, closed after it.
template <class T>
class GradientProbe {
 public:
  GradientProbe(const Telemetry& telemetry, const std::string& optimizer, const Parameter<T>& p);
  void before_update(const Parameter<T>& p);
  GradientPoint after_update(std::uint64_t step, const Parameter<T>& p, std::size_t micro_batches) const;

 private:
  std::uint64_t count(const Site& site, Counter counter) const;

  const Telemetry* telemetry_;
  Site gradient_, weight_;
  std::uint64_t underflow_before_ = 0, lost_before_ = 0;
  Elements<T> old_;
  Moments moments_;
};

}  // namespace exmy
