// `project` and the operations against the floating-point unit: every rounding mode, values and flags.
// Flags are compared on x86-64, which detects tininess after rounding as numerics section 3 does.

#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

// ---- operands, weighted towards trouble ----------------------------------------------------------

template <class To, class From>
To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

struct Range {
  int mantissa_bits, least_exponent, exponents;  // of the format that is rounded to
};

const Range near_fp32{23, -152, 284}, near_fp16{10, -27, 47};

/// A double whose significand ends just after `mantissa_bits` bits, or near a tie, or anywhere, and whose
/// exponent is mostly within `range` or a little beyond it; sometimes any pattern that is not NaN.
double draw_double(Random& random, const Range& range) {
  const std::uint64_t choice = random.bits(), raw = random.bits();
  const double any = same_bits<double>(raw);
  if (choice % 16 == 0) return std::isnan(any) ? 0.0 : any;
  const int tail_bits = 52 - range.mantissa_bits;
  const std::uint64_t half = std::uint64_t{1} << (tail_bits - 1), tail = (half << 1) - 1;
  std::uint64_t significand = raw & ((std::uint64_t{1} << 52) - 1);
  if (choice >> 4 & 1) significand = (significand & ~tail) | half;              // a tie
  if (choice >> 5 & 1) significand += (choice >> 6) % 5 - 2;                    // a step beside it
  if ((choice >> 9) % 8 == 0) significand = ~(choice >> 12 & 7);                // just below a power of two
  if ((choice >> 9) % 8 == 1) significand &= ~(tail >> ((choice >> 12) % 16));  // ties of subnormals
  const auto exponents = static_cast<std::uint64_t>(range.exponents);
  const int exponent = range.least_exponent + static_cast<int>((choice >> 20) % exponents);
  const std::uint64_t sign = raw & (std::uint64_t{1} << 63), low = (std::uint64_t{1} << 52) - 1;
  return same_bits<double>(sign | static_cast<std::uint64_t>(exponent + 1023) << 52 | (significand & low));
}

/// A float, half of the time near the ends of the range or with a short significand.
float draw_float(Random& random) {
  const std::uint64_t choice = random.bits();
  auto code = static_cast<std::uint32_t>(choice >> 32);
  switch (choice % 8) {
    case 0: code &= 0x80ffffffu; break;                        // small, subnormal
    case 1: code |= 0x7e000000u; break;                        // large, infinite
    case 2: code &= 0xfff00000u; break;                        // short
    case 3: code = (code & 0x81ffffffu) | 0x3f000000u; break;  // near one
    case 4: code |= 0x007ffff0u; break;                        // just below a power of two
    default: break;
  }
  const float x = same_bits<float>(code);
  return std::isnan(x) ? 1.0f : x;
}

/// A float of which fp16 keeps the leading part, ties included.
float draw_half_way(Random& random) {
  const double x = draw_double(random, near_fp16);
  const double low = same_bits<double>(same_bits<std::uint64_t>(x) & ~((std::uint64_t{1} << 29) - 1));
  return std::abs(x) < 0x1p100 ? static_cast<float>(low) : 0x1p100f;
}

// ---- the hardware --------------------------------------------------------------------------------

struct Mode {
  Rounding rounding;
  int fenv;
};
const std::vector<Mode> nearest{{Rounding::nearest_even, FE_TONEAREST}};
const std::vector<Mode> all_modes{{Rounding::nearest_even, FE_TONEAREST},
                                  {Rounding::toward_positive, FE_UPWARD},
                                  {Rounding::toward_negative, FE_DOWNWARD},
                                  {Rounding::toward_zero, FE_TOWARDZERO}};

/// What the machine computed; flags in Flag's bits.
struct Machine {
  double value;
  std::uint8_t flags;
};

#if defined(__x86_64__)
constexpr bool flags_are_comparable = true;
void clear_flags() { _mm_setcsr(_mm_getcsr() & ~0x3fu); }
std::uint8_t raised_flags() {
  const unsigned csr = _mm_getcsr();
  unsigned flags = 0;
  if (csr & 0x20u) flags |= flag_inexact;
  if (csr & 0x10u) flags |= flag_underflow;
  if (csr & 0x08u) flags |= flag_overflow;
  if (csr & 0x04u) flags |= flag_infinite;
  if (csr & 0x01u) flags |= flag_invalid;
  return static_cast<std::uint8_t>(flags);
}
bool has_fma_unit() { return __builtin_cpu_supports("fma") != 0; }
#else  // aarch64 detects tininess before rounding: values only
constexpr bool flags_are_comparable = false;
void clear_flags() {}
std::uint8_t raised_flags() { return 0; }
bool has_fma_unit() { return false; }
#endif

// _Float16 is in g++ from 12 and clang++ from 15 on.
#if defined(__FLT16_MANT_DIG__) && (defined(__clang__) ? __clang_major__ >= 15 : __GNUC__ >= 12)
#define EXMY_HAS_FLOAT16
__extension__ typedef _Float16 Half;
#endif

struct Operands {
  double x = 0, y = 0, z = 0;
};

/// What differed: the first few in words, and how many values were compared.
struct Comparison {
  std::string report;
  long differences = 0, cases = 0;

  void expect(const Operands& o, Rounding mode, const Outcome& got, const Machine& want, bool with_flags) {
    ++cases;
    const double canonical = std::isnan(want.value) ? std::numeric_limits<double>::quiet_NaN() : want.value;
    const bool same_flags = !with_flags || ieee_flags(got) == want.flags;
    if (same_bits<std::uint64_t>(got.value) == same_bits<std::uint64_t>(canonical) && same_flags) return;
    if (++differences > 8) return;
    char line[240];
    std::snprintf(line, sizeof line, "%a %a %a mode %d: got %a flags %02x, machine %a flags %02x\n", o.x, o.y,
                  o.z, static_cast<int>(mode), got.value, unsigned{ieee_flags(got)}, want.value,
                  unsigned{want.flags});
    report += line;
  }
};

constexpr std::size_t batch_size = 4096;

/// Batches of operands through the machine in each mode, then through exmy in the default mode.
template <class Draw, class Hardware, class Emulated>
Comparison compare(const std::vector<Mode>& modes, int batches, bool with_flags, Draw draw, Hardware hardware,
                   Emulated emulated) {
  Comparison comparison;
  std::vector<Operands> operands(batch_size);
  std::vector<Machine> machine(batch_size);
  for (int batch = 0; batch < batches; ++batch)
    for (const Mode& mode : modes) {
      for (Operands& o : operands) o = draw();
      std::fesetround(mode.fenv);
      for (std::size_t i = 0; i < batch_size; ++i) {
        clear_flags();
        machine[i].value = hardware(operands[i]);
        machine[i].flags = raised_flags();
      }
      std::fesetround(FE_TONEAREST);
      for (std::size_t i = 0; i < batch_size; ++i)
        comparison.expect(operands[i], mode.rounding, emulated(operands[i], mode.rounding), machine[i],
                          with_flags);
    }
  return comparison;
}

void report(const Comparison& comparison, long cases) {
  CHECK(comparison.report == "");
  CHECK(comparison.differences == 0);
  CHECK(comparison.cases >= cases);
}

#if defined(__x86_64__)
__attribute__((target("f16c"))) double half_by_f16c(const Operands& o) {
  const volatile float from = static_cast<float>(o.x);
  const __m128i half = _mm_cvtps_ph(_mm_set_ss(from), _MM_FROUND_CUR_DIRECTION);
  const volatile int code = _mm_extract_epi16(half, 0);
  return static_cast<double>(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(code))));
}
#endif

/// A conversion that the compiler can neither move nor fold.
template <class From, class To>
double converted(const Operands& o) {
  const volatile From from = static_cast<From>(o.x);
  const volatile To to = static_cast<To>(from);
  return static_cast<double>(to);
}

/// The projection of o.x to a format.
auto projected(const Format& format) {
  return [format](const Operands& o, Rounding mode) {
    return project({format, mode, Saturation::none, 16}, o.x);
  };
}

// ---- operations in a hardware format T -----------------------------------------------------------

/// Operands of which some cancel or nearly so, or multiply to the ends of the range.
template <class T>
Operands draw_operands(Random& random, double (*draw)(Random&)) {
  Operands o{draw(random), draw(random), draw(random)};
  const std::uint64_t choice = random.below(8);
  if (choice == 0) o.y = -o.x;
  if (choice == 1) o.y = -static_cast<double>(std::nextafter(static_cast<T>(o.x), static_cast<T>(o.z)));
  if (choice == 2) o.z = -static_cast<double>(static_cast<T>(o.x) * static_cast<T>(o.y));
  if (choice == 3) o.y = static_cast<double>(std::numeric_limits<T>::min() / static_cast<T>(o.x));
  if (choice == 4) o.y = static_cast<double>(std::numeric_limits<T>::max() / static_cast<T>(o.x));
  if (std::isnan(o.y)) o.y = 0;
  if (std::isnan(o.z)) o.z = 0;
  return o;
}

double any_float(Random& random) { return static_cast<double>(draw_float(random)); }
double any_double(Random& random) { return draw_double(random, {44, -1030 + 8, 2045}); }

template <class T, class Operation>
auto by_machine(Operation operation) {
  return [operation](const Operands& o) {
    const volatile T x = static_cast<T>(o.x), y = static_cast<T>(o.y), z = static_cast<T>(o.z);
    const volatile T result = operation(T{x}, T{y}, T{z});
    return static_cast<double>(result);
  };
}

template <class T>
void compare_operations(const Format& format, double (*draw_one)(Random&), int batches) {
  Random random(3);
  const auto draw = [&] { return draw_operands<T>(random, draw_one); };
  const auto how = [&](Rounding mode) { return Projection{format, mode, Saturation::none, 16}; };
  const auto check = [&](bool with_flags, auto hardware, auto emulated) {
    report(compare(all_modes, batches, with_flags, draw, by_machine<T>(hardware), emulated),
           4L * batches * static_cast<long>(batch_size));
  };
  check(
      flags_are_comparable, [](T x, T y, T) { return x + y; },
      [&](const Operands& o, Rounding mode) { return add(how(mode), o.x, o.y); });
  check(
      flags_are_comparable, [](T x, T y, T) { return x - y; },
      [&](const Operands& o, Rounding mode) { return sub(how(mode), o.x, o.y); });
  check(
      flags_are_comparable, [](T x, T y, T) { return x * y; },
      [&](const Operands& o, Rounding mode) { return mul(how(mode), o.x, o.y); });
  check(
      flags_are_comparable, [](T x, T y, T) { return x / y; },
      [&](const Operands& o, Rounding mode) { return div(how(mode), o.x, o.y); });
  check(
      flags_are_comparable, [](T x, T, T) { return std::sqrt(x); },
      [&](const Operands& o, Rounding mode) { return exmy::sqrt(how(mode), o.x); });
  check(
      has_fma_unit(), [](T x, T y, T z) { return std::fma(x, y, z); },
      [&](const Operands& o, Rounding mode) { return exmy::fma(how(mode), o.x, o.y, o.z); });
}

}  // namespace

TEST_CASE("project to fp32 equals the machine's double to float", "[hardware]") {
  Random random(1);
  const auto draw = [&] { return Operands{draw_double(random, near_fp32)}; };
  report(compare(all_modes, 1300, flags_are_comparable, draw, converted<double, float>,
                 projected(format_of("fp32"))),
         20'000'000);
}

#if defined(__x86_64__)
TEST_CASE("project to fp16 equals the machine's float to half (F16C)", "[hardware]") {
  Random random(2);
  const auto draw = [&] { return Operands{static_cast<double>(draw_half_way(random))}; };
  if (__builtin_cpu_supports("avx2") == 0)  // every such machine has F16C, which clang 14 cannot ask for
    WARN("skipped: this machine has no F16C");
  else
    report(compare(all_modes, 600, true, draw, half_by_f16c, projected(format_of("fp16"))), 9'000'000);
}
#endif

#ifdef EXMY_HAS_FLOAT16
TEST_CASE("project to fp16 equals _Float16", "[hardware]") {
  Random random(4);
  const auto doubles = [&] { return Operands{draw_double(random, near_fp16)}; };
  report(compare(nearest, 1300, false, doubles, converted<double, Half>, projected(format_of("fp16"))),
         5'000'000);
  const auto floats = [&] { return Operands{static_cast<double>(draw_half_way(random))}; };
  report(compare(nearest, 1300, false, floats, converted<float, Half>, projected(format_of("fp16"))),
         5'000'000);
}
#endif

TEST_CASE("operations in fp32 equal the machine's", "[hardware]") {
  compare_operations<float>(format_of("fp32"), any_float, 150);
}

TEST_CASE("operations in fp64 equal the machine's", "[hardware]") {
  compare_operations<double>(format_of("fp64"), any_double, 150);
}
