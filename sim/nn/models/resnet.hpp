#pragma once
// Residual networks for small images (He, Zhang, Ren, Sun 2016, section 4.2).

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

/// What is added where a block halves the image and doubles the channels.
enum class Shortcut : std::uint8_t {
  a,  ///< every second pixel, zeros in the new channels
  b   ///< a 1x1 convolution of stride 2 and its batch normalisation
};

/// depth = 6 n + 2: conv1 (3x3), bn1, f; three stages layer1, layer2, layer3 of n blocks with width, 2 width and 4 width
/// channels, the second and the third of stride 2; pool (the average over the image); fc. Block layerS.I:
/// f(bn2(conv2(f(bn1(conv1 x)))) + x), or, instead of x, downsample.0 (and downsample.1). Convolutions have no bias;
/// f, the activation, stands under the name of what it follows.
struct ResnetOptions {
  std::size_t depth = 20;
  std::size_t width = 16;
  Shortcut shortcut = Shortcut::a;
  Activation activation = Activation::relu;
  Initialization init = Initializer::he_normal;
};

LayerFactory resnet(const ResnetOptions& options);

}  // namespace exmy
