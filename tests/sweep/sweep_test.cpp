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

TEST_CASE("a sweep without parameters is the base, once for each seed", "[sweep]") {
  REQUIRE(runs_of("") == Texts{""});
  REQUIRE(runs_of(R"(, "seeds": 3)") == Texts{"seed=1", "seed=2", "seed=3"});
  REQUIRE(runs_of(R"(, "seeds": [18446744073709551615, 0])") == Texts{"seed=18446744073709551615", "seed=0"});
}

TEST_CASE("cases change several paths under one label, in the order of the file", "[sweep]") {
  const Read read(R"(, "seeds": 2, "parameters": {"how": {"cases": {
      "slow": {"training.steps": 9, "training.optimizer.lr": 0.5}, "fast": {"training.optimizer.kind": "adam"}}}})");
  REQUIRE(read.complaints() == Texts{});
  REQUIRE(read.sweep.runs.size() == 4);
  REQUIRE(shown(read.sweep.runs[0]) == "how=slow seed=1");
  REQUIRE(changes(read.sweep.runs[1]) == "/training/steps=9 /training/optimizer/lr=0.5 /seed=2");
  REQUIRE(shown(read.sweep.runs[2]) == "how=fast seed=1");
  REQUIRE(changes(read.sweep.runs[3]) == R"(/training/optimizer/kind="adam" /seed=2)");
}

TEST_CASE("a list runs as it stands, under its paths or its label", "[sweep]") {
  REQUIRE(
      runs_of(
          R"(, "method": "list", "list": [{"seed": 3, "training.steps": 5}, {"label": "z", "seed": 4}, {}])") ==
      Texts{"seed=3 training.steps=5", "label=z", ""});
}

TEST_CASE("baselines come first, with every seed, and no constraint asks them", "[sweep]") {
  REQUIRE(runs_of(R"(, "baseline": [{}, {"label": "b", "training.steps": 7}], "seeds": [5, 6],
                     "parameters": {"training.steps": {"values": [1, 2]}}, "constraints": ["training.steps == 2"])") ==
          Texts{"*seed=5", "*seed=6", "*label=b seed=5", "*label=b seed=6", "training.steps=2 seed=5",
                "training.steps=2 seed=6"});
}

TEST_CASE("paths lead into what overrides and parameters before them made", "[sweep]") {
  REQUIRE(
      runs_of(R"(, "overrides": {"policy": []}, "parameters": {"policy.0": {"values": [{"format": "fp16"}]},
                     "policy.0.saturation": {"values": ["finite"]}, "policy.1.format": {"values": ["bf16"]}})") ==
      Texts{R"(policy.0={"format":"fp16"} policy.0.saturation=finite policy.1.format=bf16)"});
  REQUIRE(runs_of(R"(, "parameters": {"formats.own": {"values": [{"exponent_bits": 4, "mantissa_bits": 3}]},
                     "formats.own.bias": {"values": [7]}, "training.optimizer.beta1": {"values": [0.5]}})")
              .size() == 1);
}

TEST_CASE("the rest of a sweep", "[sweep]") {
  const Read least("");
  REQUIRE(least.sweep.retries == 2);
  REQUIRE(!least.sweep.time_limit_s);
  REQUIRE(!least.sweep.halving);
  const Read read(R"(, "name": "n", "retries": 0, "time_limit_s": 1.5, "early_stop":
      {"kind": "successive_halving", "metric": "validation_loss", "first_step": 20, "factor": 4})");
  REQUIRE(read.complaints() == Texts{});
  REQUIRE(read.sweep.name == "n");
  REQUIRE(read.sweep.retries == 0);
  REQUIRE(read.sweep.time_limit_s == 1.5);
  REQUIRE(read.sweep.halving->validation);
  REQUIRE(read.sweep.halving->first_step == 20);
  REQUIRE(read.sweep.halving->factor == 4);
  const Read halved(R"(, "early_stop": {"kind": "successive_halving", "first_step": 1})");
  REQUIRE(!halved.sweep.halving->validation);
  REQUIRE(halved.sweep.halving->factor == 3);
}

TEST_CASE("a resolved sweep says the same again", "[sweep]") {
  const Read read(R"(, "parameters": {"training.steps": {"range": {"start": 1, "stop": 3, "step": 1}},
      "policy.0.format": {"formats": {"exponent_bits": 4, "mantissa_bits": [2, 3]}}}, "baseline": {"seed": 9})");
  const Json& resolved = read.sweep.resolved;
  REQUIRE(resolved["run_cap"] == 1000);
  REQUIRE(resolved["parameters"]["training.steps"]["range"]["step"].is_number_integer());
  const Scratch scratch;
  scratch.write("base.json", small_base);
  const Document again = Document::load(scratch.write("again.json", pretty_text(resolved)));
  std::vector<Problem> problems;
  const Sweep sweep = read_sweep(again, "other", problems);
  REQUIRE(brief(problems) == Texts{});
  REQUIRE(sweep.resolved == resolved);
  REQUIRE(sweep.runs.size() == read.sweep.runs.size());
}

TEST_CASE("what a file extends comes before it", "[sweep]") {
  const Scratch scratch;
  scratch.write("base.json", small_base);
  scratch.write("deep/first.json",
                R"({"base": "../base.json", "parameters": {"training.steps": {"values": [1]}}})");
  Document document = Document::load(scratch.write(
      "sweep.json", R"({"extends": "deep/first.json", "parameters": {"seed": {"values": [2]}}})"));
  apply_sweep_overrides(document,
                        expand(parse_overrides({"parameters.data.kind.values=[\"digits\"]"})).front());
  std::vector<Problem> problems;
  const Sweep sweep = read_sweep(document, "s", problems);
  REQUIRE(brief(problems) == Texts{});
  REQUIRE(shown(sweep.runs.at(0)) == "training.steps=1 seed=2 data.kind=digits");
}

TEST_CASE("overrides of a sweep: dotted keys are one key", "[sweep]") {
  const auto after = [](const char* sweep, const std::vector<std::string>& words) {
    Document document = Document::parse(sweep, "s.json");
    apply_sweep_overrides(document, expand(parse_overrides(words)).front());
    return compact_text(document.value());
  };
  REQUIRE(after("{}", {"overrides.training.epochs=1", "count=4"}) ==
          R"({"count":4,"overrides":{"training.epochs":1}})");
  REQUIRE(after("{}", {"parameters.training.optimizer.lr.values=[0.1]"}) ==
          R"({"parameters":{"training.optimizer.lr":{"values":[0.1]}}})");
  REQUIRE(after("{}", {"parameters.formats.w.formats.max_bits=8"}) ==
          R"({"parameters":{"formats.w":{"formats":{"max_bits":8}}}})");
  REQUIRE(after("{}", {"parameters.how.cases.a.training.steps=1"}) ==
          R"({"parameters":{"how":{"cases":{"a":{"training.steps":1}}}}})");
  REQUIRE(
      after(R"({"parameters": {"how": {"cases": {}}}})", {"parameters.how.cases.range.training.steps=1"}) ==
      R"({"parameters":{"how":{"cases":{"range":{"training.steps":1}}}}})");
  REQUIRE(after("{}", {"parameters.a.b={\"values\": [1]}"}) == R"({"parameters":{"a.b":{"values":[1]}}})");
  REQUIRE(after(R"({"parameters": {"a.b": 1}})", {"~parameters.a.b"}) == R"({"parameters":{}})");
  REQUIRE(after("{}", {"baseline.a.b=1"}) == R"({"baseline":{"a.b":1}})");
  REQUIRE(after(R"({"baseline": []})", {"baseline.0.a.b=1"}) == R"({"baseline":[{"a.b":1}]})");
  REQUIRE(after(R"({"list": []})", {"list.0.a.b=1"}) == R"({"list":[{"a.b":1}]})");
  REQUIRE(after("{}", {"parameters=1"}) == R"({"parameters":1})");
}
