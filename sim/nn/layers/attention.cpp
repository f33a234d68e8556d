#include "sim/nn/layers/attention.hpp"

#include <array>

#include "sim/nn/ops/attention.hpp"

namespace exmy {
namespace {

constexpr std::array attention_parts{"q", "k", "v", "proj"};

template <class T>
class AttentionLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;

  AttentionLayer(const AttentionOptions& o, const LayerFactory& projection, const LayerFactory& output,
                 const LayerArguments<T>& a)
      : name_(a.name), options_(o), shape_(a.input) {
    if (shape_.size() != 2 || o.heads == 0 || shape_[1] % o.heads != 0)
      throw ShapeError(name_, shape_, "[T][C], C a multiple of the " + std::to_string(o.heads) + " heads");
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string name = name_ + "." + attention_parts[i];
      parts_[i] = (i < 3 ? projection : output)(LayerArguments<T>{a.context, name, shape_, a.outputs});
      if (parts_[i]->output() != shape_)
        throw ShapeError(name, parts_[i]->output(), to_string(shape_) + " as its output");
    }
  }

  Id forward(Tape<T>& tape, Id x) override {
    const Id q = parts_[0]->forward(tape, x);
    const Id k = parts_[1]->forward(tape, x);
    const Id v = parts_[2]->forward(tape, x);
    auto op = std::make_unique<Attention<T>>(name_, options_.heads, KeyMask{options_.causal, tape.real()},
                                             options_.dropout);
    return parts_[3]->forward(tape, tape.apply(std::move(op), {q, k, v}));
  }
  Shape output() const override { return shape_; }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    for (const auto& part : parts_) part->collect(parameters);
  }

 private:
  std::string name_;
  AttentionOptions options_;
  Shape shape_;
  std::array<std::unique_ptr<Layer<T>>, 4> parts_;
};

}  // namespace

LayerFactory attention(const AttentionOptions& options, LayerFactory projection, LayerFactory output) {
  return LayerFactory(
      [options, p = std::move(projection), o = std::move(output)]<class T>(const LayerArguments<T>& a) {
        return std::make_unique<AttentionLayer<T>>(options, p, o, a);
      });
}

}  // namespace exmy
