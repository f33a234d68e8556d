#pragma once
// Optimisers by name.

#include <span>

#include "sim/base/reader.hpp"
#include "sim/nn/carriers.hpp"
#include "sim/nn/optimizers/optimizer.hpp"

namespace exmy {

template <class T>
using ParameterList = std::vector<Parameter<T>*>;
using OptimizerFactory = Factory<Optimizer, ParameterList>;

/// A constant of an optimiser that the policy rounds to the format of role update: for warnings.
struct NamedConstant {
  std::string name;                                 ///< the key
  double value;                                     ///< of the key
  std::string formula = {};                         ///< what is rounded, if it is not the value
  double (*at)(double value, double lr) = nullptr;  ///< computes that
};
struct OptimizerChoice {
  OptimizerFactory make;
  std::string op;                        ///< the first part of its site's op
  std::vector<NamedConstant> constants;  ///< of every parameter
  NamedConstant decay_constant{};        ///< of the parameters that decay; without a name there is none
  WeightDecay decay{};
};

/// One row per kind: adding an optimiser is one file and one row.
struct OptimizerKind {
  std::string_view name;
  OptimizerChoice (*read)(ObjectReader& config);
};
std::span<const OptimizerKind> optimizer_kinds();

}  // namespace exmy
