#pragma once
// Layers by name, as a configuration lists them.

#include <array>
#include <span>

#include "sim/base/reader.hpp"
#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/sequence.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

inline constexpr std::array activation_names{
    Named<Activation>{"none", Activation::none}, Named<Activation>{"relu", Activation::relu},
    Named<Activation>{"tanh", Activation::tanh}, Named<Activation>{"sigmoid", Activation::sigmoid},
    Named<Activation>{"gelu", Activation::gelu}, Named<Activation>{"gelu_tanh", Activation::gelu_tanh},
    Named<Activation>{"silu", Activation::silu}};

/// Keys: init, and init_std (default 0.02) where that is `normal`.
Initialization read_initialization(ObjectReader& config, Initializer fallback);

/// One row per kind: adding a layer is one file and one row.
struct LayerKind {
  std::string_view name;
  LayerFactory (*read)(ObjectReader& config);
};
std::span<const LayerKind> layer_kinds();

/// Layers of a list of objects {kind, name, ...}. Without a name it is the index. Names are letters, digits, `_` and `-`,
/// unique in the list, and none of `reserved`. A ShapeError of a layer points to its object.
std::vector<NamedLayer> read_layers(const std::vector<Value>& list,
                                    std::span<const std::string_view> reserved = {});

}  // namespace exmy
