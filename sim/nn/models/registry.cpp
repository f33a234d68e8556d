#include "sim/nn/models/registry.hpp"

#include <array>

#include "sim/nn/models/mlp.hpp"

namespace exmy {
namespace {

constexpr std::array activation_names{
    Named<Activation>{"none", Activation::none}, Named<Activation>{"relu", Activation::relu},
    Named<Activation>{"tanh", Activation::tanh}, Named<Activation>{"sigmoid", Activation::sigmoid}};

constexpr std::array init_names{Named<Initializer>{"he_uniform", Initializer::he_uniform},
                                Named<Initializer>{"glorot_uniform", Initializer::glorot_uniform}};

LayerFactory read_mlp(ObjectReader& r) {
  MlpOptions options;
  for (const auto width :
       r.integers<std::int64_t>("hidden", std::vector<std::int64_t>{128, 128}, Range::closed(1, 65536)))
    options.hidden.push_back(static_cast<std::size_t>(width));
  options.activation = r.one_of("activation", Activation::relu, activation_names);
  options.output_activation = r.one_of("output_activation", Activation::none, activation_names);
  options.init = r.one_of("init", Initializer::he_uniform, init_names);
  return mlp(options);
}

constexpr std::array model_table{ModelKind{"mlp", read_mlp}};

}  // namespace

std::span<const ModelKind> model_kinds() { return model_table; }

}  // namespace exmy
