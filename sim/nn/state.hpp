#pragma once
// Everything that lives from one step to the next, seen through one visitor: hashes, copies and
// checkpoints all use it. Names are unique within a run; a visitor may read or replace what it is shown.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/quant/state.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

template <class T>
class StateVisitor : public NumbersVisitor {
 public:
  virtual void tensor(const std::string& name, Tensor<T>& value) = 0;
};

}  // namespace exmy
