#include "sim/nn/models/mlp.hpp"

#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/sequence.hpp"

namespace exmy {

LayerFactory mlp(const MlpOptions& o) {
  std::vector<NamedLayer> layers{{"input", flatten()}};
  for (std::size_t i = 0; i <= o.hidden.size(); ++i) {
    const bool last = i == o.hidden.size();
    const std::string name = "fc" + std::to_string(i + 1);
    layers.push_back({name, linear({.features = last ? 0 : o.hidden[i], .init = o.init})});
    layers.push_back({name, activation(last ? o.output_activation : o.activation)});
  }
  return sequence(std::move(layers));
}

}  // namespace exmy
