#include "sim/quant/kernel_uses.hpp"

namespace exmy {

void KernelColumns::add(const KernelUses& place) {
  for (const auto& [text, count] : place.counts()) {
    texts_ += text + "\n";
    counts_.push_back(count);
  }
  texts_ += "\n";
}

void KernelColumns::visit(NumbersVisitor& visitor, const std::string& name) {
  visitor.text(name, texts_);
  visitor.integers(name + ".counts", counts_);
}

std::vector<KernelUses> KernelColumns::places() const {
  std::vector<KernelUses> places(1);
  std::size_t used = 0;
  for (const std::string& line : lines_of(texts_)) {
    if (line.empty())
      places.emplace_back();
    else if (used < counts_.size())
      places.back().counts()[line] = counts_[used++];
  }
  places.pop_back();
  return places;
}

}  // namespace exmy
