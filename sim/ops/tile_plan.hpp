#pragma once
// Whether binary32 tiles (formats/kernels/tiles.hpp) give the bits of the definition, and which steps they need: a proof
// from the formats, the semantics and the largest magnitudes of the operands.

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include "formats/kernels/tiles.hpp"
#include "sim/quant/quantizer.hpp"

namespace exmy {

/// What is known of a factor: a tensor of binary32 numbers, all of them values of its format.
struct FactorFacts {
  Format format{};
  Magnitudes range;

  /// No element is NaN or infinite.
  bool is_finite() const { return range.largest <= std::numeric_limits<float>::max(); }
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
/// The plan of those that do not.
const TilePlan& machine_sums();

/// For sums of `k` products. `counts`: counters are wanted (binary32 sums then need exact products). `has_fma`: of the
/// instruction-set level.
///
/// With P = bits of precision, a sum s + t of a grid value s and an addend t of P_t bits, rounded to binary32 and then
/// to P <= 11 bits, is rounded as if once when P_t <= P and P_t + P <= 23: were the binary32 number halfway between
/// two grid values and the exact sum not, the sum would need a bit below 2^-24 of itself, so |t| < 2^(P_t - 24) |sum|,
/// less than a quarter of a unit of the grid, and s + t could not be near the middle. For t = a b, P_t = P_a + P_b.
/// Range: products and sums are multiples of 2^-149, C stays finite, and rounding is monotone, so that
/// u <- round_away(u + max|a| max|b|), k times, bounds every sum.
///
/// Wide products, of P_t > 24 bits: f = fma(a, b, s) is x = s + a b, rounded once. A middle of two values of P <= 22 bits is
/// a binary32 number, and rounding is monotone: f and x lie on one side of every middle, so that f rounds as x does, unless
/// f is a middle and x is not. There, with 2^e <= |f| < 2^(e+1) or e = e_min if that is larger, f - s is half a unit,
/// 2^(e-P), at least, and |x - f| is 2^(e-24) at most, so |a b| >= 2^(e-P-1); its last bit, 2^(e_min-P-P_t) at least, tells
/// whether the error of f, in two parts, is computed without underflow, and the sign of the first part decides.
/// Where x is a binary32 number f is x, and there is no error to look at. So it is below B = 2^24 g (`exact_below`) if t and s
/// are multiples of g >= 2^-149: what is rounded is one of g as before, or of a larger power of two; or it is the maximum of
/// the format, and g is not more than the unit of that.
///
/// Steps that count are cheaper where more is proven. Let g be the grid of the products, a power of 2.
/// Exact binary32 sums (`exact_below` B = 2^24 g): by induction every computed sum is a multiple of g, and so is the
/// exact s + t; below B it is a number, and rounding, which is monotone, takes none from beyond B to below it. So all
/// computed sums being below B, all are exact: only zeros are left to count (g >= 2^-126: none is subnormal). Between
/// two looks at B / 2, steps that add at most B / 2 in all stay at most at B.
/// Quick sums in P <= 11 bits (the exact x = s + t, 2^e <= |fl(x)| < 2^(e+1), or e = e_min if that is larger, U = 2^(e-P+1),
/// s = m 2^(e_s-P+1), t has P_t <= 22 bits, and its rounding to U is z). z = round(fl(x)), but where fl(x) is the middle of
/// two values and x is not; there |x - z| > U/2. The error x - z = t + (s - z):
///   s - z is a multiple of U or of 2^(e_s-P+1) and below 2^(2 + the larger of e and e_s), so it is a number if
///   e + P - 23 <= e_s <= e + 23 - P. If e_s is larger, s and t cancel: t is a multiple of 2^(e_s-22), as s is, which is 2 U at
///   least, so x = z, and s - z = -t. If it is smaller, fl(s - z) is a number within a factor of 2 of -z, so that
///   z + fl(s - z) is exact, and equals s if and only if fl(s - z) = s - z: steps where it does not are taken exactly.
///   x - z is a number: either |t| < U/8, then z = s and x - z = t, for the values of the grid beside x are U/2 apart at
///   least; or t is a multiple of 2^(e-P-23), as s - z is (of 2^(e-24) at least, if it is the number fl(s - z)), and
///   |x - z| <= U/2 + 2^(e-24) < 2^(e-P+1).
/// So the error is fl(a b + fl(s - z)); if its magnitude is beyond U/2 the step is taken exactly, if it is U/2 x is a tie. U/2
/// is a normal number from `quick_least` on. Below 2^e_min, U is the grid of the format, and all this holds.
/// P_t + P <= 23 is not needed.
/// Quick binary32 sums: tile_quick.inc.
/// `rare_middles`: where t has many bits, few sums lie in the middle of two values; they are looked at as those of wide
/// products are.
TileDecision plan_tiles(const Reduction& how, const FactorFacts& a, const FactorFacts& b, std::size_t k,
                        bool counts, bool has_fma);

/// Whether no result is infinite or NaN. (Sums in binary32 that are not counted may be; of others the operands are finite, and
/// what leaves the range is discarded.)
bool has_finite_sums(const TilePlan& plan);

/// Other for plans that `describe` tells apart; never 0.
std::uint64_t key_of(const TilePlan& plan);
/// "exact products, binary32 sums, exact by bound, overflow watched".
std::string describe(const TilePlan& plan);

}  // namespace exmy
