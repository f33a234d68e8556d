#pragma once
// A network: parameters and a recorded forward pass.

#include <memory>
#include <string>
#include <vector>

#include "sim/nn/ops/activation.hpp"
#include "sim/nn/tape.hpp"

namespace exmy {

template <class T>
class Model {
 public:
  virtual ~Model() = default;
  /// Records y = f(x), x of shape [B][inputs].
  virtual typename Tape<T>::Id forward(Tape<T>& tape, typename Tape<T>::Id x) = 0;
  virtual std::vector<Parameter<T>*> parameters() = 0;
};

/// U(-bound, bound) from the stream `init/NAME` in binary64: He bound = sqrt(6 / fan_in), Glorot
/// sqrt(6 / (fan_in + fan_out)); projected to the master format. Biases start at zero.
enum class Initializer : std::uint8_t { he_uniform, glorot_uniform };

/// Fully connected layers fc1, fc2, ...: linear, bias, activation; the last has `output_activation`.
struct MlpOptions {
  std::vector<std::size_t> widths;  ///< inputs, hidden ..., outputs; at least two
  Activation activation = Activation::relu;
  Activation output_activation = Activation::none;
  Initializer init = Initializer::he_uniform;
};

template <class T>
std::unique_ptr<Model<T>> make_mlp(const MlpOptions& options, Context& context);

}  // namespace exmy
