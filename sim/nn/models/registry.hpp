#pragma once
// Models by name.

#include "sim/base/reader.hpp"
#include "sim/nn/carriers.hpp"
#include "sim/nn/models/model.hpp"

namespace exmy {

/// What a model must know to be made: the carrier's context and the data's sizes.
template <class T>
struct ModelArguments {
  Context* context;
  std::size_t inputs;
  std::size_t outputs;
};
using ModelFactory = Factory<Model, ModelArguments>;

/// One row per kind: adding a model is one file and one row.
struct ModelKind {
  std::string_view name;
  ModelFactory (*read)(ObjectReader& config);
};
std::span<const ModelKind> model_kinds();

}  // namespace exmy
