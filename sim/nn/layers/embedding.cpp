#include "sim/nn/layers/embedding.hpp"

#include "sim/nn/ops/embedding.hpp"
#include "sim/nn/ops/linear.hpp"

namespace exmy {
namespace {

/// The table of a vocabulary.
template <class T>
class EmbeddingTable {
 public:
  using Id = typename Tape<T>::Id;

  EmbeddingTable(const EmbeddingOptions& o, const LayerArguments<T>& a, const std::string& name) {
    if (a.input.size() != 1) throw ShapeError(name, a.input, "tokens [T]");
    length_ = a.input[0];
    const std::size_t vocabulary = o.vocabulary != 0 ? o.vocabulary : a.outputs;
    if (a.tokens == 0) throw ShapeError(name, a.input, "tokens: it gets numbers");
    if (a.tokens > vocabulary)
      throw ShapeError(name, a.input,
                       "tokens 0 to " + std::to_string(vocabulary - 1) +
                           ": the data and their padding have up to " + std::to_string(a.tokens - 1));
    weight_ = initial_weight<T>(*a.context, name, {vocabulary, o.width}, o.init, "embedding");
  }

  Id embed(Tape<T>& tape, Id x) {
    const Id weight = tape.parameter(weight_);  // before values are looked at: a new node moves them
    const Tensor<T>& tokens = tape.value(x);
    std::vector<std::int32_t> ids;
    ids.reserve(tokens.size());
    for (const T token : tokens.data) ids.push_back(static_cast<std::int32_t>(token));
    return tape.apply(std::make_unique<Embedding<T>>(weight_.layer, std::move(ids), tokens.shape), {weight});
  }
  std::size_t vocabulary() const { return weight_.value.rows(); }
  Shape embedded() const { return {length_, weight_.value.columns()}; }
  Parameter<T>& weight() { return weight_; }

 private:
  std::size_t length_ = 0;
  Parameter<T> weight_;
};

template <class T>
class EmbeddingLayer : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  EmbeddingLayer(const EmbeddingOptions& o, const LayerArguments<T>& a) : table_(o, a, a.name) {}
  Id forward(Tape<T>& tape, Id x) override { return table_.embed(tape, x); }
  Shape output() const override { return table_.embedded(); }
  void collect(std::vector<Parameter<T>*>& parameters) override { parameters.push_back(&table_.weight()); }

 private:
  EmbeddingTable<T> table_;
};

template <class T>
class Positions : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  Positions(const Initialization& init, const LayerArguments<T>& a) : shape_(a.input) {
    if (shape_.size() != 2) throw ShapeError(a.name, shape_, "vectors of tokens [T][D]");
    weight_ = initial_weight<T>(*a.context, a.name, shape_, init, "position");
  }
  Id forward(Tape<T>& tape, Id x) override {
    return tape.apply(std::make_unique<PositionalEmbedding<T>>(weight_.layer), {x, tape.parameter(weight_)});
  }
  Shape output() const override { return shape_; }
  void collect(std::vector<Parameter<T>*>& parameters) override { parameters.push_back(&weight_); }

 private:
  Shape shape_;
  Parameter<T> weight_;
};

std::string prefixed(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

template <class T>
class Tied : public Layer<T> {
 public:
  using typename Layer<T>::Id;
  Tied(const TiedOptions& o, const LayerFactory& body, const LayerArguments<T>& a)
      : head_(prefixed(a.name, o.head)), table_(o.embedding, a, prefixed(a.name, o.table)) {
    body_ = body(LayerArguments<T>{a.context, a.name, table_.embedded(), a.outputs});
    if (body_->output() != table_.embedded())
      throw ShapeError(head_, body_->output(), to_string(table_.embedded()) + ", as embedded");
    if (o.bias) bias_ = zero_bias<T>(*a.context, head_, table_.vocabulary());
  }
  Id forward(Tape<T>& tape, Id x) override {
    const Id y = body_->forward(tape, table_.embed(tape, x));
    const Id z = tape.apply(std::make_unique<MatrixProduct<T>>(head_), {y, tape.parameter(table_.weight())});
    return bias_ ? tape.apply(std::make_unique<Bias<T>>(head_), {z, tape.parameter(*bias_)}) : z;
  }
  Shape output() const override { return {table_.embedded()[0], table_.vocabulary()}; }
  void collect(std::vector<Parameter<T>*>& parameters) override {
    parameters.push_back(&table_.weight());
    body_->collect(parameters);
    if (bias_) parameters.push_back(&*bias_);
  }
  void collect_buffers(std::vector<Buffer<T>>& buffers) override { body_->collect_buffers(buffers); }

 private:
  std::string head_;
  EmbeddingTable<T> table_;
  std::unique_ptr<Layer<T>> body_;
  std::optional<Parameter<T>> bias_;
};

}  // namespace

LayerFactory embedding(const EmbeddingOptions& options) {
  return LayerFactory([options]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<EmbeddingLayer<T>>(options, a);
  });
}

LayerFactory positions(const Initialization& init) {
  return LayerFactory(
      [init]<class T>(const LayerArguments<T>& a) { return std::make_unique<Positions<T>>(init, a); });
}

LayerFactory tied(const TiedOptions& options, std::vector<NamedLayer> body) {
  return LayerFactory([options, b = sequence(std::move(body))]<class T>(const LayerArguments<T>& a) {
    return std::make_unique<Tied<T>>(options, b, a);
  });
}

}  // namespace exmy
