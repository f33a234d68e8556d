#pragma once
// Which implementations computed the products of a place, and why those: a text and how often.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/quant/state.hpp"

namespace exmy {

/// How many products each implementation computed, by its text, which is a line.
using KernelCounts = std::map<std::string, std::uint64_t>;

class KernelUses {
 public:
  /// One more product by the kernel that `text()` tells. It is asked once for each key, which tells kernels apart; 0 is no
  /// key.
  template <class Text>
  void add(std::uint64_t key, const Text& text) {
    if (key == 0) {
      ++counts_[text()];
      return;
    }
    const auto known = texts_.find(key);
    ++counts_[known != texts_.end() ? known->second : texts_.emplace(key, text()).first->second];
  }

  KernelCounts& counts() { return counts_; }
  const KernelCounts& counts() const { return counts_; }

 private:
  std::map<std::uint64_t, std::string> texts_;  ///< by key
  KernelCounts counts_;
};

/// The kernels of several places as a state: their texts, of which an empty line ends each place, and their counts.
class KernelColumns {
 public:
  void add(const KernelUses& place);
  void visit(NumbersVisitor& visitor, const std::string& name);
  std::vector<KernelUses> places() const;

 private:
  std::string texts_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace exmy
