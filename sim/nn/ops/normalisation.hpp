#pragma once
// Layer, root-mean-square and batch normalisation of a matrix x [R][N].

#include <string>

#include "sim/nn/tape.hpp"

namespace exmy {

enum class Normalisation : std::uint8_t {
  layer,  ///< statistics of each row (Ba, Kiros, Hinton 2016)
  rms,    ///< of each row, not centred (Zhang, Sennrich 2019)
  batch   ///< of each column (Ioffe, Szegedy 2015)
};

/// Of a batch normalisation: what evaluation uses instead of the batch's own statistics; [N] each.
template <class T>
struct RunningStatistics {
  Tensor<T> mean, var;
  double momentum = 0.1;
};

/// n the number of elements that share statistics. Site (layer, op, pass, elementwise) unless said otherwise, op =
/// `layer_norm`, `rms_norm` or `batch_norm`; sums in its accumulator; each step one projection:
///   mean = P(sum x / n); d = P(x - mean)   (rms: d = x)
///   var = P(sum P(d d) / n); r = P(rsqrt(P(var + eps))); h = P(d r); y = P(P(h g) + b)   (rms: no b)
/// g and b are projected at (layer, op.weight | op.bias, forward, weight), g again at pass dgrad. Backward:
///   q = P(dy) at wgrad/activation_grad; dg = P(sum over rows of P(q h)); db = P(sum over rows of q), in op.weight, op.bias
///   e = P(dy g); m2 = P(sum P(e h) / n); m1 = P(sum e / n); dx = P(P(P(e - m1) - P(h m2)) r)   (rms: no m1)
/// Batch normalisation, after y: running = P(P(running (1 - momentum)) + P(batch momentum)) at forward/optimizer_state,
/// the batch's variance times P(n / (n - 1)) first. Evaluation takes mean and var from there.
/// Inputs: x, g, b (rms: x, g).
template <class T>
class NormalisationOp : public Op<T> {
 public:
  NormalisationOp(std::string layer, Normalisation kind, double eps, RunningStatistics<T>* running = nullptr);
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  void account(Context& context, const Inputs<T>& in, const Tensor<T>& y,
               MemoryLedger& memory) const override;

  static std::string op_of(Normalisation kind);

 private:
  struct Batch {
    Tensor<T> mean, d, var;
  };
  bool is_centred() const { return kind_ != Normalisation::rms; }
  Batch statistics(Context& context, const Tensor<T>& x) const;
  void remember(Context& context, const Batch& batch, std::size_t n) const;
  Tensor<T> gain_grad(Context& context, const Tensor<T>& q) const;
  Tensor<T> bias_grad(Context& context, const Tensor<T>& q) const;
  Tensor<T> input_grad(Context& context, const Tensor<T>& gain, const Tensor<T>& dy) const;

  Normalisation kind_;
  std::string op_;
  double eps_;
  RunningStatistics<T>* running_;
  Tensor<T> h_, r_;
};

}  // namespace exmy
