#pragma once
// Sums of products in binary32 under every rounding mode, stochastic ones with the random numbers of their site:
// strips of outputs, a vector wide, some at a time; k ascends, every step is rounded. When a strip gives the bits of
// the definition is for its user to prove (sim/ops/strip_plan.hpp).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/kernels/kernels.hpp"
#include "formats/kernels/tiles.hpp"

namespace exmy {

/// What is rounded as an integer.
enum class StripGrid : std::uint8_t {
  plain,  ///< the bits of binary32: D = 23 - M. No number lies below the grid of the subnormals, or e_min = -126
  clamped,  ///< |x| 2^(23 - e), e >= e_min: D = 23 - M
  wide      ///< |x| 2^(M + D - e), e >= e_min, with the bits of the error too: M + D <= 29
};

/// Rounding to M + 1 bits of an exact number x, of which a binary32 number and its error are known. |x| becomes an
/// integer with D bits below the last place of the format; an increment is added, and the D bits are dropped: |x| goes
/// away from zero where the addition carries. What x has below those bits is dropped before (`sticky` 0) or sets the
/// last one of them (1).
struct ModeRounding32 {
  StripGrid grid = StripGrid::plain;
  bool draws = false;        ///< the increment comes from random numbers
  int point = 23, drop = 0;  ///< M + D; D
  std::uint32_t sticky = 0;
  std::uint32_t positive = 0;     ///< increment of x > 0
  std::uint32_t negative = 0;     ///< of x < 0
  std::uint32_t odd = 0;          ///< added to it (modulo 2^32) if the last place is odd
  int bits = 0;                   ///< N <= 16
  std::uint32_t half = 0;         ///< added to R 2^(D - N): half of a random number's unit in `_b` and `_c`
  std::uint32_t parity = 0;       ///< 1 in `_c`: an odd R gives one less, so that ties go to even
  std::uint32_t e_min_bits = 0;   ///< bits of 2^e_min
  float lowest = 0, highest = 0;  ///< results are clamped to these: the maximum, or infinity
  float max_finite = 0, min_normal = 0;  ///< 2^e_min

  std::uint32_t dropped() const { return (std::uint32_t{1} << drop) - 1; }
};

struct StripSteps {
  const ModeRounding32* product = nullptr;  ///< null: products are exact; they are binary32 numbers
  ModeRounding32 sum;
  bool guards = true;  ///< sums are clamped and looked at; else none is beyond the maximum
  bool counts = false;
  RandomKey product_key, sum_key;
  std::uint64_t steps = 0;  ///< of one output: the random number of step k of output o has index o steps + k
};

/// A row of a and a panel of b: s[j] is output + j of the product, j < width.
struct Strip {
  const float* a = nullptr;  ///< a[k]
  const float* b = nullptr;  ///< b[k width + j]
  std::uint64_t output = 0;
};

struct StripResult {
  float largest = 0;  ///< the largest magnitude of any sum, if guarded
  TileCounts product, sum;
};

struct StripKernels {
  const char* isa;
  std::size_t width;   ///< outputs of a strip
  std::size_t strips;  ///< that one call works at
  /// Steps first .. first + count - 1 of `strips` strips; a and b begin with step `first`. sums[strips][width] are
  /// continued. Operands are finite; the sign of a zero sum is of no account.
  void (*run)(const StripSteps&, const Strip*, std::uint64_t first, std::size_t count, float* sums,
              StripResult&);
};

const StripKernels& strip_kernels();
/// Every level that this machine can run, from the baseline up.
std::vector<const StripKernels*> available_strip_kernels();

}  // namespace exmy
