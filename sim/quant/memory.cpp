#include "sim/quant/memory.hpp"

#include <sstream>

namespace exmy {

void MemoryLedger::visit(NumbersVisitor& visitor) {
  std::string roles;
  std::vector<std::uint64_t> elements;
  std::vector<std::uint64_t> bits;
  for (const auto& [role, row] : rows) {
    roles += role + " ";
    elements.push_back(row.elements);
    bits.push_back(row.bits);
  }
  visitor.text("memory.roles", roles);
  visitor.integers("memory.elements", elements);
  visitor.integers("memory.bits", bits);
  visitor.integer("memory.backward_peak.elements", backward_peak.elements);
  visitor.integer("memory.backward_peak.bits", backward_peak.bits);
  rows.clear();
  std::istringstream words(roles);
  std::string role;
  for (std::size_t i = 0; words >> role && i < elements.size() && i < bits.size(); ++i)
    rows[role] = {elements[i], bits[i]};
}

}  // namespace exmy
