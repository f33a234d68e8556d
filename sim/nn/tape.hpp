#pragma once
// Reverse-mode differentiation: operations are recorded in the order of their use and walked backward.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/nn/parameter.hpp"
#include "sim/ops/context.hpp"
#include "sim/quant/memory.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// What an operation sees of its inputs in the backward pass.
template <class T>
struct Inputs {
  std::vector<const Tensor<T>*> x;
  std::vector<bool> needs_grad;  ///< false: nobody asks for this gradient, and it must not be computed
};

/// An operation: forward and backward side by side, in one file.
template <class T>
class Op {
 public:
  explicit Op(std::string layer) : layer_(std::move(layer)) {}
  virtual ~Op() = default;
  virtual Tensor<T> forward(Context& context, const Inputs<T>& in) = 0;
  /// The gradient with respect to each input that needs one (others stay empty), from dy = d loss / d y.
  virtual std::vector<std::optional<Tensor<T>>> backward(Context& context, const Inputs<T>& in,
                                                         const Tensor<T>& y, Tensor<T> dy) = 0;
  /// Adds what the backward pass keeps of the forward one.
  virtual void account(Context&, const Inputs<T>&, const Tensor<T>&, MemoryLedger&) const {}
  /// In tables of networks and of times; empty: that of its first site.
  virtual std::string name() const { return {}; }
  const std::string& layer() const { return layer_; }

 private:
  std::string layer_;
};

template <class T>
class Tape {
 public:
  using Id = std::size_t;

  explicit Tape(Context& context) : context_(&context) {
    if (context.trace() != nullptr) context.trace()->restart();
  }
  Id input(Tensor<T> x);
  /// Which positions [B][T] of the samples are real, 0: padding, for operations that leave it out; empty: all.
  void set_real(std::vector<std::uint8_t> real) { real_ = std::move(real); }
  const std::vector<std::uint8_t>& real() const { return real_; }
  /// The same node each time it is asked for: a shared parameter has one gradient.
  Id parameter(Parameter<T>& p);
  Id apply(std::unique_ptr<Op<T>> op, const std::vector<Id>& inputs);
  const Tensor<T>& value(Id id) const;

  /// Gradients of the scalar `loss` into the parameters' `grad`. A tensor used several times sums its
  /// gradients in reverse order of use, each addition projected.
  void backward(Id loss);
  /// What the backward pass keeps.
  void account(MemoryLedger& memory) const;

 private:
  struct Node {
    std::unique_ptr<Op<T>> op;
    std::string name;  ///< of the operation
    std::vector<Id> inputs;
    Tensor<T> y;
    Parameter<T>* parameter = nullptr;
    bool needs_grad = false;
    std::optional<Tensor<T>> grad;
    std::size_t traced = 0;  ///< number in the context's trace, where there is one
  };
  TracedOperation traced(const Node& node) const;
  Inputs<T> inputs_of(const Node& node) const;
  void receive(Node& node, Tensor<T> grad, const std::string& from);

  Context* context_;
  std::vector<Node> nodes_;
  std::vector<std::uint8_t> real_;
};

}  // namespace exmy
