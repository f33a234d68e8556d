// Whole directories on view.

#include "sim/sweep/sweep_view.hpp"

#include <cmath>

#include "sim/base/error.hpp"
#include "sim/sweep/view_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/sweep/directories.hpp"

namespace fs = std::filesystem;
using namespace exmy;
using exmy::test::Directory;

namespace {

std::string report(const std::string& status, const std::string& loss) {
  return R"({"schema_version": 1, "run": {"status": ")" + status +
         R"(", "steps_count": 90, "finished_at": "2026-01-01T00:00:00Z"}, "cost": {"wall_s": 20},
    "final": {"train_loss": )" +
         loss + "}}";
}

/// A sweep of four runs: complete, failed, begun, not begun.
void write_sweep(const Directory& root, const std::string& name) {
  SweepIndex index{name, {}, Json::object()};
  for (const char* id : {"d", "b", "c", "a"})
    index.runs.push_back({id, {{"seed", index.runs.size()}}, false});
  index.runs[0].baseline = true;
  fs::create_directories(root.path() / name);
  write_index(root.path() / name, index);
  root.write(name + "/a/report.json", report("completed", "0.5"));
  root.write(name + "/b/failure.json", R"({"status": "failed", "message": "no"})");
  root.write(name + "/c/config.resolved.json", "{}");
}

std::vector<std::string> ids_of(const SweepView& view) {
  std::vector<std::string> ids;
  for (const ViewedRun& run : view.runs()) ids.push_back(run.view.run_id);
  return ids;
}

using Ids = std::vector<std::string>;

ViewedRun made(RunPhase phase, std::uint64_t step, std::optional<double> wall_s, std::optional<double> left) {
  ViewedRun run;
  run.view.phase = phase;
  run.view.step = step;
  run.view.steps_count = 100;
  run.view.wall_s = wall_s;
  run.view.seconds_left = left;
  return run;
}

}  // namespace

TEST_CASE("a sweep lists its runs in its order", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  root.write("s/stray/report.json", report("completed", "1"));
  const SweepView view({root.path() / "s"});
  CHECK(ids_of(view) == Ids{"d", "b", "c", "a"});
  CHECK(view.title() == "s");
  CHECK(view.runs()[0].baseline);
  CHECK(view.runs()[3].parameters[0] == std::pair<std::string, Json>("seed", 3));
  CHECK(view.runs()[3].sweep == "s");
  CHECK(view.count(RunPhase::completed) == 1);
  CHECK(view.count(RunPhase::failed) == 1);
  CHECK(view.count(RunPhase::stopped) == 1);
  CHECK(view.count(RunPhase::pending) == 1);
  CHECK(!view.is_over());
}

TEST_CASE("a directory with sweeps and runs in it; nothing is there twice", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  root.write("run-2/report.json", report("diverged", "\"NaN\""));
  root.write("run-1/config.resolved.json", "{}");
  root.write("neither/readme", "");
  root.write("file", "");
  CHECK(ids_of(SweepView({root.path()})) == Ids{"run-1", "run-2", "d", "b", "c", "a"});
  CHECK(ids_of(SweepView({root.path() / "run-2", root.path()})) == Ids{"run-2", "run-1", "d", "b", "c", "a"});
  CHECK(ids_of(SweepView({root.path() / "run-2" / ""})) == Ids{"run-2"});
  CHECK(ids_of(SweepView({root.path() / "s" / "", root.path() / "s"})).size() == 4);
}

TEST_CASE("directories that are none of all this", "[sweep_view]") {
  const Directory root;
  root.write("file", "");
  fs::create_directories(root.path() / "empty");
  CHECK_THROWS_AS(SweepView({root.path() / "missing"}), UsageError);
  CHECK_THROWS_AS(SweepView({root.path() / "file"}), UsageError);
  CHECK_THROWS_AS(SweepView({root.path() / "file" / "below"}), UsageError);
  CHECK_THROWS_AS(SweepView({root.path() / "empty"}), UsageError);
}

TEST_CASE("results of another version are refused", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  root.write("s/d/report.json", R"({"schema_version": 7, "run": {"status": "completed"}})");
  CHECK_THROWS_AS(SweepView({root.path() / "s"}), CorruptFile);
  fs::remove_all(root.path() / "s" / "d");
  CHECK_NOTHROW(SweepView({root.path() / "s"}));
  root.write("s/sweep.json", R"({"schema_version": 7})");
  CHECK_THROWS_AS(SweepView({root.path() / "s"}), CorruptFile);
}

TEST_CASE("one run that cannot be read is a row, not the end of the view", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  root.write("s/d", "");
  const SweepView view({root.path() / "s"});
  CHECK(view.runs()[0].view.phase == RunPhase::failed);
  CHECK(view.runs()[0].view.run_id == "d");
  CHECK(view.runs()[0].view.message.find("cannot read") != std::string::npos);
  CHECK(view.count(RunPhase::completed) == 1);
}

TEST_CASE("complete runs are read once, as long as the report is the same file", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  SweepView view({root.path() / "s"});
  const fs::path file = root.path() / "s" / "a" / "report.json";
  const auto time = fs::last_write_time(file);
  root.write("s/a/report.json", report("completed", "9.5"));  // as many bytes, in the same file
  fs::last_write_time(file, time);
  view.refresh();
  CHECK(view.runs()[3].view.train_loss == 0.5);
  fs::last_write_time(file, time + std::chrono::seconds(1));
  view.refresh();
  CHECK(view.runs()[3].view.train_loss == 9.5);
  fs::remove(file);
  view.refresh();
  CHECK(view.runs()[3].view.phase == RunPhase::pending);
}

TEST_CASE("a view follows what happens", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  SweepView view({root.path() / "s"});
  root.write("s/d/report.json", report("completed", "2"));
  root.write("s/c/pruned.json", R"({"step": 3, "metric": "train_loss", "value": 1})");
  view.refresh();
  CHECK(view.count(RunPhase::completed) == 2);
  CHECK(view.count(RunPhase::pruned) == 1);
  CHECK(view.count(RunPhase::pending) == 0);
  CHECK(view.is_over());
  SweepIndex index = read_index(root.path() / "s");
  index.runs.push_back({"new", {}, false});
  write_index(root.path() / "s", index);
  view.refresh();
  CHECK(view.runs().size() == 5);
  CHECK(!view.is_over());
  root.write("s/new/report.json", R"({"schema_version": 7, "run": {"status": "completed"}})");
  CHECK_THROWS_AS(view.refresh(), CorruptFile);
  CHECK(view.runs().size() == 5);
  CHECK(view.count(RunPhase::pending) == 1);
}

TEST_CASE("time left, by hand", "[sweep_view]") {
  const ViewedRun completed = made(RunPhase::completed, 100, 20, {});
  const ViewedRun half = made(RunPhase::running, 50, 15, 15);
  const ViewedRun fresh = made(RunPhase::running, 0, {}, {});
  const ViewedRun pending = made(RunPhase::pending, 0, {}, {});
  const ViewedRun quarter = made(RunPhase::stopped, 25, {}, {});
  CHECK(!estimate_seconds_left({}, 0, 0));
  CHECK(!estimate_seconds_left({completed, pending}, 9, 9));  // nothing is running
  CHECK(!estimate_seconds_left({fresh, pending}, 0, 1));      // nothing is known
  // Whole runs take 20 s. Left are 1/2 + 1 + 3/4 of them, in one process.
  CHECK(estimate_seconds_left({completed, half, pending, quarter}, 0, 1) == 45);
  // In two: 1/2 + 1 + 1 + 3/4, that is 65 s for both.
  CHECK(estimate_seconds_left({completed, half, fresh, pending, quarter}, 0, 1) == 32.5);
  // No run is complete: 30 s, as the running one goes.
  CHECK(estimate_seconds_left({half, pending}, 0, 1) == 45);
  // The running one alone takes 15 s, whatever the mean says.
  CHECK(estimate_seconds_left({completed, half}, 0, 1) == 15);
  // Ten runs ended in 100 s while we looked; 1/2 + 4 are left.
  CHECK(estimate_seconds_left({completed, half, pending, pending, pending, pending}, 10, 100) == 45);
}

TEST_CASE("a view as JSON", "[sweep_view]") {
  const Directory root;
  write_sweep(root, "s");
  const Json json = json_of(SweepView({root.path() / "s"}));
  CHECK(json["schema_version"] == 1);
  CHECK(json["title"] == "s");
  CHECK(json["runs_count"] == 4);
  CHECK(json["counts"] == Json{{"pending", 1},
                               {"running", 0},
                               {"stopped", 1},
                               {"completed", 1},
                               {"diverged", 0},
                               {"failed", 1},
                               {"crashed", 0},
                               {"timed_out", 0},
                               {"pruned", 0}});
  CHECK(!json.contains("seconds_left"));
  const std::string below = (root.path() / "s").string() + "/";
  CHECK(json["runs"][0] == Json{{"run_id", "d"},
                                {"directory", below + "d"},
                                {"phase", "pending"},
                                {"sweep", "s"},
                                {"baseline", true},
                                {"parameters", {{"seed", 0}}}});
  CHECK(json["runs"][1] == Json{{"run_id", "b"},
                                {"directory", below + "b"},
                                {"phase", "failed"},
                                {"sweep", "s"},
                                {"parameters", {{"seed", 1}}},
                                {"message", "no"}});
  CHECK(json["runs"][3] == Json{{"run_id", "a"},
                                {"directory", below + "a"},
                                {"phase", "completed"},
                                {"sweep", "s"},
                                {"parameters", {{"seed", 3}}},
                                {"step", 90},
                                {"steps_count", 90},
                                {"train_loss", 0.5},
                                {"wall_s", 20.0},
                                {"finished_at", "2026-01-01T00:00:00Z"}});
}
