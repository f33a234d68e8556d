#pragma once
// The part of the state that has no carrier: numbers, lists of numbers, texts.

#include <algorithm>
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

/// The lines of a text in which each ends with a line feed, without it: a list of names as a state holds it.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace exmy
