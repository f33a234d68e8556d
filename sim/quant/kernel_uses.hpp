#pragma once
// Which implementations computed the products of a place, and why those: a text and how often.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/quant/state.hpp"

namespace exmy {

/// How many products each implementation computed, by its text, which is a line.
using KernelCounts = std::map<std::string, std::uint64_t>;

class KernelUses {
 public:
  KernelUses() = default;
  explicit KernelUses(KernelCounts before) : before_(std::move(before)) {}

  /// One more product by the kernel that `text()` tells. It is asked once for each pair of a key and the reasons why it was
  /// not another kernel, which tell texts apart: to say it takes longer than a small product.
  template <class Text>
  void add(std::uint64_t key, std::string_view why, const Text& text) {
    const auto known = uses_.find(KeyOrder::Key(key, why));
    if (known != uses_.end())
      ++known->second.count;
    else
      uses_.emplace(std::pair(key, std::string(why)), Use{text(), 1});
  }

  KernelCounts counts() const;

 private:
  /// What can be found without making a string.
  struct KeyOrder {
    using is_transparent = void;
    using Key = std::pair<std::uint64_t, std::string_view>;
    bool operator()(const Key& a, const Key& b) const { return a < b; }
  };
  struct Use {
    std::string text;
    std::uint64_t count;
  };

  KernelCounts before_;
  std::map<std::pair<std::uint64_t, std::string>, Use, KeyOrder> uses_;
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
