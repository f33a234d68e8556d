#include "formats/functions/function.hpp"

#include <array>
#include <optional>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/functions/elementary.hpp"
#include "formats/functions/exact_value.hpp"
#include "formats/functions/mpfr_value.hpp"

namespace exmy::functions {
namespace {

using enum Function;

constexpr std::array table{
    NamedFunction{exp, "exp", "Exp", "explog"},
    NamedFunction{exp2, "exp2", "Exp2", "explog"},
    NamedFunction{expm1, "expm1", "ExpMinusOne", "explog"},
    NamedFunction{log, "log", "Log", "explog"},
    NamedFunction{log2, "log2", "Log2", "explog"},
    NamedFunction{log10, "log10", "", "explog"},
    NamedFunction{log1p, "log1p", "LogOnePlus", "explog"},
    NamedFunction{softplus, "softplus", "Softplus", "explog"},
    NamedFunction{sin, "sin", "Sin", "trigonometric"},
    NamedFunction{cos, "cos", "Cos", "trigonometric"},
    NamedFunction{tan, "tan", "Tan", "trigonometric"},
    NamedFunction{asin, "asin", "ArcSin", "trigonometric"},
    NamedFunction{acos, "acos", "ArcCos", "trigonometric"},
    NamedFunction{atan, "atan", "ArcTan", "trigonometric"},
    NamedFunction{sinpi, "sinpi", "SinPi", "trigonometric"},
    NamedFunction{cospi, "cospi", "CosPi", "trigonometric"},
    NamedFunction{tanpi, "tanpi", "TanPi", "trigonometric"},
    NamedFunction{asinpi, "asinpi", "ArcSinPi", "trigonometric"},
    NamedFunction{acospi, "acospi", "ArcCosPi", "trigonometric"},
    NamedFunction{atanpi, "atanpi", "ArcTanPi", "trigonometric"},
    NamedFunction{sinh, "sinh", "Sinh", "hyperbolic"},
    NamedFunction{cosh, "cosh", "Cosh", "hyperbolic"},
    NamedFunction{tanh, "tanh", "Tanh", "hyperbolic"},
    NamedFunction{asinh, "asinh", "ArcSinh", "hyperbolic"},
    NamedFunction{acosh, "acosh", "ArcCosh", "hyperbolic"},
    NamedFunction{atanh, "atanh", "ArcTanh", "hyperbolic"},
    NamedFunction{sigmoid, "sigmoid", "", "neural"},
    NamedFunction{silu, "silu", "", "neural"},
    NamedFunction{erf, "erf", "", "neural"},
    NamedFunction{gelu, "gelu", "", "neural"},
    NamedFunction{gelu_tanh, "gelu_tanh", "", "neural"},
    NamedFunction{sigmoid_grad, "sigmoid_grad", "", "neural"},
    NamedFunction{tanh_grad, "tanh_grad", "", "neural"},
    NamedFunction{silu_grad, "silu_grad", "", "neural"},
    NamedFunction{gelu_grad, "gelu_grad", "", "neural"},
    NamedFunction{gelu_tanh_grad, "gelu_tanh_grad", "", "neural"},
    NamedFunction{rsqrt, "rsqrt", "Rsqrt", "arithmetic"},
};

constexpr std::array table2{
    NamedFunction2{Function2::atan2, "atan2", "ArcTan2", "trigonometric"},
    NamedFunction2{Function2::atan2pi, "atan2pi", "ArcTan2Pi", "trigonometric"},
};

/// Even, of period 2, and the same on both sides of 1: every difference is exact.
std::optional<Approximation> approximate_cospi(double x) {
  const double a = magnitude(x);
  if (!(a < 0x1p53)) return {};
  const double within = a - 2 * static_cast<double>(static_cast<std::uint64_t>(a / 2));
  return functions::cospi(within <= 1 ? within : 2 - within);
}

/// Nothing for the functions that only MPFR computes.
std::optional<Approximation> approximate(Function f, double x) {
  switch (f) {
    case exp: return functions::exp(x);
    case exp2: return functions::exp2(x);
    case expm1: return functions::expm1(x);
    case log: return functions::log(x);
    case log2: return functions::log2(x);
    case log10: return functions::log10(x);
    case log1p: return functions::log1p(x);
    case softplus: return functions::softplus(x);
    case sin: return functions::sin(x);
    case cos: return functions::cos(x);
    case cospi: return approximate_cospi(x);
    case tanh: return functions::tanh(x);
    case sigmoid: return functions::sigmoid(x);
    case silu: return functions::silu(x);
    case erf: return functions::erf(x);
    case gelu: return functions::gelu(x);
    case gelu_tanh: return functions::gelu_tanh(x);
    case sigmoid_grad: return functions::sigmoid_grad(x);
    case tanh_grad: return functions::tanh_grad(x);
    case silu_grad: return functions::silu_grad(x);
    case gelu_grad: return functions::gelu_grad(x);
    case gelu_tanh_grad: return functions::gelu_tanh_grad(x);
    case rsqrt: return functions::rsqrt(x);
    case tan:
    case asin:
    case acos:
    case atan:
    case sinpi:
    case tanpi:
    case asinpi:
    case acospi:
    case atanpi:
    case sinh:
    case cosh:
    case asinh:
    case acosh:
    case atanh: return {};
  }
  return {};
}

}  // namespace

std::span<const NamedFunction> named_functions() { return table; }

std::span<const NamedFunction2> named_functions2() { return table2; }

Exact exact_value(Function f, double x, int bits) {
  if (const auto approximation = approximate(f, x))
    if (const auto value = decided(*approximation, bits)) return *value;
  return mpfr_value(f, x, bits);
}

Exact exact_value(Function2 f, double y, double x, int bits) { return mpfr_value(f, y, x, bits); }

Outcome apply(Function f, const Projection& how, double x, std::uint32_t random, Semantics operands) {
  const bool p3109 = operands == Semantics::p3109 || how.format.semantics == Semantics::p3109;
  const bool undefined = p3109 && f == Function::rsqrt && x == 0;
  const Exact value = undefined ? Exact::nan() : exact_value(f, x, deciding_bits(how));
  return project_function(how, value, x, random, operands);
}

/// What project_function asks of the operands is whether one is NaN and whether all are finite.
Outcome apply(Function2 f, const Projection& how, double y, double x, std::uint32_t random,
              Semantics operands) {
  const double both = is_nan(x) || is_finite(y) ? x : y;
  return project_function(how, exact_value(f, y, x, deciding_bits(how)), both, random, operands);
}

}  // namespace exmy::functions
