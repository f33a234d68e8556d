#pragma once
// LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), every map of the second convolution seeing all of the first.

#include "sim/nn/layers/initialize.hpp"
#include "sim/nn/layers/layer.hpp"
#include "sim/nn/ops/activation.hpp"
#include "sim/nn/ops/pooling.hpp"

namespace exmy {

/// conv1 (6 maps, 5x5), pool1 (2x2), conv2 (16 maps, 5x5), pool2 (2x2), fc1 (120), fc2 (84), fc3; the activation after
/// conv1, conv2, fc1, fc2, under their names. 61,706 parameters for images [32][32][1] of 10 classes.
struct LenetOptions {
  Activation activation = Activation::tanh;
  Pooling pooling = Pooling::average;
  std::size_t padding = 0;  ///< of conv1: 2 makes images of 28x28 fit like those of 32x32
  Initialization init{};
};

LayerFactory lenet(const LenetOptions& options);

}  // namespace exmy
