#include "sim/nn/models/initialize.hpp"
#include "sim/nn/ops/linear.hpp"

namespace exmy {
namespace {

template <class T>
class Mlp : public Model<T> {
 public:
  Mlp(const MlpOptions& options, Context& context) : options_(options) {
    const auto& n = options.widths;
    for (std::size_t i = 0; i + 1 < n.size(); ++i) {
      const std::string layer = "fc" + std::to_string(i + 1);
      layers_.push_back({initial_weight<T>(context, layer, n[i + 1], n[i], options.init),
                         zero_bias<T>(context, layer, n[i + 1])});
    }
  }

  typename Tape<T>::Id forward(Tape<T>& tape, typename Tape<T>::Id x) override {
    for (Layer& layer : layers_) {
      const std::string& name = layer.weight.layer;
      const auto z = tape.apply(std::make_unique<MatrixProduct<T>>(name), {x, tape.parameter(layer.weight)});
      const auto y = tape.apply(std::make_unique<Bias<T>>(name), {z, tape.parameter(layer.bias)});
      const bool last = &layer == &layers_.back();
      const Activation f = last ? options_.output_activation : options_.activation;
      x = f == Activation::none ? y : tape.apply(std::make_unique<ActivationOp<T>>(name, f), {y});
    }
    return x;
  }

  std::vector<Parameter<T>*> parameters() override {
    std::vector<Parameter<T>*> all;
    for (Layer& layer : layers_) {
      all.push_back(&layer.weight);
      all.push_back(&layer.bias);
    }
    return all;
  }

 private:
  struct Layer {
    Parameter<T> weight, bias;
  };
  MlpOptions options_;
  std::vector<Layer> layers_;
};

}  // namespace

template <class T>
std::unique_ptr<Model<T>> make_mlp(const MlpOptions& options, Context& context) {
  return std::make_unique<Mlp<T>>(options, context);
}
template std::unique_ptr<Model<float>> make_mlp(const MlpOptions&, Context&);
template std::unique_ptr<Model<double>> make_mlp(const MlpOptions&, Context&);

}  // namespace exmy
