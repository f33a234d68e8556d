#include "sim/ops/kernel_keys.hpp"

#include <algorithm>

namespace exmy {
namespace {

/// In the lowest places; those of tiles are odd.
enum class KernelFamily : std::uint64_t { strips = 2, orders = 4, general = 6 };

class KernelKey {
 public:
  explicit KernelKey(KernelFamily family) : key_(static_cast<std::uint64_t>(family)) {}
  template <class Value>
  KernelKey& add(Value value, int places) {
    key_ |= static_cast<std::uint64_t>(value) << used_;
    used_ += places;
    return *this;
  }
  std::uint64_t value() const { return key_; }

 private:
  std::uint64_t key_;
  int used_ = 3;
};

void append(KernelKey& key, const ModeRounding32& r) { key.add(r.draws, 1).add(r.draws ? r.bits : 0, 5); }

void append(KernelKey& key, const std::optional<ModeRounding32>& r) {
  key.add(r.has_value(), 1);
  if (r) append(key, *r);
}

void append(KernelKey& key, const PairwiseRounding& tree) {
  key.add(tree.each.step, 2)
      .add(tree.each.limit, 2)
      .add(tree.each.rounds_product, 1)
      .add(tree.rounds_leaf, 1);
}

void append(KernelKey& key, const ExactSum& sum) { key.add(sum.rounds_product, 1).add(sum.splits, 1); }

/// Terms: up to 65,536 (sim/quant/matrix_unit.hpp).
void append(KernelKey& key, const BlockPlan& plan) {
  const std::size_t at_once = std::min(plan.unit.terms, plan.unit.at_once);
  key.add(plan.unit.terms, 24).add(at_once, 24).add(plan.unit.narrow, 1).add(plan.outer.has_value(), 1);
}

}  // namespace

std::uint64_t key_of(const StripPlan& plan) {
  KernelKey key(KernelFamily::strips);
  key.add(plan.guards, 1).add(plan.sum.grid, 2);
  append(key, plan.sum);
  append(key, plan.product);
  append(key, plan.outer);
  return key.value();
}

std::uint64_t key_of(const OrderPlan& plan) {
  KernelKey key(KernelFamily::orders);
  key.add(plan.index(), 2);
  std::visit([&](const auto& p) { append(key, p); }, plan);
  return key.value();
}

std::uint64_t key_of(MatmulPath path) { return KernelKey(KernelFamily::general).add(path, 2).value(); }

}  // namespace exmy
