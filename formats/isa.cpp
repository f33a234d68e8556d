#include "formats/isa.hpp"

#include <algorithm>
#include <cstdlib>

#include "formats/floating_environment.hpp"

namespace exmy {
namespace {

#ifdef EXMY_X86_LEVELS
// What compilers use of each level (x86-64 psABI).
bool has_v2() {
  return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.2") &&
         __builtin_cpu_supports("popcnt");
}

bool has_v3() {
#ifndef __clang__  // which does not know these names, old versions at least
  if (!__builtin_cpu_supports("f16c") || !__builtin_cpu_supports("lzcnt") || !__builtin_cpu_supports("movbe"))
    return false;
#endif
  return has_v2() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

IsaLevel detect() {
#ifdef EXMY_X86_LEVELS
  __builtin_cpu_init();
  if (has_v4()) return IsaLevel::v4;
  if (has_v3()) return IsaLevel::v3;
  if (has_v2()) return IsaLevel::v2;
#endif
  return IsaLevel::baseline;
}

std::string_view wanted() {
  const char* forced = std::getenv("EXMY_ISA");
  return forced == nullptr ? "" : forced;
}

/// Not inlined, for it would make the way to what is chosen longer.
[[gnu::noinline]] IsaLevel choose() {
  require_floating_environment();
  return isa_level_for(wanted(), best_isa_level());
}

}  // namespace

IsaLevel best_isa_level() {
  static const IsaLevel best = detect();
  return best;
}

IsaLevel isa_level_for(std::string_view wanted, IsaLevel best) {
  const auto found = std::find(isa_level_names.begin(), isa_level_names.end(), wanted);
  if (found == isa_level_names.end()) return best;
  return std::min(static_cast<IsaLevel>(found - isa_level_names.begin()), best);
}

IsaLevel isa_level() {
  static const IsaLevel chosen = choose();
  return chosen;
}

std::string isa_problem() {
  const std::string_view given = wanted();
  if (given.empty() || given == "auto") return {};
  if (std::find(isa_level_names.begin(), isa_level_names.end(), given) != isa_level_names.end()) return {};
  std::string known = "auto";
  for (const std::string_view name : isa_level_names) known += ", " + std::string(name);
  return "EXMY_ISA: unknown level \"" + std::string(given) + "\" (known: " + known + ")";
}

}  // namespace exmy
