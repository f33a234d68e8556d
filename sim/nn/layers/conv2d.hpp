#pragma once
// Convolution of images, and a bias.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"

namespace exmy {

struct Conv2dOptions {
  std::size_t channels = 1;  ///< of the output
  std::size_t kernel = 3;    ///< height and width of the window
  std::size_t stride = 1, padding = 0, groups = 1;
  bool bias = true;
  Initialization init{};
};

/// [H][W][C] becomes [H'][W'][channels], H' = floor((H + 2 padding - kernel) / stride) + 1. Operations `conv2d` and
/// `bias`; parameters `weight` [channels][kernel][kernel][C / groups] and `bias` [channels]. ShapeError where the input is
/// no image, the window is larger than it with its padding, or a number of channels is no multiple of groups.
LayerFactory conv2d(const Conv2dOptions& options);

}  // namespace exmy
