#pragma once
// Layers without parameters, one operation each.

#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"

namespace exmy {

/// y = f(x), element by element; `none` records nothing.
LayerFactory activation(Activation f);

/// The logarithm of softmax over the last dimension of [...][C]. ShapeError where there is none.
LayerFactory log_softmax();

/// Training sets an element to +0 with probability p, 0 <= p < 1, and divides the others by 1 - p; evaluation: y = x.
/// Elements are drawn by the layer's name.
LayerFactory dropout(double p);

/// Every stride-th pixel of [H][W][C], with zeros in the channels from C on: [ceil(H / stride)][ceil(W / stride)][channels].
/// ShapeError where the input is no image, or has more channels.
LayerFactory subsample(std::size_t stride, std::size_t channels);

/// [A][B]... becomes [A B ...], images channel by channel; nothing is recorded where the input has one dimension.
LayerFactory flatten();

}  // namespace exmy
