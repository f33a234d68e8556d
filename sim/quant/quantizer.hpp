#pragma once
// A quantiser is a grid, a rounding, a saturation and a scale (numerics: scaled quantisers).

#include <cstdint>
#include <optional>
#include <string>

#include "formats/project.hpp"

namespace exmy {

/// How far one scale reaches. Only `none` and `tensor` are implemented; the policy refuses the others.
enum class Granularity : std::uint8_t { none, tensor };

/// The scale s of a quantised tensor, which stands for q s.
struct Scale {
  Granularity granularity = Granularity::none;
  double value = 1;  ///< static scale, a value of the scale's format, > 0

  friend bool operator==(const Scale&, const Scale&) = default;
};

/// q = project(x / s), the exact quotient projected once.
struct Quantizer {
  Projection projection{};
  Scale scale{};

  friend bool operator==(const Quantizer&, const Quantizer&) = default;
};

enum class Order : std::uint8_t {
  sequential,  ///< s = acc(s + t_k), k ascending from +0
  chunked      ///< consecutive chunks, each sequential from +0; then S = outer(S + chunk sum)
};

/// How a sum of products is rounded (numerics: reductions).
struct Reduction {
  std::optional<Projection> product;  ///< none: exact products, each step is one fused multiply-add
  Projection accumulator{};
  Order order = Order::sequential;
  std::size_t chunk = 0;  ///< terms of a chunk, >= 1 for `chunked`
  Projection outer{};     ///< of the sums of chunks

  /// The projection whose values the result has.
  const Projection& result() const { return order == Order::chunked ? outer : accumulator; }
};

}  // namespace exmy
