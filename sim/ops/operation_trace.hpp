#pragma once
// What the operations of a step were: which tensors they made of which, and at which sites.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/quant/site.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// One operation, its backward pass included.
struct TracedOperation {
  std::string layer, op;
  std::vector<Shape> inputs;                                    ///< that are no parameters
  std::vector<std::pair<std::string, std::size_t>> parameters;  ///< full names and numbers of elements
  Shape output;
  std::set<Site> sites;
  std::uint64_t forward_macs = 0, backward_macs = 0;  ///< multiply-adds
};

/// Of the tape that was made last.
class OperationTrace {
 public:
  void restart() { operations_.clear(), current_.reset(); }
  /// Everything up to `end` belongs to this operation, which is new, or the one that has the number.
  std::size_t begin(TracedOperation operation) {
    operations_.push_back(std::move(operation));
    current_ = operations_.size() - 1;
    return *current_;
  }
  void resume(std::size_t number) { current_ = number; }
  void end() { current_.reset(); }

  void note_site(const Site& site) {
    if (!current_) return;
    TracedOperation& operation = operations_[*current_];
    if (operation.op.empty()) operation.op = site.op;
    operation.sites.insert(site);
  }
  TracedOperation& operation(std::size_t number) { return operations_[number]; }
  const std::vector<TracedOperation>& operations() const { return operations_; }

 private:
  std::vector<TracedOperation> operations_;
  std::optional<std::size_t> current_;
};

}  // namespace exmy
