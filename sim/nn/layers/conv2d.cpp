#include "sim/nn/layers/conv2d.hpp"

#include "sim/nn/layers/weight_and_bias.hpp"
#include "sim/nn/ops/conv2d.hpp"

namespace exmy {
namespace {

void check_input(const Conv2dOptions& o, const std::string& layer, const Shape& in) {
  if (in.size() != 3) throw ShapeError(layer, in, "an image [H][W][C]");
  if (in[2] % o.groups != 0 || o.channels % o.groups != 0)
    throw ShapeError(layer, in,
                     "channels of the input and of the output (" + std::to_string(o.channels) +
                         ") that are multiples of its " + std::to_string(o.groups) + " groups");
  const std::size_t least = o.kernel > 2 * o.padding ? o.kernel - 2 * o.padding : 1;
  if (in[0] < least || in[1] < least)
    throw ShapeError(layer, in, "an image of at least " + to_string(Shape{least, least}));
}

template <class T>
class Convolution : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  Convolution(const Conv2dOptions& o, const LayerArguments<T>& a)
      : o_(o), parameters_(a, weight_shape(o, a), o.init, "conv2d", o.bias) {
    const Shape y = Conv2d<T>::output({1, a.input[0], a.input[1], a.input[2]}, weight_shape(o, a), o.stride,
                                      o.padding, o.groups);
    output_ = {y.begin() + 1, y.end()};
  }

  Id forward(Tape<T>& tape, Id x) override {
    auto op = std::make_unique<Conv2d<T>>(parameters_.layer(), o_.stride, o_.padding, o_.groups);
    return parameters_.apply(tape, std::move(op), x);
  }
  Shape output() const override { return output_; }
  void collect(std::vector<Parameter<T>*>& parameters) override { parameters_.collect(parameters); }

 private:
  static Shape weight_shape(const Conv2dOptions& o, const LayerArguments<T>& a) {
    check_input(o, a.name, a.input);
    return {o.channels, o.kernel, o.kernel, a.input[2] / o.groups};
  }

  Conv2dOptions o_;
  Shape output_;
  WeightAndBias<T> parameters_;
};

}  // namespace

LayerFactory conv2d(const Conv2dOptions& options) {
  return LayerFactory([options]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<Convolution<T>>(options, a);
  });
}

}  // namespace exmy
