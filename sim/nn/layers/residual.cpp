#include "sim/nn/layers/residual.hpp"

#include <optional>

#include "sim/nn/ops/residual.hpp"

namespace exmy {
namespace {

template <class T>
class Residual : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  Residual(const LayerFactory& body, const LayerFactory& shortcut, const LayerArguments<T>& a)
      : name_(a.name) {
    std::optional<ShapeError> error;
    body_ = branch(body, a, error);
    shortcut_ = branch(shortcut, a, error);
    if (error) throw *error;
    if (body_->output() != shortcut_->output())
      throw ShapeError(a.name, body_->output(),
                       to_string(shortcut_->output()) + ": its layers must give what its shortcut gives");
  }
  Id forward(Tape<T>& tape, Id x) override {
    const Id y = body_->forward(tape, x);
    return tape.apply(std::make_unique<Add<T>>(name_), {y, shortcut_->forward(tape, x)});
  }
  Shape output() const override { return body_->output(); }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    body_->collect(parameters);
    shortcut_->collect(parameters);
  }
  void collect_buffers(std::vector<Buffer<T>>& buffers) override {
    body_->collect_buffers(buffers);
    shortcut_->collect_buffers(buffers);
  }

 private:
  /// So that what does not fit in either is told.
  static std::unique_ptr<Layer<T>> branch(const LayerFactory& make, const LayerArguments<T>& a,
                                          std::optional<ShapeError>& error) {
    try {
      return make(a);
    } catch (const ShapeError& found) {
      if (error)
        error->add(found);
      else
        error = found;
      return nullptr;
    }
  }

  std::string name_;
  std::unique_ptr<Layer<T>> body_, shortcut_;
};

}  // namespace

LayerFactory residual(std::vector<NamedLayer> body, std::vector<NamedLayer> shortcut) {
  return LayerFactory([b = sequence(std::move(body)), s = sequence(std::move(shortcut))]<class T>(
                          const LayerArguments<T>& a) { return std::make_unique<Residual<T>>(b, s, a); });
}

}  // namespace exmy
