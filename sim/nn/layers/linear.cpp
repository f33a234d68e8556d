#include "sim/nn/layers/linear.hpp"

#include "sim/nn/layers/weight_and_bias.hpp"

namespace exmy {
namespace {

template <class T>
class Linear : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  Linear(const LinearOptions& o, const LayerArguments<T>& a)
      : output_(output_of(o, a)), parameters_(a, {output_.back(), a.input.back()}, o.init, "dot", o.bias) {}

  Id forward(Tape<T>& tape, Id x) override {
    return parameters_.apply(tape, std::make_unique<MatrixProduct<T>>(parameters_.layer()), x);
  }
  Shape output() const override { return output_; }
  void collect(std::vector<Parameter<T>*>& parameters) override { parameters_.collect(parameters); }

 private:
  static Shape output_of(const LinearOptions& o, const LayerArguments<T>& a) {
    if (a.input.empty()) throw ShapeError(a.name, a.input, "features [...][N]");
    Shape y = a.input;
    y.back() = o.features != 0 ? o.features : a.outputs;
    return y;
  }

  Shape output_;
  WeightAndBias<T> parameters_;
};

}  // namespace

LayerFactory linear(const LinearOptions& options) {
  return LayerFactory(
      [options]<class T>(const LayerArguments<T>& a) { return std::make_unique<Linear<T>>(options, a); });
}

}  // namespace exmy
