#pragma once
// What dropout drops.

#include <string>
#include <vector>

#include "sim/ops/projector.hpp"

namespace exmy {

/// Inverted dropout (Srivastava et al. 2014) of the elements of a tensor, at sites (layer, dropout, pass, elementwise).
class DropoutMask {
 public:
  /// Element i of n is dropped if the uniform number i of the stream `dropout/LAYER` of the step is below p. REQUIRES 0 <= p < 1.
  void draw(const Context& context, const std::string& layer, double p, std::size_t n) {
    const RandomStream random(context.seed(), "dropout/" + layer, context.step());
    p_ = p;
    drops_.resize(n);
    for (std::size_t i = 0; i < n; ++i) drops_[i] = random.uniform(i) < p;
  }
  /// y = P(x c), c = P(1 / (1 - p)); +0 where it is dropped. REQUIRES as many elements as were drawn.
  template <class T>
  Tensor<T> kept(Context& context, const std::string& layer, Pass pass, const Tensor<T>& x) const {
    Projector<T> site(context, layer, "dropout", pass, Role::elementwise);
    Tensor<T> y = site.mul(x, site.constant(1 / (1 - p_)));
    for (std::size_t i = 0; i < y.size(); ++i)
      if (drops_[i]) y.data[i] = T{0};
    return y;
  }

 private:
  double p_ = 0;
  std::vector<bool> drops_;
};

}  // namespace exmy
