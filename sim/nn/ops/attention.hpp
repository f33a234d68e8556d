#pragma once
// Scaled dot-product attention (Vaswani et al. 2017).

#include <cstdint>
#include <vector>

#include "sim/nn/dropout_mask.hpp"
#include "sim/nn/ops/visible_keys.hpp"
#include "sim/nn/tape.hpp"
#include "sim/ops/quantize.hpp"

namespace exmy {

/// q k v y of shape [B][T][H D], heads side by side. Key j is visible to query i of its sample unless the mask hides it.
/// For each sample and head, at (layer, op, pass, role); S is the number of visible pairs over all samples and heads, and
/// steps of S elements go over the visible pairs alone, in row-major order [B][H][i][j]:
///   scores: q' = P(q), k' = P(k) (activation, uses 1 2); z = q' k'^T (product, accumulator), of all pairs;
///     c = P(1 / sqrt D), the root in binary64; s = P(z c) (elementwise, uses 1 2), of S
///   softmax (elementwise): m = largest visible s of a row; d = P(s - m); e = P(exp d); sum of e (accumulator) over all T
///     keys, where what is hidden is +0; p = P(e / sum), of S. What is hidden has p = +0
///   dropout, in training, where its probability r is not 0 (DropoutMask): a = P(p c), c = P(1 / (1 - r)), of S; +0 where the
///     uniform number of the pair is below r. Else a = p
///   context: p' = P(a), v' = P(v) (activation, uses 1 2); y = p' v' (product, accumulator) over all T keys
/// Scaled operands are followed by `rescale` as in `dot`. Backward, all at pass dgrad:
///   context: g = P(dy) (activation_grad); p' again, dv = p'^T g; v' again, dp = g v'^T
///   dropout, if there was one: dp = P(dp c), of S; +0 where dropped
///   softmax: P(dp p), of S; t = sum over the T keys, hidden ones +0 (accumulator); ds = P(P(dp - t) p), of S
///   scores: c again; dz = P(ds c), of S, else +0; g = P(dz) (activation_grad); k' again, dq = g k'; q' again, dk = g^T q'
/// A query without visible keys gets +0 and gives none. NaN and overflow: as the steps say; a NaN score makes its row NaN.
template <class T>
class Attention : public Op<T> {
 public:
  /// REQUIRES 0 <= dropout < 1.
  Attention(std::string layer, std::size_t heads, KeyMask mask, double dropout = 0)
      : Op<T>(std::move(layer)), heads_(heads), mask_(std::move(mask)), dropout_(dropout) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;
  std::string name() const override { return "attention"; }

 private:
  /// Packed.
  Tensor<T> scaled_scores(Context& context, const VisibleKeys& keys, const QuantizedView<T>& q,
                          const QuantizedView<T>& k, double root) const;
  Tensor<T> probabilities(Context& context, const VisibleKeys& keys, const Tensor<T>& s) const;
  Tensor<T> dropped(Context& context, const VisibleKeys& keys, const Tensor<T>& p);
  Tensor<T> scores_grad(Context& context, const VisibleKeys& keys, const Tensor<T>& dp, double root) const;
  VisibleKeys keys_of(const Tensor<T>& q) const;

  std::size_t heads_;
  KeyMask mask_;
  double dropout_;
  DropoutMask drops_;
  Tensor<T> p_, a_;  ///< a_: of dropout
  // Of the forward pass, for the backward pass of the same tape.
  SharedOperand<T> q_, k_, v_, rounded_p_;
};

}  // namespace exmy
