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
  chunked,     ///< consecutive chunks, each sequential from +0; then S = outer(S + chunk sum)
  pairwise,    ///< acc(left + right), left the largest power of two of terms below n; leaves acc(t_k)
  exact,       ///< acc(the exact sum)
  block        ///< a matrix unit: groups of terms, aligned, truncated, added; in chunks if `chunk` says so
};

/// Whether sums of chunks are added up in an outer projection.
constexpr bool has_outer_sum(Order order, std::size_t chunk) {
  return order == Order::chunked || (order == Order::block && chunk != 0);
}

/// What a matrix unit does with a group of terms before it rounds the sum.
struct BlockSum {
  std::size_t terms = 1;                 ///< L: products of a group, >= 1
  int fraction_bits = 0;                 ///< F: bits kept below the largest exponent, 0..100
  int e_min_a = -1022, e_min_b = -1022;  ///< of the factors' formats
};

/// How a sum of products is rounded (numerics: reductions).
struct Reduction {
  std::optional<Projection> product;  ///< none: exact products (always so for `block`)
  Projection accumulator{};           ///< for `block`: of the unit's output
  Order order = Order::sequential;
  std::size_t chunk = 0;  ///< terms of a chunk, >= 1 for `chunked`; for `block` 0 is a single run
  Projection outer{};     ///< of the sums of chunks
  BlockSum block{};       ///< for `block`

  bool has_outer() const { return has_outer_sum(order, chunk); }
  /// The projection whose values the result has.
  const Projection& result() const { return has_outer() ? outer : accumulator; }
};

}  // namespace exmy
