#pragma once
// The floating-point unit of this machine: its rounding modes, flags and conversions.

#include <cstdint>

#include "formats/project.hpp"

namespace exmy::verify {

struct Operands {
  double x = 0, y = 0, z = 0;
};

/// What the machine computed; flags in Flag's bits.
struct Machine {
  double value = 0;
  std::uint8_t flags = 0;
};

/// Flags can be read and mean what ours do: x86-64, which detects tininess after rounding.
extern const bool flags_are_comparable;
/// Fused multiply-add is an instruction, so that its flags can be compared.
bool has_fma_unit();
/// Conversions between float and half precision are instructions of this machine.
bool has_f16c();
/// The compiler knows _Float16 (g++ 12, clang++ 15).
extern const bool has_float16;

/// Sets a rounding mode of the thread and restores the default one in the end.
class RoundingMode {
 public:
  explicit RoundingMode(Rounding mode);  ///< one of the four that hardware has
  ~RoundingMode();
  RoundingMode(const RoundingMode&) = delete;
  RoundingMode& operator=(const RoundingMode&) = delete;
};

enum class MachineOperation : std::uint8_t { add, sub, mul, div, fma, sqrt };
Machine in_fp32(MachineOperation operation, const Operands& o);  ///< of floats
Machine in_fp64(MachineOperation operation, const Operands& o);
Machine double_to_float(const Operands& o);
Machine float_to_half_by_f16c(const Operands& o);       ///< x is a float; needs has_f16c()
Machine double_to_half_by_compiler(const Operands& o);  ///< values only; needs has_float16

}  // namespace exmy::verify
