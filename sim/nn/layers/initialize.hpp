#pragma once
// Parameters as training finds them.

#include "sim/base/philox.hpp"
#include "sim/nn/parameter.hpp"
#include "sim/ops/projector.hpp"

namespace exmy {

enum class Initializer : std::uint8_t {
  he_uniform,      ///< U(-a, a), a = sqrt(6 / fan_in)
  glorot_uniform,  ///< U(-a, a), a = sqrt(6 / (fan_in + fan_out))
  he_normal,       ///< N(0, s), s = sqrt(2 / fan_in)
  glorot_normal,   ///< N(0, s), s = sqrt(2 / (fan_in + fan_out))
  normal           ///< N(0, s), s the given deviation
};

/// How weights start.
struct Initialization {
  Initializer kind = Initializer::he_uniform;
  double deviation = 0.02;  ///< of `normal`

  Initialization() = default;
  Initialization(Initializer k) : kind(k) {}  // NOLINT(google-explicit-constructor): most need no more
  Initialization(Initializer k, double s) : kind(k), deviation(s) {}
};

/// Weights [out][taps ...][in]: fan_in = taps in, fan_out = taps out. In binary64, each operation rounded once, u_i the
/// uniform numbers of `random`:
///   uniform: w_i = (2 u_i - 1) a
///   normal:  w_i = (sqrt(-2 log(1 - u_2i)) cospi(2 u_2i+1)) s   (Box, Muller 1958; log and cospi correctly rounded)
Tensor<double> initial_numbers(const RandomStream& random, const Shape& shape, const Initialization& how);

/// The parameter `weight` of a layer from the stream `init/LAYER.weight`, projected to the master format at (layer,
/// `init.weight`, optimizer, master_weight). `op`: that uses it.
template <class T>
Parameter<T> initial_weight(Context& context, const std::string& layer, const Shape& shape,
                            const Initialization& how, const std::string& op) {
  const RandomStream random(context.seed(), "init/" + layer + ".weight", 0);
  const Tensor<double> w = context.skips_values() ? Tensor<double>(shape, Format{11, 52, 1023})
                                                  : initial_numbers(random, shape, how);
  return {layer, "weight", op, project_numbers<T>(context, layer, "init.weight", Role::master_weight, w), {}};
}

/// A parameter of n elements P(c), at (layer, `init.NAME`, optimizer, master_weight).
template <class T>
Parameter<T> constant_parameter(Context& context, const std::string& layer, const std::string& name,
                                const std::string& op, std::size_t n, double c) {
  Tensor<double> values({n}, Format{11, 52, 1023});
  values.data.assign(n, c);
  return {
      layer, name, op, project_numbers<T>(context, layer, "init." + name, Role::master_weight, values), {}};
}

template <class T>
Parameter<T> zero_bias(Context& context, const std::string& layer, std::size_t out) {
  return constant_parameter<T>(context, layer, "bias", "bias", out, 0);
}

}  // namespace exmy
