#pragma once
// Which implementations computed the products of a site, and why those: a text and how often.

#include <cstdint>
#include <map>
#include <string>

namespace exmy {

class KernelUses {
 public:
  /// One more product by the kernel that `text()` tells. It is only asked if `key`, which tells kernels apart, is not
  /// that of the product before; 0 is no key.
  template <class Text>
  void add(std::uint64_t key, const Text& text) {
    if (key != key_ || key == 0) last_ = text();
    key_ = key;
    ++counts_[last_];
  }

  std::map<std::string, std::uint64_t>& counts() { return counts_; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::uint64_t key_ = 0;
  std::string last_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace exmy
