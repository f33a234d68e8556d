#pragma once
// How gradients become updates. Every step passes the policy, in the pass `optimizer`, op
// `NAME.PARAMETER` (adam.weight), roles update (intermediate values and constants), optimizer_state,
// master_weight.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/nn/state.hpp"
#include "sim/ops/projector.hpp"
#include "sim/quant/memory.hpp"

namespace exmy {

/// How the step s of an optimiser reaches the weight.
/// `plain`: w = P(w - s) at master_weight.
/// `kahan`: what the weight's format cannot hold is kept in c, of the weight's shape, +0 at first (Kahan 1965):
///   y = P(s + c); w' = P(w - y) at master_weight; c = P(y - P(w - w')) at optimizer_state; the rest at update, op
///   `kahan.PARAMETER`. A step that saturates or moves nothing stays in c; what is not finite stays not finite.
enum class UpdateKind : std::uint8_t { plain, kahan };

/// Weight decay: of all parameters, or of matrices alone (tensors of two or more dimensions: no biases, no gains of
/// normalisations).
enum class DecayOf : std::uint8_t { all, matrices };
struct WeightDecay {
  double factor = 0;  ///< 0: none; its steps do not exist
  DecayOf of = DecayOf::all;

  bool applies_to(const Shape& shape) const {
    return factor != 0 && (of == DecayOf::all || shape.size() >= 2);
  }
};

template <class T>
class Optimizer {
 public:
  /// `name`: the first part of its sites' op.
  Optimizer(std::string name, UpdateKind update, const std::vector<Parameter<T>*>& parameters);
  virtual ~Optimizer() = default;
  /// One update of a parameter from p.grad (unscaled). `lr` in binary64, projected where it is used.
  void step(Context& context, Parameter<T>& p, double lr);
  void visit(StateVisitor<T>& visitor);
  /// Adds what is kept of a parameter, in the formats of its sites.
  void account(Context& context, const Parameter<T>& p, MemoryLedger& memory) const;

 protected:
  Projector<T> at(Context& context, const Parameter<T>& p, Role role) const {
    return {context, p.layer, name_ + "." + p.name, Pass::optimizer, role};
  }
  bool compensates() const { return update_ == UpdateKind::kahan; }
  /// P(g + P(P(wd) w)), at role update.
  static Tensor<T> decayed(Projector<T>& update, const Parameter<T>& p, double decay);

 private:
  /// s, which is to be subtracted from the weight.
  virtual Tensor<T> change(Context& context, Parameter<T>& p, double lr) = 0;
  virtual void visit_moments(StateVisitor<T>& visitor) = 0;
  /// State tensors for each parameter.
  virtual std::size_t moments_per_parameter() const = 0;
  void compensate(Context& context, Parameter<T>& p, Tensor<T> step);

  std::string name_;
  UpdateKind update_;
  std::map<std::string, Tensor<T>> compensation_;  ///< c, by full name
};

/// mu, wd: g = P(g + P(wd w)); v = P(P(mu v) + g); w = P(w - P(lr v)). Without weight decay or momentum
/// (0) the step that it would take does not exist: v is then g. `nesterov`: w = P(w - P(lr P(g + P(mu v)))).
struct SgdOptions {
  double momentum = 0;
  WeightDecay decay;
  bool nesterov = false;  ///< REQUIRES a momentum
  UpdateKind update = UpdateKind::plain;
};

/// PyTorch's form of RMSprop (Tieleman and Hinton 2012): g = P(g + P(wd w));
///   v = P(P(a v) + P((1-a) P(g g))); h = P(P(sqrt v) + eps); d = P(g / h);
///   w = P(w - P(lr d)), or, with a momentum, b = P(P(mu b) + d); w = P(w - P(lr b)).
/// `centered`: m = P(m + P(P(g - m) (1-a))); the root is that of P(v - P(m m)), NaN where rounding made that negative.
struct RmspropOptions {
  double alpha = 0.99;
  double epsilon = 1e-8;
  double momentum = 0;
  bool centered = false;
  WeightDecay decay;
  UpdateKind update = UpdateKind::plain;
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
  UpdateKind update = UpdateKind::plain;
};

/// PyTorch's form of AdamW (Loshchilov and Hutter 2019): first w = P(w P(1 - lr wd)) at master_weight, the product
/// lr wd and the difference in binary64; then Adam's step in its form `pytorch`. P(1 - lr wd) is 1 in a narrow format:
/// then nothing decays. With `kahan` the decay is part of the step instead: s = P(s + P(P(lr wd) w)).
struct AdamWOptions {
  AdamOptions adam;
  WeightDecay decay{0.01, DecayOf::all};
};

template <class T>
std::unique_ptr<Optimizer<T>> make_sgd(const SgdOptions& options,
                                       const std::vector<Parameter<T>*>& parameters);
template <class T>
std::unique_ptr<Optimizer<T>> make_rmsprop(const RmspropOptions& options,
                                           const std::vector<Parameter<T>*>& parameters);
template <class T>
std::unique_ptr<Optimizer<T>> make_adam(const AdamOptions& options,
                                        const std::vector<Parameter<T>*>& parameters);
template <class T>
std::unique_ptr<Optimizer<T>> make_adamw(const AdamWOptions& options,
                                         const std::vector<Parameter<T>*>& parameters);

}  // namespace exmy
