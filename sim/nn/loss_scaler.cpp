#include "sim/nn/loss_scaler.hpp"

#include <array>

namespace exmy {
namespace {

constexpr std::array kinds{Named<LossScaling>{"none", LossScaling::none},
                           Named<LossScaling>{"static", LossScaling::fixed},
                           Named<LossScaling>{"dynamic", LossScaling::dynamic}};
constexpr std::array triggers{Named<bool>{"non_finite", false}, Named<bool>{"saturated", true}};

}  // namespace

LossScaleOptions read_loss_scale(ObjectReader r) {
  LossScaleOptions o;
  o.kind = r.one_of("kind", LossScaling::none, kinds);
  if (o.kind == LossScaling::fixed) o.initial = r.number("value", required, Range::above(0));
  if (o.kind == LossScaling::dynamic) {
    o.initial = r.number("initial", 65536.0, Range::above(0));
    o.growth_interval =
        static_cast<std::uint64_t>(r.integer<std::int64_t>("growth_interval", 2000, Range::at_least(1)));
    o.on_saturated = r.one_of("on", false, triggers);
  }
  return o;
}

}  // namespace exmy
