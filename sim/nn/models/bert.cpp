#include "sim/nn/models/bert.hpp"

#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/embedding.hpp"
#include "sim/nn/layers/first_position.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"

namespace exmy {
namespace {

LayerFactory bert_linear(std::size_t features) {
  return linear({.features = features, .init = {Initializer::normal, 0.02}});
}

/// From embedded tokens to the blocks' output.
std::vector<NamedLayer> encoder(const BertOptions& o) {
  const LayerFactory norm = normalisation({.epsilon = o.blocks.epsilon});
  std::vector<NamedLayer> layers{{"wpe", positions({Initializer::normal, 0.02})}, {"ln_e", norm}};
  if (o.blocks.dropout > 0) layers.push_back({"dropout", dropout(o.blocks.dropout)});
  for (NamedLayer& layer : transformer_blocks(o.blocks, o.place, false)) layers.push_back(std::move(layer));
  if (o.place == NormPlace::before) layers.push_back({"ln_f", norm});
  return layers;
}

}  // namespace

LayerFactory bert(const BertOptions& o) {
  std::vector<NamedLayer> layers = encoder(o);
  const EmbeddingOptions tokens{.width = o.blocks.width, .vocabulary = o.vocabulary};
  if (o.head == BertHead::masked_tokens) {
    layers.push_back({"transform.fc", bert_linear(o.blocks.width)});
    layers.push_back({"transform", activation(o.blocks.activation)});
    layers.push_back({"transform.ln", normalisation({.epsilon = o.blocks.epsilon})});
    return tied({.embedding = tokens, .table = "wte", .head = "head", .bias = true}, std::move(layers));
  }
  layers.insert(layers.begin(), {"wte", embedding(tokens)});
  layers.push_back({"first", first_position()});
  layers.push_back({"pooler", bert_linear(o.blocks.width)});
  layers.push_back({"pooler", activation(Activation::tanh)});
  layers.push_back({"classifier", bert_linear(0)});
  return sequence(std::move(layers));
}

}  // namespace exmy
