#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "sim/nn/datasets/data_error.hpp"

namespace exmy {

/// Labels of one file that are out of range, told in one sentence however many there are.
class WrongLabels {
 public:
  void add(std::size_t offset, unsigned label) {
    if (count_++ == 0) first_ = label;
    if (count_ <= most_told) offsets_.push_back(offset);
  }

  /// DataError at the first of them, with the places of the next; wanted were 0..classes - 1.
  void throw_if_any(const std::string& path, int classes) const {
    if (count_ == 0) return;
    throw DataError::at_byte(
        path, offsets_[0],
        "label " + std::to_string(first_) + ", wanted 0.." + std::to_string(classes - 1) + others());
  }

 private:
  static constexpr std::size_t most_told = 4;

  std::string others() const {
    if (count_ == 1) return "";
    std::string text =
        "; " + std::to_string(count_ - 1) +
        (count_ == 2 ? " more label is out of range, at byte " : " more labels are out of range, at bytes ");
    for (std::size_t i = 1; i < offsets_.size(); ++i)
      text += (i == 1 ? "" : ", ") + std::to_string(offsets_[i]);
    return text + (count_ > most_told ? " ..." : "");
  }

  unsigned first_ = 0;
  std::size_t count_ = 0;
  std::vector<std::size_t> offsets_;  ///< of the first ones
};

}  // namespace exmy
