#pragma once
// Pooling of images.

#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/pooling.hpp"

namespace exmy {

/// [H][W][C] becomes [H'][W'][C] (Window::output). Operation `max_pool` or `average_pool`. REQUIRES padding below the
/// window's height and width, stride >= 1. ShapeError where the input is no image or no window fits.
LayerFactory pooling(Pooling kind, const Window& window);

/// [H][W][C] becomes [C]: the average over the whole image, operation `average_pool`. ShapeError where the input is no
/// image.
LayerFactory global_average_pool();

}  // namespace exmy
