#include "sim/nn/models/resnet.hpp"

#include "sim/nn/layers/conv2d.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/normalisation.hpp"
#include "sim/nn/layers/pooling.hpp"
#include "sim/nn/layers/residual.hpp"
#include "sim/nn/layers/sequence.hpp"

namespace exmy {
namespace {

LayerFactory batch_norm() { return normalisation({.kind = Normalisation::batch}); }

LayerFactory convolution(const ResnetOptions& o, std::size_t channels, std::size_t kernel,
                         std::size_t stride) {
  return conv2d({.channels = channels,
                 .kernel = kernel,
                 .stride = stride,
                 .padding = kernel / 2,
                 .bias = false,
                 .init = o.init});
}

std::vector<NamedLayer> shortcut_of(const ResnetOptions& o, std::size_t channels, std::size_t stride) {
  if (stride == 1) return {};
  if (o.shortcut == Shortcut::a) return {{"downsample.0", subsample(stride, channels)}};
  return {{"downsample.0", convolution(o, channels, 1, stride)}, {"downsample.1", batch_norm()}};
}

LayerFactory block(const ResnetOptions& o, std::size_t channels, std::size_t stride) {
  return residual({{"conv1", convolution(o, channels, 3, stride)},
                   {"bn1", batch_norm()},
                   {"bn1", activation(o.activation)},
                   {"conv2", convolution(o, channels, 3, 1)},
                   {"bn2", batch_norm()}},
                  shortcut_of(o, channels, stride));
}

}  // namespace

LayerFactory resnet(const ResnetOptions& o) {
  std::vector<NamedLayer> layers{
      {"conv1", convolution(o, o.width, 3, 1)}, {"bn1", batch_norm()}, {"bn1", activation(o.activation)}};
  for (std::size_t stage = 0; stage < 3; ++stage)
    for (std::size_t i = 0; i < (o.depth - 2) / 6; ++i) {
      const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
      layers.push_back({name, block(o, o.width << stage, stage > 0 && i == 0 ? 2 : 1)});
      layers.push_back({name, activation(o.activation)});
    }
  layers.push_back({"pool", global_average_pool()});
  layers.push_back({"fc", linear({.init = o.init})});
  return sequence(std::move(layers));
}

}  // namespace exmy
