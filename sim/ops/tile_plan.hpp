#pragma once
// Whether binary32 tiles (formats/kernels/tiles.hpp) give the bits of the definition, and which steps they need: a proof
// from the formats, the semantics and the largest magnitudes of the operands.

#include <cstddef>
#include <optional>
#include <string>

#include "formats/kernels/tiles.hpp"
#include "sim/quant/quantizer.hpp"

namespace exmy {

/// What is known of a factor: a tensor of binary32 numbers, all of them values of its format.
struct FactorFacts {
  Format format{};
  Magnitudes range;
};

/// A summand: bits of precision, the exponent of a number that all its values are multiples of, largest magnitude.
struct Summand {
  int bits;
  int grid;
  double largest;

  bool is_binary32() const;
};
Summand product_of(const FactorFacts& a, const FactorFacts& b);

/// Bounds n sums of addends up to `largest`, each rounded by at most 2^-`bits` of itself.
double bound_of(double largest, std::size_t n, int bits);

struct TilePlan {
  TileRounding inner;                 ///< k steps, or those of a chunk
  std::optional<TileRounding> outer;  ///< of chunk sums: a = 1
};

/// A plan, or why there is none. (What a plan is says `describe`: in words only where they are wanted.)
struct TileDecision {
  std::optional<TilePlan> plan;
  std::string why;
};

/// Whether a plan depends on the magnitudes of the factors. Sums of exact products in binary32 that are not counted are what
/// the machine does, whatever they meet.
bool needs_ranges(const Reduction& how, bool counts, bool has_fma);

/// For sums of `k` products. `counts`: counters are wanted (binary32 sums then need exact products). `has_fma`: of the
/// instruction-set level.
///
/// With P = bits of precision, a sum s + t of a grid value s and an addend t of P_t bits, rounded to binary32 and then
/// to P <= 11 bits, is rounded as if once when P_t <= P and P_t + P <= 23: were the binary32 number halfway between
/// two grid values and the exact sum not, the sum would need a bit below 2^-24 of itself, so |t| < 2^(P_t - 24) |sum|,
/// less than a quarter of a unit of the grid, and s + t could not be near the middle. For t = a b, P_t = P_a + P_b.
/// Range: products and sums are multiples of 2^-149, C stays finite, and rounding is monotone, so that
/// u <- round_away(u + max|a| max|b|), k times, bounds every sum.
TileDecision plan_tiles(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                        bool counts, bool has_fma);

/// Other for plans that `describe` tells apart; never 0.
std::uint64_t key_of(const TilePlan& plan);
/// "exact products, binary32 sums, rounded again, no overflow by bound".
std::string describe(const TilePlan& plan);

}  // namespace exmy
