#include "sim/nn/layers/normalisation.hpp"

#include "sim/nn/layers/initialize.hpp"

namespace exmy {
namespace {

template <class T>
Tensor<T> initial_statistic(const LayerArguments<T>& a, const std::string& name, double value) {
  Tensor<double> numbers({a.input.back()}, Format{11, 52, 1023});
  numbers.data.assign(numbers.size(), value);
  return project_numbers<T>(*a.context, a.name, "init." + name, Role::optimizer_state, numbers);
}

template <class T>
class NormalisationLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  NormalisationLayer(const NormalisationOptions& o, const LayerArguments<T>& a) : o_(o), output_(a.input) {
    if (a.input.empty()) throw ShapeError(a.name, a.input, "features [...][N]");
    const std::string op = NormalisationOp<T>::op_of(o.kind);
    const std::size_t n = a.input.back();
    weight_ = constant_parameter<T>(*a.context, a.name, "weight", op + ".weight", n, 1);
    if (o.kind != Normalisation::rms)
      bias_ = constant_parameter<T>(*a.context, a.name, "bias", op + ".bias", n, 0);
    if (o.kind == Normalisation::batch)
      running_ = {initial_statistic(a, "running_mean", 0), initial_statistic(a, "running_var", 1),
                  o.momentum};
  }

  Id forward(Tape<T>& tape, Id x) override {
    std::vector<Id> inputs{x, tape.parameter(weight_)};
    if (bias_) inputs.push_back(tape.parameter(*bias_));
    RunningStatistics<T>* running = o_.kind == Normalisation::batch ? &running_ : nullptr;
    return tape.apply(std::make_unique<NormalisationOp<T>>(weight_.layer, o_.kind, o_.epsilon, running),
                      inputs);
  }
  Shape output() const override { return output_; }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    parameters.push_back(&weight_);
    if (bias_) parameters.push_back(&*bias_);
  }
  void collect_buffers(std::vector<Buffer<T>>& buffers) override {
    if (o_.kind != Normalisation::batch) return;
    buffers.push_back({weight_.layer + ".running_mean", &running_.mean});
    buffers.push_back({weight_.layer + ".running_var", &running_.var});
  }

 private:
  NormalisationOptions o_;
  Shape output_;
  Parameter<T> weight_;
  std::optional<Parameter<T>> bias_;
  RunningStatistics<T> running_;
};

}  // namespace

LayerFactory normalisation(const NormalisationOptions& options) {
  return LayerFactory([options]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<NormalisationLayer<T>>(options, a);
  });
}

}  // namespace exmy
