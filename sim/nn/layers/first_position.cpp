#include "sim/nn/layers/first_position.hpp"

#include "sim/nn/ops/first_position.hpp"

namespace exmy {
namespace {

template <class T>
class FirstPositionLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  explicit FirstPositionLayer(const LayerArguments<T>& a) : name_(a.name) {
    if (a.input.size() != 2) throw ShapeError(a.name, a.input, "[T][C]");
    output_ = {a.input[1]};
  }
  Id forward(Tape<T>& tape, Id x) override {
    return tape.apply(std::make_unique<FirstPosition<T>>(name_), {x});
  }
  Shape output() const override { return output_; }

 private:
  std::string name_;
  Shape output_;
};

}  // namespace

LayerFactory first_position() {
  return LayerFactory(
      []<class T>(const LayerArguments<T>& a) { return std::make_unique<FirstPositionLayer<T>>(a); });
}

}  // namespace exmy
