#pragma once
// Matrix products in binary32, a tile of outputs at a time: the sums stay in registers, k ascends, every step is
// rounded. When a tile gives the bits of the definition is for its user to prove (sim/ops/tile_plan.hpp).

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace exmy {

/// Rounding to nearest even with M + 1 bits, subnormals of 2^e_min included, by r = (x + C) - C in binary32, where
/// C = 1.5 2^(e + 23 - M) and 2^e <= |x| < 2^(e+1). REQUIRES |x| < 2^(103 + M), -126 <= e_min.
struct NearestEven32 {
  std::uint32_t unit = 0;        ///< added to the exponent bits of x: gives C
  std::uint32_t e_min_bits = 0;  ///< bits of 2^e_min
  float max_finite = 0;
  float min_normal = 0;  ///< 2^e_min
  float tiny_below = 0;  ///< |x| below this is tiny after rounding
};

/// How s + t is rounded; t = a b, or round(a b).
enum class TileStep : std::uint8_t {
  native,  ///< to binary32
  fused,   ///< to binary32, then to the grid
  odd      ///< to odd in binary32, then to the grid
};

/// What becomes of a result beyond the maximum.
enum class TileLimit : std::uint8_t {
  excluded,  ///< it is known that there is none
  saturate,  ///< it becomes the maximum
  watch      ///< the caller looks at `largest` and discards the tile
};

struct TileRounding {
  TileStep step = TileStep::native;
  bool rounds_product = false;
  /// Native or odd: products may have 48 bits; where they are counted they are multiples of 2^-149.
  bool wide_products = false;
  bool rare_middles =
      false;  ///< odd, not counted: few sums lie in the middle of two values; only those are rounded to odd
  bool clamps = true;                     ///< results may lie below the grid of the subnormals
  TileLimit limit = TileLimit::excluded;  ///< of the sum
  bool saturates_product = false;         ///< else no product is beyond the maximum
  NearestEven32 product, sum;
  /// What the plan has proven (sim/ops/tile_plan.hpp). Sums in binary32 are exact as long as they are not beyond
  /// `exact_below`, 2^24 times their grid (0: it is not known). So counted ones are in the first `exact_first` steps from +0 on;
  /// and in `exact_steps` more from below `exact_between` on.
  std::size_t exact_first = 0, exact_steps = 0;
  float exact_between = 0, exact_below = 0;
  /// Steps may be quick: sums from `quick_least` on, a power of 2, and if that is 2^e_min those below it. `quick_normal`: no
  /// argument of a rounding is a subnormal number of binary32.
  bool quick = false, quick_normal = false;
  float quick_least = 0;
};

/// What the steps of one role count; everything else is zero in a tile (operands are finite).
struct TileCounts {
  std::uint64_t total, zero_in, inexact, up, down, tie, saturated, to_zero, tiny, subnormal, swamped;

  /// One by one: g++ zeroes a large aggregate by a string instruction, which takes as long as a small tile.
  TileCounts()
      : total(0),
        zero_in(0),
        inexact(0),
        up(0),
        down(0),
        tie(0),
        saturated(0),
        to_zero(0),
        tiny(0),
        subnormal(0),
        swamped(0) {}
};

/// Operands: a[r row_step + k k_step], b[k b_step + j], finite; sums[r sums_step + j], which are continued.
struct TileOperands {
  const float* a = nullptr;
  std::size_t row_step = 0, k_step = 0;
  const float* b = nullptr;
  std::size_t k = 0;
  float* sums = nullptr;
  std::size_t b_step = 0, sums_step = 0;  ///< 0: the width of the tile, which tiles that count want of b
  bool begins = false;                    ///< the sums begin with +0, whatever is there
  bool ends = false;  ///< they are results: a zero becomes +0, a NaN has no sign and no payload
  static constexpr std::size_t most_rows = 32;
  std::size_t rows = 1;  ///< of a tile that takes any number of them, up to that
};

struct TileResult {
  /// Where the limit is `watch`: the largest magnitude of any sum; of tiles that count, only if beyond the maximum.
  float largest = 0;
  TileCounts product, sum;
};

/// The largest magnitude of an array, infinity if an element is not finite; the smallest that is not 0, or infinity.
struct Magnitudes {
  float largest = 0, smallest = 0;
};

using TileWork = void(const TileRounding&, const TileOperands&, TileResult&);

/// One shape of a tile, for all roundings; those that count do as many rows as are wanted, one by one.
struct TileShape {
  std::size_t rows, width;  ///< width: a power of 2
  TileWork* run;
  bool takes_rows = false;

  std::size_t rows_of(std::size_t wanted) const {
    constexpr std::size_t most = TileOperands::most_rows;
    return takes_rows ? (wanted < most ? wanted : most) : rows;
  }
};

using TileCopy = void(const float* from, std::size_t from_step, std::size_t rows, std::size_t columns,
                      float* to, std::size_t to_step);
using TileGather = void(const float* from, const std::size_t* at, std::size_t rows, std::size_t columns,
                        float* to, std::size_t to_step);

/// What one instruction-set level offers.
struct TileKernels {
  const char* isa;
  bool has_fma;       ///< without, products must be binary32 numbers
  std::size_t lanes;  ///< of a vector: a power of 2
  /// Shapes of each width, ascending; by rows, ascending, the first has one.
  std::span<const std::span<const TileShape>> fast, counting;
  /// sums[r sums_step + j] = how(the same + b[r b_step + j]) for k numbers, a multiple of the lanes, of so many rows.
  TileWork* add;
  Magnitudes (*magnitudes)(const float* x, std::size_t n);
  bool (*any_non_finite)(const float* x, std::size_t n);  ///< whether an element is infinite or NaN
  /// to[r to_step + c] = from[r from_step + c]; to[c to_step + r] = the same
  TileCopy *copy, *transpose;
  TileGather* gather;  ///< to[r to_step + c] = from[at[r] + c]
};

const TileKernels& tile_kernels();
/// Every level that this machine can run, from the baseline up.
std::vector<const TileKernels*> available_tile_kernels();

}  // namespace exmy
