#pragma once
// How gradients become updates. Every step passes the policy, in the pass `optimizer`, op
// `NAME.PARAMETER` (adam.weight), roles update (intermediate values and constants), optimizer_state,
// master_weight.

#include <memory>
#include <string>
#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/nn/state.hpp"
#include "sim/ops/context.hpp"

namespace exmy {

template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update of a parameter from p.grad (unscaled). `lr` in binary64, projected where it is used.
  virtual void step(Context& context, Parameter<T>& p, double lr) = 0;
  virtual void visit(StateVisitor<T>& visitor) = 0;
  /// State tensors for each parameter (memory ledger).
  virtual std::size_t states_per_parameter() const = 0;
};

/// mu, wd: g = P(g + P(wd w)); v = P(P(mu v) + g); w = P(w - P(lr v)). Without weight decay or momentum
/// (0) the step that it would take does not exist: v is then g.
struct SgdOptions {
  double momentum = 0;
  double weight_decay = 0;
};

/// `pytorch`: m = P(P(b1 m) + P((1-b1) g)); v = P(P(b2 v) + P((1-b2) P(g g)));
///   h = P(P(P(sqrt v) / P(sqrt c2)) + eps); w = P(w - P(P(lr / c1) P(m / h))), c_i = P(1 - b_i^t).
/// `keras`: m = P(m + P(P(g - m)(1-b1))); v = P(v + P(P(P(g g) - v)(1-b2)));
///   a = P(P(lr P(sqrt P(1 - b2^t))) / P(1 - b1^t)); w = P(w - P(P(m a) / P(P(sqrt v) + eps))).
enum class AdamForm : std::uint8_t { pytorch, keras };
struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  AdamForm form = AdamForm::pytorch;
};

template <class T>
std::unique_ptr<Optimizer<T>> make_sgd(const SgdOptions& options,
                                       const std::vector<Parameter<T>*>& parameters);
template <class T>
std::unique_ptr<Optimizer<T>> make_adam(const AdamOptions& options,
                                        const std::vector<Parameter<T>*>& parameters);

}  // namespace exmy
