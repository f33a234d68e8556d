#include "sim/nn/layers/pooling.hpp"

#include <algorithm>

#include "sim/nn/ops/flatten.hpp"

namespace exmy {
namespace {

void check_image(const std::string& layer, const Shape& in) {
  if (in.size() != 3) throw ShapeError(layer, in, "an image [H][W][C]");
}

template <class T>
class PoolingLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  PoolingLayer(Pooling kind, const Window& window, const LayerArguments<T>& a)
      : name_(a.name), kind_(kind), window_(window) {
    check_image(a.name, a.input);
    output_ = {window.rows_of(a.input[0]), window.columns_of(a.input[1]), a.input[2]};
    if (output_[0] == 0 || output_[1] == 0)
      throw ShapeError(a.name, a.input,
                       "an image of at least " + to_string(Shape{window.height - 2 * window.padding,
                                                                 window.width - 2 * window.padding}));
  }
  Id forward(Tape<T>& tape, Id x) override {
    return tape.apply(std::make_unique<PoolingOp<T>>(name_, kind_, window_), {x});
  }
  Shape output() const override { return output_; }

 private:
  std::string name_;
  Pooling kind_;
  Window window_;
  Shape output_;
};

template <class T>
class GlobalAveragePool : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  explicit GlobalAveragePool(const LayerArguments<T>& a) : name_(a.name) {
    check_image(a.name, a.input);
    window_ = {.height = a.input[0], .width = a.input[1], .stride = std::max(a.input[0], a.input[1])};
    output_ = {a.input[2]};
  }
  Id forward(Tape<T>& tape, Id x) override {
    const Id y = tape.apply(std::make_unique<PoolingOp<T>>(name_, Pooling::average, window_), {x});
    return tape.apply(std::make_unique<Flatten<T>>(name_), {y});
  }
  Shape output() const override { return output_; }

 private:
  std::string name_;
  Window window_;
  Shape output_;
};

}  // namespace

LayerFactory pooling(Pooling kind, const Window& window) {
  return LayerFactory([kind, window]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<PoolingLayer<T>>(kind, window, a);
  });
}

LayerFactory global_average_pool() {
  return LayerFactory(
      []<class T>(const LayerArguments<T>& a) { return std::make_unique<GlobalAveragePool<T>>(a); });
}

}  // namespace exmy
