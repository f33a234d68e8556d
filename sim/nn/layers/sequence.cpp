#include "sim/nn/layers/sequence.hpp"

namespace exmy {
namespace {

template <class T>
class Sequence : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  Sequence(const std::vector<NamedLayer>& layers, const LayerArguments<T>& a) : output_(a.input) {
    for (const NamedLayer& layer : layers) {
      const std::string name = a.name.empty() ? layer.name : a.name + "." + layer.name;
      const std::size_t tokens = layers_.empty() ? a.tokens : 0;  // what a layer gives are numbers
      layers_.push_back(layer.make(LayerArguments<T>{a.context, name, output_, a.outputs, tokens}));
      output_ = layers_.back()->output();
    }
  }

  Id forward(Tape<T>& tape, Id x) override {
    for (const auto& layer : layers_) x = layer->forward(tape, x);
    return x;
  }
  Shape output() const override { return output_; }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    for (const auto& layer : layers_) layer->collect(parameters);
  }
  void collect_buffers(std::vector<Buffer<T>>& buffers) override {
    for (const auto& layer : layers_) layer->collect_buffers(buffers);
  }

 private:
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  Shape output_;
};

}  // namespace

LayerFactory sequence(std::vector<NamedLayer> layers) {
  return LayerFactory([layers = std::move(layers)]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<Sequence<T>>(layers, a);
  });
}

}  // namespace exmy
