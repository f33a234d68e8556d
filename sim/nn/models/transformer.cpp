#include "sim/nn/models/transformer.hpp"

#include <cmath>

#include "sim/nn/layers/attention.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"
#include "sim/nn/layers/residual.hpp"

namespace exmy {
namespace {

constexpr double weight_deviation = 0.02;

void add_dropout(std::vector<NamedLayer>& layers, const std::string& name, double p) {
  if (p > 0) layers.push_back({name + ".dropout", dropout(p)});
}

LayerFactory weights(std::size_t features, double deviation) {
  return linear({.features = features, .init = {Initializer::normal, deviation}});
}

std::vector<NamedLayer> attention_branch(const BlockOptions& o, double residual_deviation, bool causal) {
  const AttentionOptions core{o.heads, causal, o.attention_dropout};
  std::vector<NamedLayer> branch{
      {"attn", attention(core, weights(o.width, weight_deviation), weights(o.width, residual_deviation))}};
  add_dropout(branch, "attn", o.dropout);
  return branch;
}

std::vector<NamedLayer> mlp_branch(const BlockOptions& o, double residual_deviation) {
  std::vector<NamedLayer> branch{
      {"mlp.fc", weights(o.hidden != 0 ? o.hidden : 4 * o.width, weight_deviation)},
      {"mlp", activation(o.activation)},
      {"mlp.proj", weights(o.width, residual_deviation)}};
  add_dropout(branch, "mlp", o.dropout);
  return branch;
}

void add_branch(std::vector<NamedLayer>& layers, const std::string& block, const std::string& norm_name,
                const BlockOptions& o, NormPlace place, std::vector<NamedLayer> branch) {
  const LayerFactory norm = normalisation({.epsilon = o.epsilon});
  if (place == NormPlace::before) branch.insert(branch.begin(), {norm_name, norm});
  layers.push_back({block, residual(std::move(branch))});
  if (place == NormPlace::after) layers.push_back({block + "." + norm_name, norm});
}

}  // namespace

std::vector<NamedLayer> transformer_blocks(const BlockOptions& o, NormPlace place, bool causal) {
  const double residual_deviation = weight_deviation / std::sqrt(2 * static_cast<double>(o.layers));
  std::vector<NamedLayer> layers;
  for (std::size_t i = 0; i < o.layers; ++i) {
    const std::string block = "blocks." + std::to_string(i);
    add_branch(layers, block, "ln1", o, place, attention_branch(o, residual_deviation, causal));
    add_branch(layers, block, "ln2", o, place, mlp_branch(o, residual_deviation));
  }
  return layers;
}

}  // namespace exmy
