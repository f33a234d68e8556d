#pragma once
// The instruction-set levels that fast paths are built for.

#include <cstdint>

namespace exmy {

enum class IsaLevel : std::uint8_t { baseline, v2, v3, v4 };

/// The best level of this build and machine.
IsaLevel best_isa_level();

/// That level, or the lower one that EXMY_ISA=baseline|x86-64-v2|x86-64-v3|x86-64-v4 in the environment forces.
/// Read once.
IsaLevel isa_level();

}  // namespace exmy
