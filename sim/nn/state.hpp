#pragma once
// Everything that lives from one step to the next, seen through one visitor: hashes, copies and
// checkpoints all use it.

#include <cstdint>
#include <string>

#include "sim/tensor/tensor.hpp"

namespace exmy {

template <class T>
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  virtual void tensor(const std::string& name, Tensor<T>& value) = 0;
  virtual void integer(const std::string& name, std::uint64_t& value) = 0;
  virtual void real(const std::string& name, double& value) = 0;
};

}  // namespace exmy
