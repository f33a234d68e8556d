#pragma once
// Numbers for the values of a narrow format, looked up for floats. One build per instruction-set level.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace exmy::functions {

/// Numbers for the values of a narrow format with binary32 values, magnitudes in order: below 2^e_min in steps of
/// 2^(e_min - M), then by the top bits of the float, then infinity, then NaN; from `negative` on the same for negative ones.
struct FloatTable {
  const float* values = nullptr;
  const std::uint16_t* codes = nullptr;  ///< the same numbers in binary16, or null
  bool by_bits = false;                  ///< the index is the top bits of x, as with binary32's exponents
  bool by_code = false;                  ///< the index is the code of x in binary16, any of its NaNs too
  int shift = 0;                         ///< 23 - M
  float smallest = 0;                    ///< 2^e_min
  std::uint32_t base = 0;                ///< the top bits of 2^e_min
  std::uint32_t steps = 0;               ///< 2^M
  std::uint32_t last = 0;                ///< the index of infinity
  std::uint32_t negative = 0;            ///< fits, with the next `last` numbers, 16 bits
};

struct LookUp {
  const char* isa;
  /// y[i] = the number for x[i]; x are values of the table's format. x and y may be the same array.
  void (*run)(const FloatTable&, const float* x, float* y, std::size_t n);
};

/// The best level of this machine, or that of EXMY_ISA.
const LookUp& look_up();
/// Every level that this machine can run, from the baseline up.
std::vector<const LookUp*> available_look_ups();

}  // namespace exmy::functions
