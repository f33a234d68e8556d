#pragma once
// A part of a network: its parameters, and how a forward pass through it is recorded. A network is a layer too.

#include <stdexcept>
#include <string>
#include <vector>

#include "sim/nn/carriers.hpp"
#include "sim/nn/tape.hpp"

namespace exmy {

/// A tensor that is no parameter and lives on from step to step: running statistics. It is part of checkpoints, of the
/// weights that a run leaves, and of their hash.
template <class T>
struct Buffer {
  std::string name;  ///< full: that of the layer, a dot, its own
  Tensor<T>* value;
};

/// Made for inputs of one shape. Shapes are those of one sample; in tensors the batch comes before them.
template <class T>
class Layer {
 public:
  using Id = typename Tape<T>::Id;

  virtual ~Layer() = default;
  /// Records y = f(x), x of shape [B][input ...], y of [B][output ...].
  virtual Id forward(Tape<T>& tape, Id x) = 0;
  virtual Shape output() const = 0;
  /// Appends its parameters, in the order in which they are initialised, updated, and hashed.
  virtual void collect(std::vector<Parameter<T>*>&) {}
  virtual void collect_buffers(std::vector<Buffer<T>>&) {}

  std::vector<Parameter<T>*> parameters() {
    std::vector<Parameter<T>*> all;
    collect(all);
    return all;
  }
  std::vector<Buffer<T>> buffers() {
    std::vector<Buffer<T>> all;
    collect_buffers(all);
    return all;
  }
};

/// What a layer must know to be made.
template <class T>
struct LayerArguments {
  Context* context;
  std::string name;         ///< dotted, unique among the layers with parameters; empty for a whole network
  Shape input;              ///< of one sample
  std::size_t outputs = 0;  ///< that the data ask of the network: classes, targets, or the vocabulary
  std::size_t tokens = 0;   ///< its input are tokens 0 .. this - 1, straight from the data; 0: numbers
};
/// Throws ShapeError.
using LayerFactory = Factory<Layer, LayerArguments>;

/// An input that does not fit a layer.
class ShapeError : public std::runtime_error {
 public:
  /// `wanted` in words: "an image [H][W][C]".
  ShapeError(const std::string& layer, const Shape& got, const std::string& wanted)
      : std::runtime_error("layer \"" + layer + "\" got " + to_string(got) + ", wanted " + wanted) {}

  /// Of a whole network.
  explicit ShapeError(const std::string& text) : std::runtime_error(text) {}

  /// One that was found in another branch of the network.
  void add(const ShapeError& other) {
    others.push_back(other);
    others.insert(others.end(), other.others.begin(), other.others.end());
  }

  std::string pointer;             ///< to the layer in the configuration; empty: the model as a whole
  std::vector<ShapeError> others;  ///< in no order that matters; theirs are among them
};

}  // namespace exmy
