#include "formats/functions/function.hpp"

#include <array>

#include "formats/arithmetic.hpp"
#include "formats/functions/elementary.hpp"
#include "formats/functions/exact_value.hpp"

namespace exmy::functions {
namespace {

constexpr std::array table{
    NamedFunction{Function::exp, "exp", "Exp", "explog"},
    NamedFunction{Function::exp2, "exp2", "Exp2", "explog"},
    NamedFunction{Function::expm1, "expm1", "ExpMinusOne", "explog"},
    NamedFunction{Function::log, "log", "Log", "explog"},
    NamedFunction{Function::log2, "log2", "Log2", "explog"},
    NamedFunction{Function::log10, "log10", "", "explog"},
    NamedFunction{Function::log1p, "log1p", "LogOnePlus", "explog"},
    NamedFunction{Function::softplus, "softplus", "Softplus", "explog"},
    NamedFunction{Function::sin, "sin", "Sin", "trigonometric"},
    NamedFunction{Function::cos, "cos", "Cos", "trigonometric"},
    NamedFunction{Function::tanh, "tanh", "Tanh", "hyperbolic"},
    NamedFunction{Function::sigmoid, "sigmoid", "", "neural"},
    NamedFunction{Function::silu, "silu", "", "neural"},
    NamedFunction{Function::erf, "erf", "", "neural"},
    NamedFunction{Function::gelu, "gelu", "", "neural"},
    NamedFunction{Function::gelu_tanh, "gelu_tanh", "", "neural"},
    NamedFunction{Function::rsqrt, "rsqrt", "Rsqrt", "arithmetic"},
};

Approximation approximate(Function f, double x) {
  switch (f) {
    case Function::exp: return exp(x);
    case Function::exp2: return exp2(x);
    case Function::expm1: return expm1(x);
    case Function::log: return log(x);
    case Function::log2: return log2(x);
    case Function::log10: return log10(x);
    case Function::log1p: return log1p(x);
    case Function::softplus: return softplus(x);
    case Function::sin: return sin(x);
    case Function::cos: return cos(x);
    case Function::tanh: return tanh(x);
    case Function::sigmoid: return sigmoid(x);
    case Function::silu: return silu(x);
    case Function::erf: return erf(x);
    case Function::gelu: return gelu(x);
    case Function::gelu_tanh: return gelu_tanh(x);
    case Function::rsqrt: return rsqrt(x);
  }
  return {};
}

}  // namespace

std::span<const NamedFunction> named_functions() { return table; }

Outcome apply(Function f, const Projection& how, double x, std::uint32_t random, Semantics operands) {
  return project_function(how, exact_value(approximate(f, x)), x, random, operands);
}

}  // namespace exmy::functions
