// A run that is stopped or breaks off, and goes on, gives what the uninterrupted run gives, bit for bit.

#include <map>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/run/checkpoints.hpp"
#include "sim/run/report.hpp"
#include "tests/base/scratch.hpp"
#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/nightly.hpp"

namespace {

namespace fs = std::filesystem;

using namespace exmy;
using namespace exmy::run_test;

class Silent : public RunObserver {
 public:
  void started(std::uint64_t, std::uint64_t done) override { first_steps.push_back(done); }
  void stepped(std::uint64_t step, double, bool) override { steps.push_back(step); }
  void evaluated(const ValidationPoint&) override {}
  void recorded(std::uint64_t, const std::vector<GradientSeries>&) override {}
  std::vector<std::uint64_t> first_steps, steps;
};

/// All that a run leaves, as text in which every number reads back to its bits; times left out.
std::string result_of(const Setup& setup, Trace trace, const Telemetry& telemetry) {
  trace.wall_s = 1;
  const ReportInput input{&setup.experiment, "", "", "", {}, {}, Json::object(), {}, {}};
  Json report = report_of(input, trace, telemetry);
  report["run"].erase("finished_at");
  for (Json& operation : report["cost"]["operations"]) {
    operation.erase("time_s");
    operation.erase("time_fraction");
  }
  return pretty_text(report) + to_safetensors(trace.weights);
}

std::string uninterrupted(const Setup& setup) {
  Telemetry telemetry(setup.experiment.stats);
  Silent observer;
  Checkpoints none;
  const Trace trace = train<float>(setup.experiment, setup.data, telemetry, observer, none);
  return result_of(setup, trace, telemetry);
}

Checkpoints checkpoints_in(const fs::path& folder, const CheckpointOptions& options) {
  return {CheckpointStore(folder, "identity"), options, [](Checkpoint& c) { c.logs = {{"log", c.step}}; }};
}

/// One process of a run that is stopped after each step: everything is new but the folder.
Trace one_process(const Setup& setup, const fs::path& folder, Telemetry& telemetry, Silent& observer,
                  const CheckpointOptions& options) {
  Checkpoints checkpoints = checkpoints_in(folder, options);
  checkpoints.find();
  return train<float>(setup.experiment, setup.data, telemetry, observer, checkpoints);
}

}  // namespace

TEST_CASE("stopped after every step and resumed, a run gives the same report, counters and weights") {
  const std::string stats = R"({"stats": {"counters": true, "histograms": "all", "every": 5},
                                "training": {"steps": 9, "eval_every": 4}})";
  for (const Json& configuration : configurations())
    for (const char* const counting :
         {stats.c_str(), R"({"stats": {"counters": false}, "training": {"steps": 6}})"}) {
      INFO(configuration.dump() << counting);
      const Setup setup{configuration.dump(), counting};
      const test::Scratch scratch;
      Silent observer;
      std::string result;
      for (std::uint64_t process = 0; result.empty(); ++process) {
        REQUIRE(process < 10);
        Telemetry telemetry(setup.experiment.stats);
        const Trace trace = one_process(setup, scratch.path() / "checkpoint", telemetry, observer, {0, 1e-9});
        CHECK(observer.first_steps.back() == process);
        if (trace.status != RunStatus::stopped) result = result_of(setup, trace, telemetry);
      }
      CHECK(result == uninterrupted(setup));
      std::vector<std::uint64_t> each_once(observer.steps.size());
      for (std::size_t i = 0; i < each_once.size(); ++i) each_once[i] = i;
      CHECK(observer.steps == each_once);
    }
}

TEST_CASE("the times of operations go on in the next process, and add up to the time of training") {
  const Setup setup{small_digits, R"({"training": {"steps": 9, "eval_every": 4}, "stats": {"every": 2}})"};
  const test::Scratch scratch;
  Silent observer;
  std::map<std::string, double> before;
  for (std::uint64_t process = 0; process < 9; ++process) {
    Telemetry telemetry(setup.experiment.stats);
    const Trace trace = one_process(setup, scratch.path() / "checkpoint", telemetry, observer, {0, 1e-9});
    CHECK(telemetry.profile().total().time_s == trace.wall_s);
    for (const auto& [key, row] : telemetry.profile().rows()) {
      if (key.phase == WorkPhase::evaluation || key.layer.empty())
        continue;  // not in every step, or after saving
      double& known = before[key.layer + "/" + key.op + "/" + std::string(name_of(key.phase))];
      CHECK(row.work.time_s > known);
      known = row.work.time_s;
    }
  }
  CHECK(before.size() == 2 + 3 * (2 + 2 + 2) + 2 * 2 + 2);  // data; dot, bias, updates; relu; loss
}

TEST_CASE("checkpoints in between change nothing, whatever their distance, and the last two are kept") {
  const Setup setup{small_xor, keras, stochastic_everywhere};
  const std::string whole = uninterrupted(setup);
  for (const std::uint64_t every : {1u, 2u, 3u, 5u, 7u, 8u, 100u}) {
    const test::Scratch scratch;
    const fs::path folder = scratch.path() / "checkpoint";
    Telemetry telemetry(setup.experiment.stats);
    Silent observer;
    const Trace trace = one_process(setup, folder, telemetry, observer, {every, {}});
    CHECK(result_of(setup, trace, telemetry) == whole);
    const auto steps = CheckpointStore(folder, "identity").steps();
    CHECK(steps.size() == std::min<std::uint64_t>(2, 23 / every));
    if (!steps.empty()) CHECK(steps.front() == 23 / every * every);
    // The run goes on from what lies there, as after a crash.
    Telemetry again(setup.experiment.stats);
    CHECK(result_of(setup, one_process(setup, folder, again, observer, {every, {}}), again) == whole);
  }
}

namespace {

struct Crash {};

/// Breaks off in the middle of a step.
class Crashing : public Silent {
 public:
  explicit Crashing(std::uint64_t step) : step_(step) {}
  void stepped(std::uint64_t step, double loss, bool skipped) override {
    if (step == step_) throw Crash{};
    Silent::stepped(step, loss, skipped);
  }

 private:
  std::uint64_t step_;
};

/// A run that breaks off in step `crash`, goes on in a new process and breaks off again two steps later.
std::string crashed_twice(const Setup& setup, std::uint64_t every, std::uint64_t crash) {
  const test::Scratch scratch;
  std::uint64_t begin = 0;  // where the next process goes on
  for (const std::uint64_t step : {crash, crash + 2, ~std::uint64_t{0}}) {
    Telemetry telemetry(setup.experiment.stats);
    Crashing observer(step);
    try {
      const Trace trace = one_process(setup, scratch.path() / "checkpoint", telemetry, observer, {every, {}});
      return result_of(setup, trace, telemetry);
    } catch (const Crash&) {
      CHECK(observer.first_steps.back() == begin);
      begin = step / every * every;
    }
  }
  return {};
}

/// Whatever has a state: optimisers, loss scales, roundings that draw random numbers, carriers.
std::vector<Json> stateful_configurations() {
  std::vector<Json> all = configurations();
  const auto add = [&](std::initializer_list<std::string> texts) { all.push_back(merged(texts).value()); };
  add({small_digits, R"({"training": {"optimizer": {"weight_decay": 0.01}}})"});
  add({small_digits, restless, R"({"training": {"loss_scale": {"on": "saturated"}},
                                   "policy": [{"match": {"role": "weight_grad"}, "format": "e5m2",
                                               "saturation": "finite"}]})"});
  for (const char* const rounding : {"stochastic_a", "stochastic_b", "stochastic_c"})
    add({small_xor, adam,
         R"({"policy": [{"match": {}, "format": "bf16", "random_bits": 7, "rounding": ")" +
             std::string(rounding) + R"("}]})"});
  return all;
}

/// Of all distances and steps those of the sample; how many there were, and how many gave another result.
std::pair<std::uint64_t, std::uint64_t> crash_everywhere(test::NightlySample& sample) {
  std::uint64_t crashes = 0, different = 0;
  for (const Json& configuration : stateful_configurations()) {
    const Setup setup{configuration.dump(), R"({"training": {"steps": 9, "eval_every": 4}})"};
    const std::string whole = uninterrupted(setup);
    for (const std::uint64_t every : {1u, 2u, 3u, 7u})
      for (std::uint64_t crash = 0; crash < 9; ++crash) {
        if (!sample.takes_next()) continue;
        ++crashes;
        if (crashed_twice(setup, every, crash) == whole) continue;
        ++different;
        UNSCOPED_INFO(configuration.dump() << " every " << every << ", crash in step " << crash);
      }
  }
  return {crashes, different};
}

}  // namespace

TEST_CASE("whatever crashes in some step and goes on from any distance of checkpoints gives the same") {
  test::NightlySample sample(5, 1);
  const auto [crashes, different] = crash_everywhere(sample);
  CHECK(crashes > 70);
  CHECK(different == 0);
}

TEST_CASE("whatever crashes in any step and goes on from any distance of checkpoints gives the same",
          "[.nightly]") {
  test::NightlySample sample;
  const auto [crashes, different] = crash_everywhere(sample);
  test::report_cases("crashes", crashes, different);
  CHECK(different == 0);
}

TEST_CASE("a checkpoint of other tensors is refused") {
  const test::Scratch scratch;
  const fs::path folder = scratch.path() / "c";
  const Setup small{small_digits}, other{small_digits, R"({"model": {"hidden": [16, 11]}})"},
      adams{
          R"({"model": {"kind": "mlp", "hidden": [16, 12]}, "data": {"kind": "digits", "validation_count": 1697},
                "training": {"steps": 24, "optimizer": {"kind": "adam", "lr": 0.1}}})"};
  Silent observer;
  Telemetry telemetry(small.experiment.stats);
  REQUIRE(one_process(small, folder, telemetry, observer, {0, 1e-9}).status == RunStatus::stopped);
  for (const Setup* wrong : {&other, &adams}) {
    Telemetry fresh(wrong->experiment.stats);
    CHECK_THROWS_AS(one_process(*wrong, folder, fresh, observer, {0, 1e-9}), CorruptFile);
  }
}
