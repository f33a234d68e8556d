#include "sim/verify/machine.hpp"

#include <cfenv>
#include <cmath>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace exmy::verify {
namespace {

#ifdef __x86_64__
void clear_flags() { _mm_setcsr(_mm_getcsr() & ~0x3fu); }
std::uint8_t raised_flags() {
  const unsigned csr = _mm_getcsr();
  const auto flag = [&](unsigned bit, Flag f) { return (csr & bit) != 0 ? unsigned{f} : 0u; };
  return static_cast<std::uint8_t>(flag(0x20, flag_inexact) | flag(0x10, flag_underflow) |
                                   flag(0x08, flag_overflow) | flag(0x04, flag_infinite) |
                                   flag(0x01, flag_invalid));
}
#else
void clear_flags() {}
std::uint8_t raised_flags() { return 0; }
#endif

/// Volatile operands and results: the compiler, which knows nothing of modes and flags, moves and folds nothing.
template <class Compute>
Machine observed(const Compute& compute) {
  clear_flags();
  const double value = compute();
  return {value, raised_flags()};
}

template <class T>
T result_of(MachineOperation operation, T x, T y, T z) {
  switch (operation) {
    case MachineOperation::add: return x + y;
    case MachineOperation::sub: return x - y;
    case MachineOperation::mul: return x * y;
    case MachineOperation::div: return x / y;
    case MachineOperation::fma: return std::fma(x, y, z);
    case MachineOperation::sqrt: return std::sqrt(x);
  }
  return x;
}

template <class T>
Machine in_type(MachineOperation operation, const Operands& o) {
  const volatile T x = static_cast<T>(o.x), y = static_cast<T>(o.y), z = static_cast<T>(o.z);
  return observed([&] {
    const volatile T result = result_of<T>(operation, x, y, z);
    return static_cast<double>(result);
  });
}

int fenv_mode(Rounding mode) {
  if (mode == Rounding::toward_positive) return FE_UPWARD;
  if (mode == Rounding::toward_negative) return FE_DOWNWARD;
  return mode == Rounding::toward_zero ? FE_TOWARDZERO : FE_TONEAREST;
}

// _Float16 is in g++ from 12 and clang++ from 15 on.
#if defined(__FLT16_MANT_DIG__) && (defined(__clang__) ? __clang_major__ >= 15 : __GNUC__ >= 12)
__extension__ typedef _Float16 Half;
constexpr bool compiler_has_half = true;
#else
typedef float Half;
constexpr bool compiler_has_half = false;
#endif

}  // namespace

const bool has_float16 = compiler_has_half;

RoundingMode::RoundingMode(Rounding mode) { std::fesetround(fenv_mode(mode)); }
RoundingMode::~RoundingMode() { std::fesetround(FE_TONEAREST); }

Machine in_fp32(MachineOperation operation, const Operands& o) { return in_type<float>(operation, o); }
Machine in_fp64(MachineOperation operation, const Operands& o) { return in_type<double>(operation, o); }

Machine double_to_float(const Operands& o) {
  const volatile double from = o.x;
  return observed([&] {
    const volatile float to = static_cast<float>(from);
    return static_cast<double>(to);
  });
}

Machine double_to_half_by_compiler(const Operands& o) {
  const volatile double from = o.x;
  const volatile Half to = static_cast<Half>(from);
  return {static_cast<double>(to), 0};
}

#ifdef __x86_64__
const bool flags_are_comparable = true;
bool has_fma_unit() { return __builtin_cpu_supports("fma") != 0; }
bool has_f16c() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __builtin_cpu_supports("avx") != 0 && __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

__attribute__((target("f16c"))) static double half_by_f16c(float x) {
  const volatile float from = x;
  const __m128i half = _mm_cvtps_ph(_mm_set_ss(from), _MM_FROUND_CUR_DIRECTION);
  const volatile int code = _mm_extract_epi16(half, 0);
  return static_cast<double>(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(code))));
}

Machine float_to_half_by_f16c(const Operands& o) {
  const float x = static_cast<float>(o.x);
  return observed([&] { return half_by_f16c(x); });
}
#else
const bool flags_are_comparable = false;
bool has_fma_unit() { return false; }
bool has_f16c() { return false; }
Machine float_to_half_by_f16c(const Operands& o) { return {o.x, 0}; }
#endif

}  // namespace exmy::verify
