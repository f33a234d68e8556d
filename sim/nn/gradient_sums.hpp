#pragma once
// Gradient accumulation: several micro-batches, one update.

#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/ops/context.hpp"
#include "sim/quant/memory.hpp"

namespace exmy {

/// The gradients of a step's n micro-batches. The first is taken as it is; each other one is added in its turn, sum =
/// P(sum + g), at LAYER/accumulate.PARAM/optimizer/weight_grad, where P(sum / n) is projected at the end: the mean over
/// micro-batches, which weigh the same whatever their sizes. Nothing is saturated or skipped that the policy does not
/// say; NaN and infinity stay in a sum.
template <class T>
class GradientSums {
 public:
  GradientSums(Context& context, std::vector<Parameter<T>*> parameters)
      : context_(&context), parameters_(std::move(parameters)) {}

  /// Takes the gradients of a backward pass out of the parameters.
  void add();
  /// Gives the means to the parameters. REQUIRES add().
  void take_mean();
  /// What the sum of a parameter occupies beside its gradient.
  static void account(Context& context, const Parameter<T>& p, MemoryLedger& memory);

 private:
  Context* context_;
  std::vector<Parameter<T>*> parameters_;
  std::vector<Tensor<T>> sums_;
  std::size_t added_ = 0;
};

}  // namespace exmy
