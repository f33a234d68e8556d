#include "formats/isa.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace exmy {
namespace {

IsaLevel detect() {
#ifdef EXMY_X86_LEVELS
  __builtin_cpu_init();
  const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4) return IsaLevel::v4;
  if (v3) return IsaLevel::v3;
  if (v2) return IsaLevel::v2;
#endif
  return IsaLevel::baseline;
}

/// The highest level that EXMY_ISA allows.
IsaLevel allowed() {
  const char* forced = std::getenv("EXMY_ISA");
  const std::string_view wanted = forced == nullptr ? "" : forced;
  if (wanted == "baseline") return IsaLevel::baseline;
  if (wanted == "x86-64-v2") return IsaLevel::v2;
  return wanted == "x86-64-v3" ? IsaLevel::v3 : IsaLevel::v4;
}

}  // namespace

IsaLevel best_isa_level() {
  static const IsaLevel best = detect();
  return best;
}

IsaLevel isa_level() {
  static const IsaLevel chosen = std::min(allowed(), best_isa_level());
  return chosen;
}

}  // namespace exmy
