#pragma once
// A quantised tensor: grid values q and a scale; it stands for q s.

#include <optional>

#include "formats/kernels/tiles.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

template <class T>
struct Quantized {
  Tensor<T> q;
  bool scaled = false;  ///< granularity none: no scale, and no multiplication by one
  double scale = 1;
  /// Of q, from the first product on that asks for them: q does not change any more.
  mutable std::optional<Magnitudes> magnitudes{};
};

}  // namespace exmy
