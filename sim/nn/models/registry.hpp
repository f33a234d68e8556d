#pragma once
// Models by name.

#include "sim/base/reader.hpp"
#include "sim/nn/layers/layer.hpp"

namespace exmy {

/// One row per kind: adding a model is one file and one row.
struct ModelKind {
  std::string_view name;
  LayerFactory (*read)(ObjectReader& config);
};
std::span<const ModelKind> model_kinds();

}  // namespace exmy
