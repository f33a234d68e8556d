#pragma once
// Stages of 3x3 convolutions (Simonyan, Zisserman 2015), of a size for small images.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

/// Stage s of `widths.size()`: `convolutions` times convS_I (3x3, padding 1, widths[s] channels), bnS_I if asked for, the
/// activation under its name; then poolS (2x2, max). Then for each of `hidden` fcI, the activation, dropI if dropout is not
/// 0; the last fcI has what the data ask. A convolution has a bias where no batch normalisation follows it.
struct VggOptions {
  std::vector<std::size_t> widths{32, 64, 128};
  std::size_t convolutions = 2;
  std::vector<std::size_t> hidden{128};
  bool batch_norm = true;
  double dropout = 0;
  Activation activation = Activation::relu;
  Initialization init = Initializer::he_normal;
};

LayerFactory vgg(const VggOptions& options);

}  // namespace exmy
