#include "sim/quant/kernel_uses.hpp"

namespace exmy {

KernelCounts KernelUses::counts() const {
  KernelCounts all = before_;
  for (const auto& [key, use] : uses_) all[use.text] += use.count;
  return all;
}

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
  std::vector<KernelUses> places;
  KernelCounts place;
  std::size_t used = 0;
  for (const std::string& line : lines_of(texts_)) {
    if (line.empty())
      places.emplace_back(std::exchange(place, {}));
    else if (used < counts_.size())
      place[line] = counts_[used++];
  }
  return places;
}

}  // namespace exmy
