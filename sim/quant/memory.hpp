#pragma once
// What a training step would occupy if every tensor were stored at the width of its format.

#include <cstdint>
#include <map>
#include <string>

#include "formats/format.hpp"
#include "sim/quant/state.hpp"

namespace exmy {

/// Bits by role name. "activation": what the backward pass keeps; "activation_grad": the largest one alive;
/// "weight": working copies, only where their format differs from the master's.
struct MemoryLedger {
  struct Row {
    std::uint64_t elements = 0;
    std::uint64_t bits = 0;
  };
  std::map<std::string, Row> rows;
  Row backward_peak;  ///< most activations and gradients alive at once in the backward pass (bits and elements
                      ///< each at their own maximum)

  void add(const std::string& role, std::uint64_t elements, const Format& format) {
    Row& row = rows[role];
    row.elements += elements;
    row.bits += elements * static_cast<std::uint64_t>(format.bits());
  }
  void at_least(const std::string& role, std::uint64_t elements, const Format& format) {
    Row& row = rows[role];
    const std::uint64_t bits = elements * static_cast<std::uint64_t>(format.bits());
    if (bits > row.bits) row = {elements, bits};
  }
  void visit(NumbersVisitor& visitor);
};

}  // namespace exmy
