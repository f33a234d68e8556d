// A run that is stopped and goes on gives what the uninterrupted run gives, bit for bit; and a checkpoint that
// is not whole is noticed.

#include <fstream>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/run/checkpoints.hpp"
#include "sim/run/report.hpp"
#include "tests/base/scratch.hpp"
#include "tests/run/configurations.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

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

TEST_CASE("checkpoints in between change nothing, whatever their distance, and the last two are kept") {
  const Setup setup{small_xor, keras, stochastic_everywhere};
  const std::string whole = uninterrupted(setup);
  for (const std::uint64_t every : {1u, 5u, 8u, 100u}) {
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

/// Tiny checkpoints of steps 1 and 2.
CheckpointStore tiny_store(const fs::path& folder) {
  const CheckpointStore store(folder, "identity");
  for (const std::uint64_t step : {1u, 2u}) {
    Checkpoint c{step, {}, {}, {{"events.jsonl", 10 * step}}, {{"started_at", "noon"}}};
    c.weights.arrays["w"] = {"F32", {2}, std::string("\0\0\x80\x3f\0\0\0\x40", 8)};
    c.state.arrays["t"] = {"U64", {}, std::string(8, static_cast<char>(step))};
    c.state.metadata["format w"] = "8 23";
    store.save(c);
  }
  return store;
}

constexpr const char* files_of_checkpoint[] = {"manifest.json", "state.safetensors", "weights.safetensors"};

void put(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Whether the newest checkpoint is refused, and the one before it taken.
bool falls_back(const CheckpointStore& store) {
  std::vector<std::string> complaints;
  const auto found = store.load_newest(complaints);
  return found && found->step == 1 && complaints.size() == 1;
}

}  // namespace

TEST_CASE("a checkpoint reads back as it was saved") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const Checkpoint two = store.load(2);
  CHECK(two.step == 2);
  CHECK(two.logs == Json{{"events.jsonl", 20}});
  CHECK(two.origin == Json{{"started_at", "noon"}});
  CHECK(two.weights.arrays.at("w").shape == std::vector<std::uint64_t>{2});
  CHECK(two.state.metadata.at("format w") == "8 23");
  CHECK_THROWS_AS(CheckpointStore(scratch.path() / "c", "another run").load(2), CorruptFile);
  std::vector<std::string> complaints;
  CHECK_FALSE(CheckpointStore(scratch.path() / "none", "identity").load_newest(complaints).has_value());
}

TEST_CASE("every flip of a bit of a checkpoint is noticed, and the one before it is taken") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const fs::path newest = scratch.path() / "c" / "step-000000000002";
  for (const char* name : files_of_checkpoint) {
    const std::string whole = read_file(newest / name, 1 << 20);
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const unsigned mask : {0x01u, 0x20u, 0x80u, 0xffu}) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ mask);
        put(newest / name, flipped);
        INFO(name << " byte " << i << " mask " << mask);
        REQUIRE(falls_back(store));
      }
    put(newest / name, whole);
  }
  CHECK(store.load(2).step == 2);
}

TEST_CASE("truncated, spliced and missing files are noticed") {
  const test::Scratch scratch;
  const CheckpointStore store = tiny_store(scratch.path() / "c");
  const fs::path newest = scratch.path() / "c" / "step-000000000002";
  std::vector<std::string> whole;
  for (const char* name : files_of_checkpoint) whole.push_back(read_file(newest / name, 1 << 20));
  test::SplitMix64 random(1);
  for (int trial = 0; trial < 10000; ++trial) {
    const std::size_t file = random.below(3);
    const std::string& one = whole[file];
    const std::string& other = whole[random.below(3)];
    std::string bytes = one.substr(0, random.below(one.size()));
    if (random.below(2) == 0) bytes += other.substr(random.below(other.size()));  // a splice
    if (bytes == one) continue;
    put(newest / files_of_checkpoint[file], bytes);
    INFO("trial " << trial);
    REQUIRE(falls_back(store));
    put(newest / files_of_checkpoint[file], one);
  }
  for (std::size_t file = 0; file < 3; ++file) {
    fs::remove(newest / files_of_checkpoint[file]);
    CHECK(falls_back(store));
    put(newest / files_of_checkpoint[file], whole[file]);
  }
  // Without any whole checkpoint there is no silent start from the beginning.
  put(newest / "manifest.json", "");
  put(scratch.path() / "c" / "step-000000000001" / "manifest.json", "{}");
  std::vector<std::string> complaints;
  CHECK_THROWS_AS(store.load_newest(complaints), CorruptFile);
  CHECK(complaints.size() == 2);
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
