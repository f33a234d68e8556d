#pragma once
// Fast paths over spans, one build per instruction-set level, chosen at run time. Equality with the
// reference (project.hpp, arithmetic.hpp) is their test.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/counters.hpp"
#include "formats/project.hpp"

namespace exmy {

/// A projection in a form that a few additions in binary64 carry out. With a = |x| and
/// 2^e = max(2^floor(log2 a), 2^e_min), C = 2^(e + 52 - M) makes the adder round at the last bit of the
/// format: (a + C) - C is the nearest neighbour, subnormals included. The other modes take the neighbour
/// below a, and the one above it where the fraction v between them is at least a threshold, and not 0.
struct FastProjection {
  Rounding rounding = Rounding::nearest_even;
  std::uint64_t e_min_bits = 0;  ///< bits of 2^e_min
  std::uint64_t to_unit = 0;     ///< added to the bits of 2^e: gives C
  double max_finite = 0;
  double beyond_positive = 0, beyond_negative = 0;  ///< |z| > maximum gives: maximum, infinity or NaN
  double infinite = 0;                              ///< what an infinite x gives
  double nan = 0;                                   ///< what NaN gives: NaN, or 0 in a format without
  double min_normal = 0;
  double tiny_below = 0;             ///< nearest-even: |x| below this is tiny after rounding
  double last_tiny = 0;              ///< the other modes: the last number of P bits below 2^e_min,
  double tiny_unit = 0;              ///< and its distance to 2^e_min
  std::uint64_t sign_of_zero = 0;    ///< the sign bit if -0 is a value, else 0
  std::uint64_t cancelled_zero = 0;  ///< the sign bit if x - x is -0 (toward_negative), else 0
  /// Modes without random numbers: the larger one of the thresholds for the sign and, if the neighbour below
  /// is odd, for that; 2 is never.
  double from_positive = 0, from_negative = 0, from_odd = 0;
  /// Stochastic modes: the threshold is random_top - (1 + R 2^-N), in `_c` the next number if R is odd.
  double random_top = 0;
  int random_shift = 0;             ///< 52 - N
  std::uint64_t random_parity = 0;  ///< 1 in `_c`, else 0
};

/// The fast form of a projection, if it has one: signed, with zero, gradual subnormals, M = 1..50,
/// exponents within -900..900; stochastic with M + N <= 50. `operands`: p3109 makes every zero +0.
/// Valid for x rounded to odd at 53 bits (53 >= P + 2; stochastic 53 >= P + N + 2) and finite |x| < 2^960.
std::optional<FastProjection> fast_projection_of(const Projection& how,
                                                 Semantics operands = Semantics::ieee754);

/// What a stream of random numbers is drawn from (numerics: randomness): site key and step, (low, high).
struct RandomKey {
  std::array<std::uint32_t, 2> key{}, step{};
};

/// One reduction step for a panel of columns: s = acc(s + product(a b)), or acc(s + a b) when product is
/// null. Counters are null when nothing is counted; random numbers, R of step k and column j at
/// [k panel_width + j], where a projection needs none.
struct PanelSteps {
  const FastProjection* product = nullptr;
  const FastProjection* accumulator = nullptr;
  Counters* product_counters = nullptr;
  Counters* accumulator_counters = nullptr;
  const std::uint32_t* product_random = nullptr;
  const std::uint32_t* accumulator_random = nullptr;
};

inline constexpr std::size_t panel_width = 32;

/// How often each exponent of binary32's normal numbers occurs: e counts[e + 127] times.
struct ExponentCounts {
  int first = 0, last = 0;  ///< only these have a meaning, and all others would be 0; last < first: none at all
  bool others = false;      ///< whether there are finite numbers with other exponents, but for 0
  std::array<std::uint32_t, 256> counts;
};

inline constexpr std::size_t exponent_block = 2048;

/// The kernels of one instruction-set level. Operands of the arithmetic are float values (24 bits, float's
/// exponents) held in doubles, so that products are exact and nothing leaves binary64's range; the
/// results of add, div and sqrt are rounded to odd.
struct Kernels {
  const char* isa;
  /// q[i] = projection of x[i]; counts into `counters` unless null. x and q may be the same array.
  /// `random`: R of each element; null unless the mode is stochastic.
  void (*round)(const FastProjection&, const double* x, double* q, std::size_t n, Counters* counters,
                const std::uint32_t* random);
  void (*add)(const double* x, const double* y, double* odd, std::size_t n);
  void (*mul)(const double* x, const double* y, double* exact, std::size_t n);
  void (*div)(const double* x, const double* y, double* odd, std::size_t n);
  void (*sqrt)(const double* x, double* odd, std::size_t n);
  /// s[j] continues over k = 0..count-1 with a[k] b[k panel_width + j].
  void (*panel)(const PanelSteps&, const double* a, const double* b, std::size_t count, double* s);
  /// The same with fp32 accumulation of exact products: s[j] = fma(a[k], b[k panel_width + j], s[j]).
  void (*panel_fp32)(const float* a, const float* b, std::size_t count, float* s);
  /// R of the elements first, first + 1, ... of a stream: `bits` random bits (1..32) each.
  void (*random)(const RandomKey&, std::uint64_t first, int bits, std::uint32_t* r, std::size_t n);
  /// Of at most `exponent_block` numbers.
  void (*exponents)(const float* x, std::size_t n, ExponentCounts&);
  void (*exponents_of_doubles)(const double* x, std::size_t n, ExponentCounts&);
};

/// The best level of this machine; EXMY_ISA=x86-64-v2|x86-64-v3|x86-64-v4|baseline forces a lower one.
const Kernels& kernels();

/// Every level that this machine can run, from the baseline up.
std::vector<const Kernels*> available_kernels();

}  // namespace exmy
