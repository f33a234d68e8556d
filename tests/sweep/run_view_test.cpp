// What view_run makes of directories written by hand.

#include "sim/sweep/run_view.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <optional>

#include "sim/base/error.hpp"
#include "sim/run/run_lock.hpp"
#include "tests/support/catch.hpp"
#include "tests/sweep/directories.hpp"

namespace fs = std::filesystem;
using namespace exmy;
using exmy::test::Directory;

namespace {

const std::string completed = R"({"schema_version": 1, "run": {"status": "completed", "steps_count": 90},
  "final": {"train_loss": 0.25, "validation_loss": 0.5, "validation_accuracy_fraction": 0.75}})";

}  // namespace

TEST_CASE("a directory that is not there, or empty, is a pending run", "[run_view]") {
  const Directory root;
  const RunView missing = view_run(root.path() / "a-0123");
  CHECK(missing.phase == RunPhase::pending);
  CHECK(missing.run_id == "a-0123");
  fs::create_directories(root.path() / "b");
  CHECK(view_run(root.path() / "b" / "").phase == RunPhase::pending);
  CHECK(view_run(root.path() / "b" / "").run_id == "b");
}

TEST_CASE("a report makes a run complete, whatever else lies there", "[run_view]") {
  const Directory root;
  root.write("r/report.json", completed);
  root.write("r/failure.json", R"({"status": "failed", "message": "no"})");
  root.write("r/pruned.json", R"({"step": 3, "metric": "train_loss", "value": 1})");
  root.write("r/progress.json", R"({"step": 7, "steps_count": 90})");
  const RunView view = view_run(root.path() / "r");
  CHECK(view.phase == RunPhase::completed);
  CHECK(view.step == 90);
  CHECK(view.steps_count == 90);
  CHECK(view.train_loss == 0.25);
  CHECK(view.validation_loss == 0.5);
  CHECK(view.validation_accuracy_fraction == 0.75);
  CHECK(!view.seconds_left);
  CHECK(view.message.empty());
}

TEST_CASE("a diverged run says where", "[run_view]") {
  const Directory root;
  root.write("r/report.json", R"({"schema_version": 1, "final": {"train_loss": "NaN"},
    "run": {"status": "diverged", "steps_count": 13, "divergence": {"step": 12, "layer": "fc1", "op": "dot",
    "pass": "forward", "role": "accumulator", "message": "the loss is not finite"}}})");
  const RunView view = view_run(root.path() / "r");
  CHECK(view.phase == RunPhase::diverged);
  REQUIRE(view.train_loss);
  CHECK(std::isnan(*view.train_loss));
  CHECK(!view.validation_loss);
  CHECK(view.message == "step 12, fc1/dot/forward/accumulator: the loss is not finite");
}

TEST_CASE("a report that is torn, or of a run that was not complete, is none", "[run_view]") {
  const Directory root;
  for (std::size_t length = 0; length < completed.size(); ++length) {
    root.write("r/report.json", completed.substr(0, length));
    REQUIRE(view_run(root.path() / "r").phase == RunPhase::pending);
  }
  root.write("r/report.json", R"({"schema_version": 1, "run": {"status": "preempted"}})");
  CHECK(view_run(root.path() / "r").phase == RunPhase::pending);
  for (const char* odd : {"[]", "1", "null", R"({"schema_version": 1, "run": []})",
                          R"({"schema_version": 1, "run": {"status": 1}})"}) {
    root.write("r/report.json", odd);
    CHECK(view_run(root.path() / "r").phase == RunPhase::pending);
  }
}

TEST_CASE("members of the wrong kind are as if they were missing", "[run_view]") {
  const Directory root;
  root.write("r/report.json", R"({"schema_version": 1, "run": {"status": "diverged", "steps_count": -1,
    "divergence": 3}, "final": ["train_loss"]})");
  const RunView view = view_run(root.path() / "r");
  CHECK(view.phase == RunPhase::diverged);
  CHECK(view.steps_count == 0);
  CHECK(!view.train_loss);
}

TEST_CASE("a report of another schema is an error that names it", "[run_view]") {
  const Directory root;
  root.write("r/report.json", R"({"schema_version": 2, "run": {"status": "completed"}})");
  try {
    view_run(root.path() / "r");
    FAIL("no error");
  } catch (const CorruptFile& error) {
    CHECK(std::string(error.what()).ends_with("r/report.json: schema_version is 2, this program reads 1"));
  }
}

TEST_CASE("what cannot be read is an error", "[run_view]") {
  const Directory root;
  root.write("file", "");
  CHECK_THROWS_AS(view_run(root.path() / "file"), IoError);
  fs::create_directories(root.path() / "r" / "report.json");
  CHECK_THROWS_AS(view_run(root.path() / "r"), IoError);
}

TEST_CASE("a run whose lock is held is running", "[run_view]") {
  const Directory root;
  root.write("r/config.resolved.json", "{}");
  root.write("r/failure.json", R"({"status": "failed", "message": "before"})");
  root.write("r/progress.json", R"({"step": 25, "steps_count": 100, "train_loss": 1.5, "wall_s": 50})");
  std::optional<RunLock> lock(std::in_place, root.path() / "r", WhenLocked::leave);
  const RunView view = view_run(root.path() / "r");
  lock.reset();
  CHECK(view_run(root.path() / "r").phase == RunPhase::failed);
  CHECK(view.phase == RunPhase::running);
  CHECK(view.step == 25);
  CHECK(view.steps_count == 100);
  CHECK(view.train_loss == 1.5);
  CHECK(view.seconds_left == 150);
  CHECK(view.message.empty());
  CHECK(view.owner.find("process " + std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("a run whose owner died is not running", "[run_view]") {
  const Directory root;
  root.write("r/config.resolved.json", "{}");
  const pid_t owner = ::fork();
  if (owner == 0) {
    new RunLock(root.path() / "r", WhenLocked::leave);  // stays when the process goes
    ::_exit(0);
  }
  ::waitpid(owner, nullptr, 0);
  REQUIRE(fs::exists(root.path() / "r" / "lock"));
  CHECK(view_run(root.path() / "r").phase == RunPhase::stopped);
}

TEST_CASE("what the runner wrote about a run that ended badly", "[run_view]") {
  const Directory root;
  const auto view_of = [&](const std::string& failure) {
    root.write("r/failure.json", failure);
    return view_run(root.path() / "r");
  };
  CHECK(view_of(R"({"status": "failed", "exit_code": 3, "message": "no space"})").phase == RunPhase::failed);
  CHECK(view_of(R"({"status": "failed", "exit_code": 3, "message": "no space"})").message == "no space");
  CHECK(view_of(R"({"status": "crashed", "signal": "SIGSEGV", "message": ""})").phase == RunPhase::crashed);
  CHECK(view_of(R"({"status": "crashed", "signal": "SIGSEGV", "message": ""})").message == "SIGSEGV");
  CHECK(view_of(R"({"status": "crashed", "signal": "SIGKILL", "message": "x"})").message == "SIGKILL: x");
  CHECK(view_of(R"({"status": "timed_out"})").phase == RunPhase::timed_out);
  CHECK(view_of(R"({"status": "odd"})").phase == RunPhase::pending);
  CHECK(view_of(R"({"status": "fai)").phase == RunPhase::pending);
}

TEST_CASE("a pruned run shows the value that decided", "[run_view]") {
  const Directory root;
  root.write("r/events.jsonl", "{\"event\":\"started\",\"steps_count\":900}\n{\"eve");
  root.write("r/pruned.json", R"({"step": 30, "metric": "validation_loss", "value": 2.5})");
  RunView view = view_run(root.path() / "r");
  CHECK(view.phase == RunPhase::pruned);
  CHECK(view.step == 30);
  CHECK(view.steps_count == 900);
  CHECK(view.validation_loss == 2.5);
  CHECK(!view.train_loss);
  root.write("r/pruned.json", R"({"step": 30, "metric": "train_loss", "value": "Infinity"})");
  view = view_run(root.path() / "r");
  CHECK(view.train_loss == INFINITY);
  CHECK(!view.validation_loss);
}

TEST_CASE("a run that was begun and that nobody works on can go on", "[run_view]") {
  const Directory root;
  root.write("r/config.resolved.json", "{}");
  CHECK(view_run(root.path() / "r").phase == RunPhase::stopped);
  CHECK(view_run(root.path() / "r").step == 0);
  root.write("r/events.jsonl", "{\"event\":\"started\",\"steps_count\":900}\n");
  root.write("r/checkpoint/step-000000000030/manifest.json", "{}");
  root.write("r/checkpoint/step-000000000040/manifest.json", "{}");
  const RunView view = view_run(root.path() / "r");
  CHECK(view.phase == RunPhase::stopped);
  CHECK(view.step == 40);
  CHECK(view.steps_count == 900);
}
