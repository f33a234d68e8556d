#pragma once
// The instruction-set levels that fast paths are built for.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace exmy {

enum class IsaLevel : std::uint8_t { baseline, v2, v3, v4 };
inline constexpr std::array<std::string_view, 4> isa_level_names{"baseline", "x86-64-v2", "x86-64-v3",
                                                                 "x86-64-v4"};

inline std::string_view name_of(IsaLevel level) { return isa_level_names[static_cast<std::size_t>(level)]; }

/// The best level of this build and machine.
IsaLevel best_isa_level();

/// What `wanted` gives where `best` is the best: the level of that name, at most the best one; the best one for what is no
/// name.
IsaLevel isa_level_for(std::string_view wanted, IsaLevel best);

/// That level, or the lower one that EXMY_ISA in the environment forces, one of the names above. A level that the
/// machine lacks, `auto` and what is no name stand for the best one. Read once; then std::runtime_error if arithmetic
/// is not in its usual modes (floating_environment.hpp).
IsaLevel isa_level();

/// What is wrong with EXMY_ISA; empty if it is a name, `auto`, empty or not there.
std::string isa_problem();

}  // namespace exmy
