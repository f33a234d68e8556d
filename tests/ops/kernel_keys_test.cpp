// What is said of kernels is said once for a key: plans of one key must have one text, and other plans another key.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/ops/kernel_keys.hpp"
#include "sim/quant/kernel_uses.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

/// All that a text may depend on, in all combinations.
std::vector<std::optional<ModeRounding32>> roundings() {
  std::vector<std::optional<ModeRounding32>> all{std::nullopt};
  for (const int bits : {0, 1, 13, 16})
    for (const StripGrid grid : {StripGrid::plain, StripGrid::clamped, StripGrid::wide}) {
      ModeRounding32 r;
      r.draws = bits > 0;
      r.bits = bits;
      r.grid = grid;
      all.push_back(r);
    }
  return all;
}

class Texts {
 public:
  void add(std::uint64_t key, const std::string& text) {
    INFO(text);
    CHECK(key != 0);
    CHECK(key % 2 == 0);  // those of tiles are odd
    const auto [place, is_new] = texts_.emplace(key, text);
    CHECK(place->second == text);
    different_.insert(text);
  }
  std::size_t keys_count() const { return texts_.size(); }
  std::size_t texts_count() const { return different_.size(); }

 private:
  std::map<std::uint64_t, std::string> texts_;
  std::set<std::string> different_;
};

template <class Plan>
void add(Texts& texts, const Plan& plan) {
  texts.add(key_of(plan), describe(plan));
}

void add_strips(Texts& texts) {
  for (const auto& sum : roundings())
    for (const auto& product : roundings())
      for (const auto& outer : roundings())
        for (const bool guards : {false, true})
          if (sum) add(texts, StripPlan{product, *sum, guards, outer});
}

void add_orders(Texts& texts) {
  for (const bool one : {false, true})
    for (const bool other : {false, true}) {
      for (const TileStep step : {TileStep::native, TileStep::fused, TileStep::odd})
        for (const TileLimit limit : {TileLimit::excluded, TileLimit::saturate, TileLimit::watch}) {
          PairwiseRounding tree;
          tree.each.step = step;
          tree.each.limit = limit;
          tree.each.rounds_product = one;
          tree.rounds_leaf = other;
          add(texts, OrderPlan{tree});
        }
      ExactSum sum;
      sum.rounds_product = one;
      sum.splits = other;
      add(texts, OrderPlan{sum});
      for (const std::size_t terms : {1u, 4u, 16u, 65536u})
        for (const std::size_t at_once : {1u, 4u, 32u}) {
          BlockPlan unit;
          unit.unit.terms = terms;
          unit.unit.at_once = at_once;
          unit.unit.narrow = one;
          if (other) unit.outer.emplace();
          add(texts, OrderPlan{unit});
        }
    }
}

TEST_CASE("plans of one key have one text, whatever the plans") {
  Texts texts;
  add_strips(texts);
  CHECK(texts.texts_count() == 5 * 5 * 4 * 2 * 2);  // product, outer or none; sum; clamped or not; guards
  add_orders(texts);
  const std::size_t before = texts.keys_count();
  for (const MatmulPath path :
       {MatmulPath::definition, MatmulPath::panels, MatmulPath::fp32, MatmulPath::binary64})
    texts.add(key_of(path), "path " + std::to_string(static_cast<int>(path)));
  CHECK(texts.keys_count() == before + 4);
}

TEST_CASE("texts of kernels are asked once for each key with its reasons") {
  KernelUses uses;
  int asked = 0;
  const auto use = [&](std::uint64_t key, const char* why, const char* text) {
    uses.add(key, why, [&] { return ++asked, std::string(text); });
  };
  for (int i = 0; i < 3; ++i) {
    use(1, "", "one");
    use(2, "", "two");
    use(2, "reason", "two (reason)");
    use(3, "", "two");  // other plans may have the same text
  }
  CHECK(asked == 4);
  CHECK(uses.counts() == KernelCounts{{"one", 3}, {"two", 6}, {"two (reason)", 3}});
  uses = KernelUses({{"two", 5}, {"old", 1}});  // as from a checkpoint
  use(2, "", "two");
  use(2, "", "two");
  CHECK(uses.counts() == KernelCounts{{"old", 1}, {"two", 7}});
}

/// Keeps what it is shown and shows it again.
class Memory : public NumbersVisitor {
 public:
  void integer(const std::string&, std::uint64_t&) override {}
  void real(const std::string&, double&) override {}
  void reals(const std::string&, std::vector<double>&) override {}
  void integers(const std::string& name, std::vector<std::uint64_t>& values) override {
    keep(lists, name, values);
  }
  void text(const std::string& name, std::string& value) override { keep(texts, name, value); }

  std::map<std::string, std::vector<std::uint64_t>> lists;
  std::map<std::string, std::string> texts;

 private:
  template <class Value>
  static void keep(std::map<std::string, Value>& all, const std::string& name, Value& value) {
    value = all.emplace(name, value).first->second;
  }
};

TEST_CASE("kernels of several places as a state, also of places that have none") {
  const std::vector<KernelCounts> places{{}, {{"a", 3}, {"b: c", 1}}, {}, {{"a", 2}}, {}};
  KernelColumns columns, others;
  for (const KernelCounts& place : places) columns.add(KernelUses(place));
  Memory memory;
  columns.visit(memory, "kernels");
  others.visit(memory, "kernels");
  std::vector<KernelCounts> got;
  for (const KernelUses& uses : others.places()) got.push_back(uses.counts());
  CHECK(got == places);
  KernelColumns damaged;
  memory.lists.at("kernels.counts").resize(1);
  memory.texts.at("kernels") += "no end";
  damaged.visit(memory, "kernels");
  CHECK(damaged.places().size() == places.size());
  CHECK(KernelColumns().places().empty());
}

}  // namespace
