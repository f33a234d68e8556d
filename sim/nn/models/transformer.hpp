#pragma once
// What gpt and bert are made of.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/sequence.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

enum class NormPlace : std::uint8_t {
  before,  ///< x + f(norm(x))
  after    ///< norm(x + f(x))
};

struct BlockOptions {
  std::size_t layers = 4, heads = 4, width = 128;  ///< heads divide the width
  std::size_t hidden = 0;                          ///< of the two-layer perceptron; 0: 4 width
  double dropout = 0;            ///< of embeddings and of what is added to the residual stream
  double attention_dropout = 0;  ///< of attention's probabilities
  double epsilon = 1e-5;         ///< of the layer norms
  Activation activation = Activation::gelu_tanh;
};

/// Blocks of [T][width], named blocks.0, blocks.1, ...; each is
///   before: x = x + attn(ln1(x)); x = x + mlp(ln2(x))
///   after:  x = ln1(x + attn(x)); x = ln2(x + mlp(x))
/// mlp = proj(activation(fc(x))); sums are op `add` of layer blocks.i; dropout follows attn and mlp. Weights are
/// N(0, 0.02), of the two layers `proj` N(0, 0.02 / sqrt(2 layers)) (GPT-2).
std::vector<NamedLayer> transformer_blocks(const BlockOptions& options, NormPlace place, bool causal);

}  // namespace exmy
