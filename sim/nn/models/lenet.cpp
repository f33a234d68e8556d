#include "sim/nn/models/lenet.hpp"

#include "sim/nn/layers/conv2d.hpp"
#include "sim/nn/layers/elementwise.hpp"
#include "sim/nn/layers/linear.hpp"
#include "sim/nn/layers/pooling.hpp"
#include "sim/nn/layers/sequence.hpp"

namespace exmy {

LayerFactory lenet(const LenetOptions& o) {
  const Conv2dOptions conv1{.channels = 6, .kernel = 5, .padding = o.padding, .init = o.init};
  const Conv2dOptions conv2{.channels = 16, .kernel = 5, .init = o.init};
  const Window window{.height = 2, .width = 2, .stride = 2};
  return sequence({{"conv1", conv2d(conv1)},
                   {"conv1", activation(o.activation)},
                   {"pool1", pooling(o.pooling, window)},
                   {"conv2", conv2d(conv2)},
                   {"conv2", activation(o.activation)},
                   {"pool2", pooling(o.pooling, window)},
                   {"flatten", flatten()},
                   {"fc1", linear({.features = 120, .init = o.init})},
                   {"fc1", activation(o.activation)},
                   {"fc2", linear({.features = 84, .init = o.init})},
                   {"fc2", activation(o.activation)},
                   {"fc3", linear({.init = o.init})}});
}

}  // namespace exmy
