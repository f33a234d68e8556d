// What a sweep expands to.

#include "sim/sweep/sweep.hpp"

#include "tests/support/catch.hpp"
#include "tests/sweep/support.hpp"

using namespace exmy;
using namespace exmy::test;

TEST_CASE("a grid: the order of the file, the last parameter fastest", "[sweep]") {
  REQUIRE(
      runs_of(R"(, "parameters": {"training.optimizer.lr": {"values": [0.1, 0.2]},
                     "policy.0.format": {"values": ["e5m2", "fp16", "six"]}})") ==
      Texts{
          "training.optimizer.lr=0.1 policy.0.format=e5m2", "training.optimizer.lr=0.1 policy.0.format=fp16",
          "training.optimizer.lr=0.1 policy.0.format=six", "training.optimizer.lr=0.2 policy.0.format=e5m2",
          "training.optimizer.lr=0.2 policy.0.format=fp16", "training.optimizer.lr=0.2 policy.0.format=six"});
}

TEST_CASE("assignments: overrides, then parameters, then the seed", "[sweep]") {
  const Read read(R"(, "overrides": {"training.steps": null, "training.epochs": 2}, "seeds": [7],
                     "baseline": {"policy.0.format": "fp32"},
                     "parameters": {"policy.0.format": {"values": ["fp16"]}})");
  REQUIRE(read.complaints() == Texts{});
  REQUIRE(read.sweep.name == "stem");
  REQUIRE(read.sweep.base == read.scratch.path() / "base.json");
  REQUIRE(read.sweep.runs.size() == 2);
  REQUIRE(shown(read.sweep.runs[0]) == "*policy.0.format=fp32 seed=7");
  REQUIRE(changes(read.sweep.runs[0]) ==
          R"(/training/steps=null /training/epochs=2 /policy/0/format="fp32" /seed=7)");
  REQUIRE(changes(read.sweep.runs[1]) ==
          R"(/training/steps=null /training/epochs=2 /policy/0/format="fp16" /seed=7)");
}
