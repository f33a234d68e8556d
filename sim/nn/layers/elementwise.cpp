#include "sim/nn/layers/elementwise.hpp"

#include "sim/nn/ops/reshape.hpp"

namespace exmy {
namespace {

template <class T>
class ActivationLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  ActivationLayer(Activation f, const LayerArguments<T>& a) : name_(a.name), f_(f), shape_(a.input) {}
  Id forward(Tape<T>& tape, Id x) override {
    return f_ == Activation::none ? x : tape.apply(std::make_unique<ActivationOp<T>>(name_, f_), {x});
  }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  Activation f_;
  Shape shape_;
};

template <class T>
class Flatten : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  explicit Flatten(const LayerArguments<T>& a)
      : name_(a.name), flat_(a.input.size() == 1), shape_{size_of(a.input)} {}
  Id forward(Tape<T>& tape, Id x) override {
    return flat_ ? x : tape.apply(std::make_unique<Reshape<T>>(name_, shape_), {x});
  }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  bool flat_;
  Shape shape_;
};

}  // namespace

LayerFactory activation(Activation f) {
  return LayerFactory(
      [f]<class T>(const LayerArguments<T>& a) { return std::make_unique<ActivationLayer<T>>(f, a); });
}

LayerFactory flatten() {
  return LayerFactory([]<class T>(const LayerArguments<T>& a) { return std::make_unique<Flatten<T>>(a); });
}

}  // namespace exmy
