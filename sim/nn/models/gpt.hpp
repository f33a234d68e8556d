#pragma once
// The decoder after GPT-2 (Radford et al. 2019).

#include "sim/nn/models/transformer.hpp"

namespace exmy {

/// wte (tokens), wpe (positions), blocks with the norms before and causal attention, ln_f, head without bias. `tied`: the
/// head's weight is wte's; else its own, head.weight [V][width]. From tokens [T] to [T][V].
struct GptOptions {
  BlockOptions blocks;
  bool tied = true;
};

LayerFactory gpt(const GptOptions& options);

}  // namespace exmy
