#pragma once
// The functions of one or two real variables, by name, each rounded once to any format.

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/project.hpp"

namespace exmy::functions {

// Every result is the exact value, rounded once: correctly rounded in every mode, all events and flags exact,
// for every admissible format. A double-double approximation with a strict error bound (elementary.hpp) gives
// an interval; if a rounding boundary lies in it, MPFR decides (thread-safe; its flags and ranges are left as
// they were). Functions without an approximation are computed by MPFR always.
// No function throws.

enum class Function : std::uint8_t {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  softplus,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinpi,
  cospi,
  tanpi,
  asinpi,
  acospi,
  atanpi,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sigmoid,
  silu,
  erf,
  gelu,
  gelu_tanh,
  sigmoid_grad,
  tanh_grad,
  silu_grad,
  gelu_grad,
  gelu_tanh_grad,
  rsqrt
};

/// Of two variables, in the order y, x.
enum class Function2 : std::uint8_t { atan2, atan2pi };

template <class F>
struct Named {
  F function;
  std::string_view name;   ///< ours: `expm1`
  std::string_view p3109;  ///< the standard's: `ExpMinusOne`; empty where it has none
  std::string_view
      group;  ///< the standard's: `explog`, `trigonometric`, `hyperbolic`, `arithmetic`; or `neural`
};
using NamedFunction = Named<Function>;
using NamedFunction2 = Named<Function2>;

/// The tables, in the order of the enumerations.
std::span<const NamedFunction> named_functions();
std::span<const NamedFunction2> named_functions2();

// Special values are those of IEEE 754-2019, 9.2.1, where it has the function; NaN gives NaN.
// - exp ... rsqrt of elementary.hpp: see there.
// - tan, asin, atan, sinpi, asinpi, atanpi, sinh, asinh, atanh of +-0 are +-0; cosh and cospi of 0 are 1;
//   acos(1) = acospi(1) = acosh(1) = +0.
// - sin, cos, tan, sinpi, cospi, tanpi of +-inf, asin, acos, asinpi, acospi, atanh beyond [-1, 1], and acosh
//   below 1 are NaN.
// - for integers n: sinpi(n) = 0 with the sign of n, cospi(n + 1/2) = +0, tanpi(n) = sinpi(n) / cospi(n): a
//   zero of the sign of n (-1)^n, tanpi(n + 1/2) = (-1)^n inf. atanh(+-1) = +-inf.
// - sinh and asinh of +-inf are +-inf, cosh(+-inf) = acosh(inf) = inf, atan(+-inf) = +-pi/2,
//   atanpi(+-inf) = +-1/2.
// - asinpi(x) = asin(x) / pi, acospi and atanpi likewise.
// - sigmoid_grad(x) = s(x) s(-x), s = sigmoid; tanh_grad(x) = 1 - tanh(x)^2: +0 at +-inf.
// - silu_grad, gelu_grad, gelu_tanh_grad are the derivatives of those functions: 1/2 at +-0, 1 at inf, -0 at
//   -inf (where they tend to 0 from below). That of softplus is sigmoid.
// - atan2(y, x), the angle of the point (x, y), and atan2pi = atan2 / pi: as IEEE 754-2019; atan2(+-0, +0) and
//   atan2(+-0, x > 0) are +-0, atan2(+-0, -0) and atan2(+-0, x < 0) +-pi.
// With p3109 semantics of an operand or of the result, rsqrt(0) is NaN and a zero result is +0.

/// f(x), projected once; x is a value of any admissible format.
Outcome apply(Function f, const Projection& how, double x, std::uint32_t random = 0,
              Semantics operands = Semantics::ieee754);
/// f(y, x), projected once.
Outcome apply(Function2 f, const Projection& how, double y, double x, std::uint32_t random = 0,
              Semantics operands = Semantics::ieee754);

/// How many leading bits of |f(x)| decide every projection of this kind, even if "something follows" is no bit of
/// its own but folded into the last one (rounding to odd). Boundaries are numbers of at most P + 1 bits, in the
/// stochastic modes P + N + 1; this is one more.
constexpr int deciding_bits(const Projection& how) {
  return how.format.mantissa_bits + 3 + (is_stochastic(how.rounding) ? how.random_bits : 0);
}

/// f(x), cut toward zero to its first `bits` significant bits, with the sticky bit if anything follows: right for
/// the true value, so that rounding it (to odd, at `bits` bits or fewer; by `project` whose deciding_bits
/// are no more) is right. Where |f(x)| is not in [2^-2048, 2^2048): 2^-2049 or 2^2048 and sticky.
/// rsqrt(+-0) = +-inf. REQUIRES 1 <= bits <= 90.
Exact exact_value(Function f, double x, int bits);
Exact exact_value(Function2 f, double y, double x, int bits);

}  // namespace exmy::functions
