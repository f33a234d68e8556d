// Orders of sums in policies: matrix units, and what contradicts an order.

#include "formats/catalog.hpp"
#include "sim/quant/policy.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

const Site weight{"fc1", "dot", Pass::forward, Role::weight};
const Site sums{"fc1", "dot", Pass::dgrad, Role::accumulator};
const Site products{"fc1", "dot", Pass::dgrad, Role::product};

Rule with_format(const char* name) {
  Rule rule;
  rule.format = format_of(name);
  return rule;
}

Format format_at(const Policy& policy, const Site& site) {
  return policy.resolve(site).quantizer.projection.format;
}

}  // namespace

TEST_CASE("a matrix unit decides how its sums are rounded, whatever earlier rules said", "[policy]") {
  Rule general = with_format("fp16");
  general.rounding = Rounding::stochastic_a;
  general.saturation = Saturation::finite;
  Rule unit;
  unit.match.roles = {Role::accumulator};
  unit.order = Order::block;
  unit.block = MatrixUnit{32, 13, UnitOutput::e8m13, UnitOperands::fp8};
  Rule exact;
  exact.match.roles = {Role::product};
  exact.exact = true;
  const Policy policy({general, exact, unit});
  CHECK(policy.problem_at(sums) == "");
  CHECK(policy.problem_at(products) == "");
  CHECK(policy.problem_at(weight) == "");
  const Treatment t = policy.resolve(sums);
  CHECK(t.quantizer.projection == Projection{format_of("e8m13"), Rounding::toward_zero, Saturation::finite});
  CHECK(t.block == unit.block);
  CHECK_FALSE(t.has_outer());
  CHECK(format_at(policy, weight) == format_of("fp16"));
  unit.chunk = 128;
  unit.outer = format_of("fp32");
  const Treatment promoted = Policy({general, unit}).resolve(sums);
  CHECK(promoted.has_outer());
  CHECK(promoted.outer == Projection{format_of("fp32"), Rounding::stochastic_a, Saturation::finite});
  // Rounded products do not fit; for a dry step they are exact.
  CHECK(Policy({general, unit}).problem_at(products) != "");
  CHECK(Policy({general, unit}).resolve(products).exact);
}

TEST_CASE("fields that an order has no use for contradict it from the rule on that sets it", "[policy]") {
  Rule chunks, tree, own_format = with_format("e6m9"), unit;
  chunks.chunk = 4;
  tree.order = Order::pairwise;
  unit.order = Order::block;
  CHECK(Policy({chunks, tree}).problem_at(sums) == "");
  CHECK(Policy({tree, own_format}).problem_at(sums) == "");
  CHECK(Policy({tree, chunks}).problem_at(sums) ==
        "order \"pairwise\" has no chunks: \"chunk\" contradicts it");
  CHECK(Policy({unit}).problem_at(sums) ==
        "order \"block\" needs \"block\" (a matrix unit's name, or its numbers)");
  CHECK(Policy({unit}).resolve(sums).block == MatrixUnit{});  // usable all the same
  unit.block = MatrixUnit{};
  CHECK(Policy({unit}).problem_at(sums) == "");
  CHECK(Policy({own_format, unit}).problem_at(sums) == "");
  CHECK(Policy({unit, own_format}).problem_at(sums) != "");
  CHECK(Policy({unit, own_format, unit}).problem_at(sums) == "");
  CHECK(Policy({unit, own_format, tree}).problem_at(sums) == "");
  CHECK(Policy({unit, chunks}).problem_at(sums) != "");  // without a format of the outer sum
  Rule block;
  block.block = MatrixUnit{};
  CHECK(Policy({block}).problem_at(sums) == "\"block\" is for order \"block\" only");
  CHECK(Policy({block}).problem_at(weight) == "");
  CHECK(Policy({block, unit}).problem_at(sums) == "");
}
