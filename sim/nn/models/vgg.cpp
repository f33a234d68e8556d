#include "sim/nn/models/vgg.hpp"

#include "sim/nn/layers/conv2d.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"
#include "sim/nn/layers/pooling.hpp"
#include "sim/nn/layers/sequence.hpp"

namespace exmy {
namespace {

void add_stage(const VggOptions& o, std::size_t stage, std::vector<NamedLayer>& layers) {
  const std::string s = std::to_string(stage + 1);
  for (std::size_t i = 1; i <= o.convolutions; ++i) {
    const std::string part = s + "_" + std::to_string(i);
    const Conv2dOptions conv{
        .channels = o.widths[stage], .padding = 1, .bias = !o.batch_norm, .init = o.init};
    layers.push_back({"conv" + part, conv2d(conv)});
    if (o.batch_norm) layers.push_back({"bn" + part, normalisation({.kind = Normalisation::batch})});
    layers.push_back({(o.batch_norm ? "bn" : "conv") + part, activation(o.activation)});
  }
  layers.push_back({"pool" + s, pooling(Pooling::max, {.height = 2, .width = 2, .stride = 2})});
}

}  // namespace

LayerFactory vgg(const VggOptions& o) {
  std::vector<NamedLayer> layers;
  for (std::size_t stage = 0; stage < o.widths.size(); ++stage) add_stage(o, stage, layers);
  layers.push_back({"flatten", flatten()});
  for (std::size_t i = 0; i < o.hidden.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    layers.push_back({"fc" + number, linear({.features = o.hidden[i], .init = o.init})});
    layers.push_back({"fc" + number, activation(o.activation)});
    if (o.dropout != 0) layers.push_back({"drop" + number, dropout(o.dropout)});
  }
  layers.push_back({"fc" + std::to_string(o.hidden.size() + 1), linear({.init = o.init})});
  return sequence(std::move(layers));
}

}  // namespace exmy
