#include "formats/isa.hpp"

#include <cstdlib>
#include <string_view>

namespace exmy {
namespace {

IsaLevel choose() {
#ifdef EXMY_X86_LEVELS
  const char* forced = std::getenv("EXMY_ISA");
  const std::string_view wanted = forced == nullptr ? "" : forced;
  const bool below_v3 = wanted == "baseline" || wanted == "x86-64-v2";
  __builtin_cpu_init();
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4 && !below_v3 && wanted != "x86-64-v3") return IsaLevel::v4;
  if (v3 && !below_v3) return IsaLevel::v3;
#endif
  return IsaLevel::baseline;
}

}  // namespace

IsaLevel isa_level() {
  static const IsaLevel chosen = choose();
  return chosen;
}

}  // namespace exmy
