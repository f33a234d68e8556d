#include "formats/floating_environment.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <stdexcept>

namespace exmy {
namespace {

constexpr const char* flushes = "results below the normal range become 0 (flush-to-zero)";
constexpr const char* drops = "subnormal operands are read as 0 (denormals-are-zero)";
constexpr std::array roundings{"", "rounding is toward negative", "rounding is toward positive",
                               "rounding is toward zero"};

void add(std::string& to, const std::string& text) {
  if (!text.empty()) to += (to.empty() ? "" : "; ") + text;
}

/// What the control register of x86 says. It is asked first: where exceptions trap, nothing can be computed.
std::string controlled() {
  std::string out;
#ifdef __SSE2__
  const unsigned control = __builtin_ia32_stmxcsr();
  if ((control & 0x8000) != 0) add(out, flushes);
  if ((control & 0x0040) != 0) add(out, drops);
  add(out, roundings[control >> 13 & 3]);
  if ((control & 0x1f80) != 0x1f80) add(out, "floating-point exceptions trap");
#endif
  return out;
}

// By bits: with denormals-are-zero a comparison takes a subnormal number for 0.
bool is_zero(double x) { return std::bit_cast<std::uint64_t>(x) << 1 == 0; }
bool is_zero(float x) { return std::bit_cast<std::uint32_t>(x) << 1 == 0; }

/// What arithmetic does: `volatile`, so that the processor does it and not the compiler. `t`: less than half a unit.
template <class T>
std::string computed(T smallest_normal, T smallest, T t) {
  const volatile T normal = smallest_normal, subnormal = smallest, one = 1, half = T{0.5}, tiny = t;
  const volatile T halved = normal * half, raised = subnormal * (one / normal);
  const volatile T above = one + tiny, below = one - tiny, negative = -one - tiny;
  std::string out;
  if (is_zero(halved)) add(out, flushes);
  if (is_zero(raised)) add(out, drops);
  if (above != one) add(out, roundings[2]);
  if (below != one) add(out, negative != -one ? roundings[1] : roundings[3]);
  return out;
}

}  // namespace

std::string floating_environment_problem() {
  if (const std::string found = controlled(); !found.empty()) return found;
  if (const std::string found = computed(0x1p-1022, 0x1p-1074, 0x1p-60); !found.empty()) return found;
  return computed(0x1p-126f, 0x1p-149f, 0x1p-30f);
}

void require_floating_environment() {
  if (const std::string found = floating_environment_problem(); !found.empty())
    throw std::runtime_error("floating-point arithmetic is not in its usual modes: " + found);
}

}  // namespace exmy
