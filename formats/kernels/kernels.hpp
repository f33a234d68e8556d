#pragma once
// Fast paths over spans, one build per instruction-set level, chosen at run time. Equality with the
// reference (project.hpp, arithmetic.hpp) is their test.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "formats/counters.hpp"
#include "formats/project.hpp"

namespace exmy {

/// A nearest-even projection in a form that one addition and one subtraction in binary64 carry out.
/// With a = |x| and 2^e = max(2^floor(log2 a), 2^e_min), C = 2^(e + 52 - M) makes the adder round at the
/// last bit of the format: r = (a + C) - C, subnormals included.
struct NearestEven {
  std::uint64_t e_min_bits = 0;  ///< bits of 2^e_min
  std::uint64_t to_unit = 0;     ///< added to the bits of 2^e: gives C
  double max_finite = 0;
  double beyond = 0;    ///< what |z| > maximum gives: maximum, infinity or NaN
  double infinite = 0;  ///< what an infinite x gives
  double nan = 0;       ///< what NaN gives: NaN, or 0 in a format without
  double min_normal = 0;
  double tiny_below = 0;           ///< |x| below this is tiny after rounding
  std::uint64_t sign_of_zero = 0;  ///< the sign bit if -0 is a value, else 0
};

/// The fast form of a projection, if it has one: signed, with zero, gradual subnormals, M = 1..50,
/// exponents within -900..900, rounding nearest_even. `operands`: p3109 makes every zero +0.
/// Valid for x rounded to odd at 53 bits (53 >= P + 2) and finite |x| < 2^960.
std::optional<NearestEven> nearest_even_of(const Projection& how, Semantics operands = Semantics::ieee754);

/// One reduction step for a panel of columns: s = acc(s + product(a b)), or acc(s + a b) when product is
/// null. Counters are null when nothing is counted.
struct PanelSteps {
  const NearestEven* product = nullptr;
  const NearestEven* accumulator = nullptr;
  Counters* product_counters = nullptr;
  Counters* accumulator_counters = nullptr;
};

inline constexpr std::size_t panel_width = 32;

/// The kernels of one instruction-set level. Operands of the arithmetic are float values (24 bits, float's
/// exponents) held in doubles, so that products are exact and nothing leaves binary64's range; the
/// results of add, div and sqrt are rounded to odd.
struct Kernels {
  const char* isa;
  /// q[i] = projection of x[i]; counts into `counters` unless null. x and q may be the same array.
  void (*round)(const NearestEven&, const double* x, double* q, std::size_t n, Counters* counters);
  void (*add)(const double* x, const double* y, double* odd, std::size_t n);
  void (*mul)(const double* x, const double* y, double* exact, std::size_t n);
  void (*div)(const double* x, const double* y, double* odd, std::size_t n);
  void (*sqrt)(const double* x, double* odd, std::size_t n);
  /// s[j] continues over k = 0..count-1 with a[k] b[k panel_width + j].
  void (*panel)(const PanelSteps&, const double* a, const double* b, std::size_t count, double* s);
  /// The same with fp32 accumulation of exact products: s[j] = fma(a[k], b[k panel_width + j], s[j]).
  void (*panel_fp32)(const float* a, const float* b, std::size_t count, float* s);
};

/// The best level of this machine; EXMY_ISA=x86-64-v2|x86-64-v3|x86-64-v4|baseline forces a lower one.
const Kernels& kernels();

/// Every level that this machine can run, from the baseline up.
std::vector<const Kernels*> available_kernels();

}  // namespace exmy
