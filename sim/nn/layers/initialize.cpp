#include "sim/nn/layers/initialize.hpp"

#include <cmath>

#include "formats/functions/function.hpp"
#include "sim/ops/sharing.hpp"

namespace exmy {
namespace {

/// a of the uniform distributions, s of the normal ones.
double width_of(const Shape& shape, const Initialization& how) {
  const std::size_t in = size_of(shape) / shape.front(), out = size_of(shape) / shape.back();
  switch (how.kind) {
    case Initializer::he_uniform: return std::sqrt(6 / static_cast<double>(in));
    case Initializer::glorot_uniform: return std::sqrt(6 / static_cast<double>(in + out));
    case Initializer::he_normal: return std::sqrt(2 / static_cast<double>(in));
    case Initializer::glorot_normal: return std::sqrt(2 / static_cast<double>(in + out));
    case Initializer::normal: return how.deviation;
  }
  return 0;
}

double rounded(functions::Function f, double x) {
  constexpr Projection binary64{.format = Format{11, 52, 1023}};
  return functions::apply(f, binary64, x).value;
}

double standard_normal(const RandomStream& random, std::uint64_t i) {
  const double radius = std::sqrt(-2 * rounded(functions::Function::log, 1 - random.uniform(2 * i)));
  return radius * rounded(functions::Function::cospi, 2 * random.uniform(2 * i + 1));
}

}  // namespace

Tensor<double> initial_numbers(const RandomStream& random, const Shape& shape, const Initialization& how) {
  const bool uniform = how.kind == Initializer::he_uniform || how.kind == Initializer::glorot_uniform;
  const double width = width_of(shape, how);
  Tensor<double> w(shape, Format{11, 52, 1023});
#pragma omp parallel for schedule(static) if (is_shared(SharedStep::weights, w.size()))
  for (std::size_t i = 0; i < w.size(); ++i)
    w.data[i] = (uniform ? 2 * random.uniform(i) - 1 : standard_normal(random, i)) * width;
  return w;
}

}  // namespace exmy
