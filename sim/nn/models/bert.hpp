#pragma once
// The encoder after BERT (Devlin et al. 2018), for masked tokens.

#include "sim/nn/models/transformer.hpp"

namespace exmy {

/// wte (tokens), wpe (positions), ln_e and dropout; blocks that see all positions, norms as `place` says; ln_f if they come
/// before. Head `masked_tokens`: transform.fc, its activation, transform.ln, then wte's weight again, with a bias:
/// from tokens [T] to [T][V]. Head `classes`: pooler (a linear layer and tanh) on the first position, classifier: from
/// tokens [T] to [classes]; the vocabulary must be given. There are no segments: a sample is one text.
enum class BertHead : std::uint8_t { masked_tokens, classes };

struct BertOptions {
  BlockOptions blocks{.epsilon = 1e-12, .activation = Activation::gelu};
  NormPlace place = NormPlace::after;
  BertHead head = BertHead::masked_tokens;
  std::size_t vocabulary = 0;  ///< of `classes`
};

LayerFactory bert(const BertOptions& options);

}  // namespace exmy
