#pragma once
// Loss scaling: the loss is multiplied before the backward pass, the gradients divided after it.

#include <cstdint>
#include <span>

#include "sim/base/reader.hpp"
#include "sim/nn/state.hpp"

namespace exmy {

enum class LossScaling : std::uint8_t { none, fixed, dynamic };

/// dynamic: doubled after `growth_interval` clean steps, halved and the step skipped when a gradient is not
/// finite (`on_saturated`: or when one saturated).
struct LossScaleOptions {
  LossScaling kind = LossScaling::none;
  double initial = 1;
  std::uint64_t growth_interval = 2000;
  bool on_saturated = false;
};

class LossScaler {
 public:
  explicit LossScaler(const LossScaleOptions& options) : options_(options), scale_(options.initial) {}

  double scale() const { return scale_; }
  bool unscales() const { return options_.kind != LossScaling::none; }
  bool watches_saturation() const { return options_.on_saturated; }
  std::uint64_t skipped_steps() const { return skipped_; }
  /// What became of a step; true if the optimiser may run. Without dynamic scaling always true.
  bool accept(bool overflowed) {
    if (options_.kind != LossScaling::dynamic) return true;
    if (overflowed) {
      scale_ /= 2;
      clean_steps_ = 0;
      ++skipped_;
      return false;
    }
    if (++clean_steps_ == options_.growth_interval) {
      scale_ *= 2;
      clean_steps_ = 0;
    }
    return true;
  }

  template <class T>
  void visit(StateVisitor<T>& visitor) {
    visitor.real("loss_scale.scale", scale_);
    visitor.integer("loss_scale.clean_steps", clean_steps_);
    visitor.integer("loss_scale.skipped_steps", skipped_);
  }

 private:
  LossScaleOptions options_;
  double scale_;
  std::uint64_t clean_steps_ = 0;
  std::uint64_t skipped_ = 0;
};

LossScaleOptions read_loss_scale(ObjectReader config);

}  // namespace exmy
