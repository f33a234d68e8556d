#pragma once
// Parameters as training finds them.

#include <cmath>

#include "sim/nn/parameter.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

/// U(-bound, bound) from the stream `init/NAME` in binary64: He bound = sqrt(6 / fan_in), Glorot
/// sqrt(6 / (fan_in + fan_out)); projected to the master format. Biases start at zero.
enum class Initializer : std::uint8_t { he_uniform, glorot_uniform };

/// w[out][in] of a layer, initialised; site (layer, `init.weight`, optimizer, master_weight).
template <class T>
Parameter<T> initial_weight(Context& context, const std::string& layer, std::size_t out, std::size_t in,
                            Initializer kind) {
  const auto fan = static_cast<double>(kind == Initializer::he_uniform ? in : in + out);
  const double bound = std::sqrt(6 / fan);
  const RandomStream random(context.seed(), "init/" + layer + ".weight", 0);
  Tensor<double> w({out, in}, Format{11, 52, 1023});
  for (std::size_t i = 0; i < w.size(); ++i) w.data[i] = (2 * random.uniform(i) - 1) * bound;
  return {
      layer, "weight", "dot", project_numbers<T>(context, layer, "init.weight", Role::master_weight, w), {}};
}

template <class T>
Parameter<T> zero_bias(Context& context, const std::string& layer, std::size_t out) {
  const Tensor<double> zeros({out}, Format{11, 52, 1023});
  return {
      layer, "bias", "bias", project_numbers<T>(context, layer, "init.bias", Role::master_weight, zeros), {}};
}

}  // namespace exmy
