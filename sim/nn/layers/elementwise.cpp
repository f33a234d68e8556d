#include "sim/nn/layers/elementwise.hpp"

#include "sim/nn/ops/dropout.hpp"
#include "sim/nn/ops/flatten.hpp"
#include "sim/nn/ops/log_softmax.hpp"
#include "sim/nn/ops/subsample.hpp"

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
class LogSoftmaxLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  explicit LogSoftmaxLayer(const LayerArguments<T>& a) : name_(a.name), shape_(a.input) {
    if (shape_.empty()) throw ShapeError(a.name, a.input, "numbers [...][C]");
  }
  Id forward(Tape<T>& tape, Id x) override { return tape.apply(std::make_unique<LogSoftmax<T>>(name_), {x}); }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  Shape shape_;
};

template <class T>
class FlattenLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  explicit FlattenLayer(const LayerArguments<T>& a)
      : name_(a.name), flat_(a.input.size() == 1), shape_{size_of(a.input)} {}
  Id forward(Tape<T>& tape, Id x) override {
    return flat_ ? x : tape.apply(std::make_unique<Flatten<T>>(name_), {x});
  }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  bool flat_;
  Shape shape_;
};

template <class T>
class DropoutLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  DropoutLayer(double p, const LayerArguments<T>& a) : name_(a.name), p_(p), shape_(a.input) {}
  Id forward(Tape<T>& tape, Id x) override {
    return tape.apply(std::make_unique<Dropout<T>>(name_, p_), {x});
  }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  double p_;
  Shape shape_;
};

template <class T>
class SubsampleLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  SubsampleLayer(std::size_t stride, std::size_t channels, const LayerArguments<T>& a)
      : name_(a.name), stride_(stride) {
    if (a.input.size() != 3 || a.input[2] > channels)
      throw ShapeError(a.name, a.input,
                       "an image [H][W][C] of at most " + std::to_string(channels) + " channels");
    shape_ = {(a.input[0] + stride - 1) / stride, (a.input[1] + stride - 1) / stride, channels};
  }
  Id forward(Tape<T>& tape, Id x) override {
    return tape.apply(std::make_unique<Subsample<T>>(name_, stride_, shape_[2]), {x});
  }
  Shape output() const override { return shape_; }

 private:
  std::string name_;
  std::size_t stride_;
  Shape shape_;
};

}  // namespace

LayerFactory log_softmax() {
  return LayerFactory(
      []<class T>(const LayerArguments<T>& a) { return std::make_unique<LogSoftmaxLayer<T>>(a); });
}

LayerFactory dropout(double p) {
  return LayerFactory(
      [p]<class T>(const LayerArguments<T>& a) { return std::make_unique<DropoutLayer<T>>(p, a); });
}

LayerFactory subsample(std::size_t stride, std::size_t channels) {
  return LayerFactory([stride, channels]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<SubsampleLayer<T>>(stride, channels, a);
  });
}

LayerFactory activation(Activation f) {
  return LayerFactory(
      [f]<class T>(const LayerArguments<T>& a) { return std::make_unique<ActivationLayer<T>>(f, a); });
}

LayerFactory flatten() {
  return LayerFactory(
      []<class T>(const LayerArguments<T>& a) { return std::make_unique<FlattenLayer<T>>(a); });
}

}  // namespace exmy
