#pragma once
// The functions of one real variable, by name, each rounded once to any format.

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/project.hpp"

namespace exmy::functions {

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
  tanh,
  sigmoid,
  silu,
  erf,
  gelu,
  gelu_tanh,
  rsqrt
};

struct NamedFunction {
  Function function;
  std::string_view name;   ///< ours: `expm1`
  std::string_view p3109;  ///< the standard's: `ExpMinusOne`; empty where it has none
  std::string_view group;  ///< the standard's: `explog`, `trigonometric`, `hyperbolic`, `arithmetic`; or `neural`
};

/// The table, in the order of the enumeration.
std::span<const NamedFunction> named_functions();

/// f(x), projected once; x is a value of any admissible format. Special values are those of elementary.hpp.
Outcome apply(Function f, const Projection& how, double x, std::uint32_t random = 0,
              Semantics operands = Semantics::ieee754);

}  // namespace exmy::functions
