#include "sim/nn/layers/linear.hpp"

#include "sim/nn/ops/linear.hpp"

namespace exmy {
namespace {

template <class T>
class Linear : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  Linear(const LinearOptions& o, const LayerArguments<T>& a) : output_(a.input) {
    if (a.input.empty()) throw ShapeError(a.name, a.input, "features [...][N]");
    output_.back() = o.features != 0 ? o.features : a.outputs;
    weight_ = initial_weight<T>(*a.context, a.name, {output_.back(), a.input.back()}, o.init, "dot");
    if (o.bias) bias_ = zero_bias<T>(*a.context, a.name, output_.back());
  }

  Id forward(Tape<T>& tape, Id x) override {
    const std::string& name = weight_.layer;
    const Id z = tape.apply(std::make_unique<MatrixProduct<T>>(name), {x, tape.parameter(weight_)});
    return bias_ ? tape.apply(std::make_unique<Bias<T>>(name), {z, tape.parameter(*bias_)}) : z;
  }
  Shape output() const override { return output_; }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    parameters.push_back(&weight_);
    if (bias_) parameters.push_back(&*bias_);
  }

 private:
  Shape output_;
  Parameter<T> weight_;
  std::optional<Parameter<T>> bias_;
};

}  // namespace

LayerFactory linear(const LinearOptions& options) {
  return LayerFactory(
      [options]<class T>(const LayerArguments<T>& a) { return std::make_unique<Linear<T>>(options, a); });
}

}  // namespace exmy
