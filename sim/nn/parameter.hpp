#pragma once
// What training changes.

#include <string>

#include "sim/tensor/tensor.hpp"

namespace exmy {

/// A trainable tensor: the master weight, in the format of its role. The working weight is its
/// projection at every use.
template <class T>
struct Parameter {
  std::string layer;  ///< dotted name of its layer
  std::string name;   ///< its name in the layer: weight, bias
  std::string op;     ///< the operation that uses it, and projects its gradient
  Tensor<T> value;
  Tensor<T> grad;  ///< of the last step, in the format of role weight_grad

  std::string full_name() const { return layer + "." + name; }
};

}  // namespace exmy
