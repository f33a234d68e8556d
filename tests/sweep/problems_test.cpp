// What is wrong with a sweep, and where.

#include <chrono>

#include "tests/support/catch.hpp"
#include "tests/sweep/support.hpp"

using namespace exmy;
using namespace exmy::test;

namespace {

/// {"parameters": {PATH: {"values": [1]}}}, the key in column 38.
Texts path(const std::string& name) {
  return runs_of(R"(, "parameters": {)" + compact_text(name) + R"(: {"values": [1]}})");
}

}  // namespace

TEST_CASE("paths that the configuration does not have, with a suggestion", "[sweep]") {
  REQUIRE(
      path("training.optimzer.lr") ==
      Texts{"E503 1:38 /parameters/training.optimzer.lr: \"training\" has no key \"optimzer\" (did you mean "
            "\"optimizer\"? known: accumulate, batch_size, clip_norm, epochs, eval_every, label_smoothing, "
            "loss, loss_scale, optimizer, schedule, steps)"});
  REQUIRE(path("modl.kind")[0].find("configurations have no key \"modl\" (did you mean \"model\"?") !=
          std::string::npos);
  REQUIRE(path("policy.0.formt")[0].find("\"policy.0\" has no key \"formt\" (did you mean \"format\"?") !=
          std::string::npos);
  REQUIRE(path("training.optimizer.betta1")[0].find("did you mean \"beta1\"?") != std::string::npos);
  REQUIRE(path("policy.5.format") ==
          Texts{"E503 1:38 /parameters/policy.5.format: policy is an array of 1 and has no element \"5\""});
  REQUIRE(path("policy.x.format") ==
          Texts{"E503 1:38 /parameters/policy.x.format: \"policy\" has no key \"x\""});
  REQUIRE(path("seed.x") == Texts{"E503 1:38 /parameters/seed.x: \"seed\" has no key \"x\""});
  REQUIRE(path("a..b") ==
          Texts{"E503 1:38 /parameters/a..b: \"a..b\" is no path such as training.optimizer.lr"});
  REQUIRE(path("")[0].starts_with("E503 1:38 /parameters/: \"\" is no path"));
  REQUIRE(path("name") ==
          Texts{"E503 1:38 /parameters/name: the runs of a sweep carry its name: it cannot be changed"});
  REQUIRE(path("extends")[0].starts_with("E503 1:38 /parameters/extends: configurations have no key"));
  REQUIRE(path("checkpoint.every") ==
          Texts{"E206 1:38 /parameters/checkpoint.every: \"checkpoint.every\" changes no "
                "result: all its values would be one run"});
  REQUIRE(path("model.hidden.0").size() == 1);
  REQUIRE(path("model.hidden.0")[0] == "model.hidden.0=1");
}

TEST_CASE("lists that the base does not have", "[sweep]") {
  const char* without = R"({"model": {"kind": "mlp"}, "data": {"kind": "digits"},
                            "training": {"steps": 1, "optimizer": {"kind": "sgd", "lr": 1}}})";
  const std::string sweep = R"(, "parameters": {"policy.0.format": {"values": ["fp16"]}})";
  REQUIRE(
      runs_of(sweep, without) ==
      Texts{
          "E503 1:38 /parameters/policy.0.format: the base configuration has no list \"policy\" (an override "
          "\"policy\": [] makes one)"});
  REQUIRE(runs_of(R"(, "overrides": {"policy": []})" + sweep, without) == Texts{"policy.0.format=fp16"});
}

TEST_CASE("paths are checked wherever they stand", "[sweep]") {
  REQUIRE(runs_of(R"(, "overrides": {"sed": 1}, "baseline": [{}, {"sed": 1}], "method": "list",
                     "list": [{"sed": 1}])")
              .size() == 3);
  const Texts found = runs_of(R"(, "parameters": {"how": {"cases": {"a": {"sed": 1}}}})");
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].starts_with(
      "E503 1:62 /parameters/how/cases/a/sed: configurations have no key \"sed\" (did you mean "
      "\"seed\"?"));
}

TEST_CASE("more runs than run_cap, at once, however many", "[sweep]") {
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(runs_of(R"(, "parameters": {"training.steps": {"range": {"start": 1, "stop": 1000000, "step": 1}},
      "training.optimizer.lr": {"range": {"start": 1e-6, "stop": 1, "step": 1e-6}}}, "seeds": 3, "baseline": {},
      "run_cap": 9)") == Texts{"E502 3:18 /run_cap: 3000000000003 runs (1000000000000 combinations and 1 "
                               "baseline, with 3 seeds), more "
                               "than run_cap = 9: take fewer values, add constraints, draw some (method "
                               "random), or raise run_cap (to "
                               "10000 at most)"});
  const std::string most = R"({"range": {"start": 1, "stop": 9223372036854775807, "step": 1}})";
  const Texts more = runs_of(R"(, "parameters": {"seed": )" + most + R"(, "training.steps": )" + most + "}");
  REQUIRE(more.size() == 1);
  REQUIRE(more[0].find("more than 10^19 runs (more than 10^19 combinations and 0 baselines, with 1 seed)") !=
          std::string::npos);
  const Texts constrained = runs_of(R"(, "constraints": ["seed < 3"], "parameters": {"seed": )" + most + "}");
  REQUIRE(constrained ==
          Texts{"E502 1:66 /parameters: 9223372036854775807 combinations: constraints are tested on "
                "1000000 at most; take fewer values, or draw some (method random)"});
  const auto time = std::chrono::steady_clock::now() - start;
  REQUIRE(time < std::chrono::seconds(10));  // milliseconds, on a machine that does nothing else
}

TEST_CASE("run_cap counts what constraints leave, baselines and seeds", "[sweep]") {
  const std::string ten =
      R"(, "parameters": {"training.steps": {"range": {"start": 1, "stop": 10, "step": 1}}},
                            "constraints": ["training.steps <= 4"], "baseline": {}, "seeds": 2, "run_cap": )";
  REQUIRE(runs_of(ten + "10").size() == 10);
  REQUIRE(runs_of(ten + "9")[0].find(": 10 runs (4 combinations and 1 baseline, with 2 seeds)") !=
          std::string::npos);
  REQUIRE(runs_of(R"(, "method": "list", "list": [{}, {}], "run_cap": 1)")[0].starts_with("E502"));
  REQUIRE(runs_of(R"(, "method": "random", "count": 2, "run_cap": 1)")[0].starts_with("E502"));
}

TEST_CASE("a sweep of nothing", "[sweep]") {
  REQUIRE(runs_of(R"(, "parameters": {"training.steps": {"values": []}})") ==
          Texts{"E501 1:56 /parameters/training.steps: \"training.steps\" has no values"});
  REQUIRE(runs_of(R"(, "parameters": {"x": {"cases": {}}})")[0].starts_with("E501 1:43 /parameters/x: "));
  REQUIRE(runs_of(R"(, "parameters": {"policy.0.format": {"formats": {"catalog": true, "max_bits": 2}}})")[0]
              .starts_with("E501"));
  REQUIRE(runs_of(R"(, "parameters": {"training.steps": {"values": [1, 2]}}, "constraints": ["0"])") ==
          Texts{"E501 1:92 /constraints: no combination of 2 satisfies all constraints"});
  REQUIRE(runs_of(R"(, "method": "list", "list": [])")[0].starts_with("E501 1:49 /list: the list is empty"));
  REQUIRE(runs_of(R"(, "method": "random", "count": 2, "constraints": ["0"])")[0].starts_with("E501"));
}

TEST_CASE("ranges that make no sense", "[sweep]") {
  const auto found = [](const std::string& spec) { return values_of(spec); };
  REQUIRE(found(R"({"range": {"start": 1, "stop": 0, "step": 1}})")[0].find(
              "the range is empty: its step leads away from stop") != std::string::npos);
  REQUIRE(found(R"({"range": {"start": 1, "stop": 0, "step": 0}})")[0].find("/range/step: a step of 0") !=
          std::string::npos);
  REQUIRE(found(R"({"range": {"start": 1, "stop": 2}})")[0].find("the key \"step\" is missing") !=
          std::string::npos);
  REQUIRE(found(R"({"range": {"start": 1e-300, "stop": 2, "step": 1}})")[0].find(
              "more than 18 decimal digits") != std::string::npos);
  REQUIRE(found(R"({"log_range": {"start": 1, "stop": 2, "factor": 1}})")[0].find("a factor of 1") !=
          std::string::npos);
  REQUIRE(found(R"({"log_range": {"start": 2, "stop": 1, "factor": 2}})")[0].find("leads away") !=
          std::string::npos);
  REQUIRE(found(R"({"log_range": {"start": 1, "stop": 2, "factor": 1.00001}})")[0].find(
              "more than 10,000 values") != std::string::npos);
  for (const char* wrong :
       {R"({"range": {"start": "1", "stop": 2, "step": 1}})", R"({"range": 5})",
        R"({"log_range": {"start": -1, "stop": 2, "factor": 2}})", R"({"values": 3})", "3", "{}",
        R"({"values": [1], "range": {"start": 1, "stop": 2, "step": 1}})",
        R"({"formats": {"exponent_bits": 3}})", R"({"formats": {"bias": 3}})",
        R"({"formats": {"exponent_bits": [3, 2], "mantissa_bits": 1}})",
        R"({"formats": {"exponent_bits": [1, 2, 3], "mantissa_bits": 1}})",
        R"({"formats": {"names": ["fp61"]}})", R"({"formats": {"p3109": {}}})",
        R"({"formats": {"exponent_bits": 3, "mantissa_bits": 0, "specials": "ieee"}})",
        R"({"formats": {"names": [5]}})", R"({"cases": {"a": 1}})", R"({"vales": [1]})"}) {
    CAPTURE(wrong);
    const Texts texts = found(wrong);
    REQUIRE(!texts.empty());
    for (const std::string& text : texts) REQUIRE(text.starts_with('E'));
  }
}

TEST_CASE("keys that do not go together, and others that are wrong, all at once", "[sweep]") {
  REQUIRE(
      runs_of(
          R"(, "method": "list", "parameters": {"seed": {"values": [1]}}, "constraints": ["1"], "count": 2)")
          .size() == 4);
  REQUIRE(runs_of(R"(, "list": [{}])") == Texts{"E206 1:31 /list: only the method list has a list"});
  REQUIRE(runs_of(R"(, "method": "random")") ==
          Texts{"E205 1:1 : the key \"count\" is missing: how many runs the method random draws"});
  REQUIRE(runs_of(R"(, "seeds": 2, "parameters": {"seed": {"values": [1]}})") ==
          Texts{"E206 1:50 /parameters/seed: the seed is given by \"seeds\" already"});
  REQUIRE(
      runs_of(
          R"(, "constrants": [], "retries": -1, "time_limit_s": 0, "run_cap": 10001, "seeds": 0, "name": "a/b",
                     "early_stop": {"kind": "halving"}, "method": "gird")")
          .size() == 8);
}

TEST_CASE("with a problem there are no runs", "[sweep]") {
  REQUIRE(runs_of(R"(, "seed": 2)").size() == 1);  // the problem: an unknown key, found last
}

TEST_CASE("the base configuration cannot be read", "[sweep]") {
  Document document = Document::parse(R"({"base": "none.json"})", "sweep.json");
  std::vector<Problem> problems;
  REQUIRE(read_sweep(document, "s", problems).runs.empty());
  REQUIRE(problems.size() == 1);
  REQUIRE(brief(problems)[0].starts_with("E101 1:10 /base: "));
  const Texts broken = runs_of("", "{\"a\": }");
  REQUIRE(broken.size() == 1);
  REQUIRE(broken[0].starts_with("E104 1:7 "));
}
