#pragma once
// Pooling of image batches [B][H][W][C].

#include "sim/nn/tape.hpp"
#include "sim/tensor/windows.hpp"

namespace exmy {

enum class Pooling : std::uint8_t {
  max,     ///< exact; of equal elements the first, NaN if there is one; padding takes no part
  average  ///< y = P(sum / n), n = all taps; padding counts as zeros
};

/// Site (layer, max_pool | average_pool, ...): the sum over the taps, row by row, in forward/accumulator, the quotient in
/// forward/elementwise. Backward: max: dy goes to the element that was taken; average: P(dy / n) (dgrad/elementwise) goes
/// to all. Where windows overlap, an element adds what it gets tap by tap, taps ascending, from the first on: P(sum + t)
/// at dgrad/activation_grad, zeros included; else nothing is added. Inputs: x.
template <class T>
class PoolingOp : public Op<T> {
 public:
  PoolingOp(std::string layer, Pooling kind, const Window& window)
      : Op<T>(std::move(layer)), kind_(kind), window_(window) {}
  Tensor<T> forward(Context& context, const Inputs<T>& in) override;
  std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in, const Tensor<T>& y,
                                                 Tensor<T> dy) override;
  std::string name() const override { return op(); }

 private:
  const char* op() const { return kind_ == Pooling::max ? "max_pool" : "average_pool"; }
  Tensor<T> largest(const Tensor<T>& x);
  Tensor<T> mean(Context& context, const Tensor<T>& x) const;
  /// Writes what the elements of x get through one tap.
  void spread(std::size_t tap, const Tensor<T>& d, Tensor<T>& dx) const;

  Pooling kind_;
  Window window_;
  std::vector<std::uint32_t> taken_;  ///< of max: the tap
};

}  // namespace exmy
