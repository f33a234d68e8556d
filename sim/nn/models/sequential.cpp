#include "sim/nn/models/sequential.hpp"

namespace exmy {

LayerFactory sequential(std::vector<NamedLayer> layers) {
  return LayerFactory([make = sequence(std::move(layers))]<class T>(const LayerArguments<T>& a) {
    std::unique_ptr<Layer<T>> network = make(a);
    Shape for_each = a.input;
    for_each.push_back(a.outputs);
    if (network->output() != Shape{a.outputs} && network->output() != for_each)
      throw ShapeError("the network gives " + to_string(network->output()) + ", wanted " +
                       to_string(Shape{a.outputs}) + ": a number for each class or target of the data");
    return network;
  });
}

}  // namespace exmy
