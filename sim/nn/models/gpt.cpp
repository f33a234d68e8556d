#include "sim/nn/models/gpt.hpp"

#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/embedding.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"

namespace exmy {

LayerFactory gpt(const GptOptions& o) {
  const EmbeddingOptions tokens{.width = o.blocks.width};
  std::vector<NamedLayer> body{{"wpe", positions({Initializer::normal, 0.01})}};
  if (o.blocks.dropout > 0) body.push_back({"dropout", dropout(o.blocks.dropout)});
  for (NamedLayer& layer : transformer_blocks(o.blocks, NormPlace::before, true))
    body.push_back(std::move(layer));
  body.push_back({"ln_f", normalisation({.epsilon = o.blocks.epsilon})});
  if (o.tied) return tied({.embedding = tokens, .table = "wte", .head = "head"}, std::move(body));
  body.insert(body.begin(), {"wte", embedding(tokens)});
  body.push_back({"head", linear({.bias = false, .init = {Initializer::normal, 0.02}})});
  return sequence(std::move(body));
}

}  // namespace exmy
