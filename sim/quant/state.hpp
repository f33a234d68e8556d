#pragma once
// The part of the state that has no carrier: numbers, lists of numbers, texts.

#include <cstdint>
#include <string>
#include <vector>

namespace exmy {

class NumbersVisitor {
 public:
  virtual ~NumbersVisitor() = default;
  virtual void integer(const std::string& name, std::uint64_t& value) = 0;
  virtual void real(const std::string& name, double& value) = 0;
  /// Lists may be replaced by lists of another length.
  virtual void integers(const std::string& name, std::vector<std::uint64_t>& values) = 0;
  virtual void reals(const std::string& name, std::vector<double>& values) = 0;
  virtual void text(const std::string& name, std::string& value) = 0;
};

}  // namespace exmy
