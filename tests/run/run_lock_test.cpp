// The lock of a run directory, with real processes: one owner at a time; taken over from the dead and the long silent
// only; an owner that lost it notices.

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/run/run_lock.hpp"
#include "tests/base/scratch.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace fs = std::filesystem;

using namespace exmy;
using namespace std::chrono_literals;

/// Runs `work` in a process of its own, whose exit code is what it returns; 99 if it throws. Not while other threads
/// run: what they hold at that moment (the sanitizers' allocator) stays held in the child.
pid_t start(const std::function<int()>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child != 0) return child;
  int code = 99;
  try {
    code = work();
  } catch (...) {
  }
  _exit(code);
}

int exit_code_of(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

void kill_and_reap(pid_t child) {
  kill(child, SIGKILL);
  CHECK(exit_code_of(child) == -SIGKILL);
}

template <class Condition>
void wait_until(Condition condition) {
  for (int i = 0; i < 3000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  REQUIRE(condition());
}

int number_in(const fs::path& path) {
  std::ifstream file(path);
  int number = 0;
  file >> number;
  return number;
}

void put(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

/// A lock file of this owner, last touched `silent` ago.
void leave_lock(const fs::path& directory, const Json& content, std::chrono::seconds silent) {
  const fs::path lock = directory / "lock";
  put(lock, pretty_text(content));
  timespec times[2] = {{time(nullptr) - silent.count(), 0}, {time(nullptr) - silent.count(), 0}};
  REQUIRE(utimensat(AT_FDCWD, lock.c_str(), times, 0) == 0);
}

Json content_of(const ProcessIdentity& owner) {
  Json json = to_json(owner);
  json["token"] = "0123";
  json["started_at"] = "2026-01-31T12:00:00Z";
  return json;
}

/// Whether a lock of this content and silence is taken over, without waiting. Leaves an empty directory.
bool taken_over(const Json& content, std::chrono::seconds silent) {
  const test::Scratch scratch;
  leave_lock(scratch.path(), content, silent);
  const auto kind = look_at_lock(scratch.path()).kind;
  const std::string before = read_file(scratch.path() / "lock", 1 << 20);
  bool held = false;
  {
    const RunLock lock(scratch.path(), WhenLocked::leave);
    held = lock.is_held();
    CHECK(lock.is_busy() == !held);
    CHECK(kind == (held ? LockState::Kind::stale : LockState::Kind::alive));
    CHECK((read_file(scratch.path() / "lock", 1 << 20) == before) == !held);
  }
  CHECK(fs::exists(scratch.path() / "lock") == !held);
  fs::remove(scratch.path() / "lock");
  CHECK(fs::is_empty(scratch.path()));
  return held;
}

/// A process id that was just given back.
std::int64_t dead_process() {
  const pid_t child = start([] { return 0; });
  exit_code_of(child);
  return child;
}

}  // namespace

TEST_CASE("eight processes that want one lock have it one after the other") {
  const test::Scratch scratch;
  const fs::path counter = scratch.path() / "counter", directory = scratch.path() / "run";
  fs::create_directory(directory);
  put(counter, "0");
  constexpr int processes = 8, turns = 200 / processes;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i)
    children.push_back(start([&] {
      for (int turn = 0; turn < turns;) {
        const RunLock lock(directory, WhenLocked::leave);
        if (!lock.is_held()) continue;
        const int n = number_in(counter);
        sched_yield();
        put(counter, std::to_string(n + 1));
        ++turn;
      }
      return 0;
    }));
  for (const pid_t child : children) CHECK(exit_code_of(child) == 0);
  CHECK(number_in(counter) == processes * turns);
  CHECK(fs::is_empty(directory));
}

TEST_CASE("a killed owner is followed at once, by exactly one of eight") {
  const test::Scratch scratch;
  const fs::path directory = scratch.path() / "run";
  fs::create_directory(directory);
  const fs::path started = scratch.path() / "go", released = scratch.path() / "end";
  for (int trial = 0; trial < 20; ++trial) {
    const pid_t owner = start([&] {
      const RunLock lock(directory, WhenLocked::leave);
      put(scratch.path() / "owned", "1");
      for (;;) pause();
      return 0;
    });
    wait_until([&] { return number_in(scratch.path() / "owned") == 1; });
    CHECK(look_at_lock(directory).kind == LockState::Kind::alive);
    std::vector<pid_t> heirs;
    for (int i = 0; i < 8; ++i)
      heirs.push_back(start([&] {
        while (!fs::exists(started)) sched_yield();
        const RunLock lock(directory, WhenLocked::leave);
        if (!lock.is_held()) return 1;
        while (!fs::exists(released)) std::this_thread::sleep_for(1ms);
        return 0;
      }));
    kill(owner, SIGKILL);
    if (trial % 2 == 0)
      exit_code_of(owner);  // else it is a zombie when they come
    else
      wait_until([&] { return look_at_lock(directory).kind == LockState::Kind::stale; });
    put(started, "");
    int losers = 0;
    for (int i = 0; i < 1000 && losers < 7; ++i, std::this_thread::sleep_for(10ms))
      losers = static_cast<int>(std::count_if(heirs.begin(), heirs.end(), has_ended));
    put(released, "");
    int winners = 0;
    for (const pid_t heir : heirs) winners += exit_code_of(heir) == 0 ? 1 : 0;
    CHECK(losers == 7);
    CHECK(winners == 1);
    if (trial % 2 != 0) exit_code_of(owner);
    CHECK(fs::is_empty(directory));
    fs::remove(started);
    fs::remove(released);
    fs::remove(scratch.path() / "owned");
  }
}

TEST_CASE("one that waits goes on when the owner ends, and when it is killed") {
  const test::Scratch scratch;
  for (const bool killed : {false, true}) {
    const fs::path owned = scratch.path() / (killed ? "1" : "0");
    const pid_t owner = start([&] {
      const RunLock lock(scratch.path(), WhenLocked::leave);
      put(owned, "1");
      std::this_thread::sleep_for(killed ? 3600s : 0s);
      return 0;
    });
    wait_until([&] { return number_in(owned) == 1; });
    const pid_t heir = start([&] {
      const RunLock lock(scratch.path(), WhenLocked::wait);
      return lock.is_held() ? 0 : 1;
    });
    if (killed) kill_and_reap(owner);
    CHECK(exit_code_of(heir) == 0);
    if (!killed) CHECK(exit_code_of(owner) == 0);
    CHECK_FALSE(fs::exists(scratch.path() / "lock"));
  }
}

TEST_CASE("who is dead and who is not") {
  const ProcessIdentity we = this_process();
  REQUIRE(we.start_ticks > 0);
  REQUIRE_FALSE(we.boot_id.empty());
  ProcessIdentity p = we;
  CHECK(life_of(p, we) == Life::alive);
  p.start_ticks -= 1;
  CHECK(life_of(p, we) == Life::dead);
  p = we;
  p.pid = dead_process();
  CHECK(life_of(p, we) == Life::dead);
  p.host += "x";
  CHECK(life_of(p, we) == Life::unknown);
  for (std::string ProcessIdentity::*member :
       {&ProcessIdentity::pid_namespace, &ProcessIdentity::time_namespace}) {
    p = we;
    p.*member += "x";
    CHECK(life_of(p, we) == Life::unknown);
  }
  ProcessIdentity installed = we;
  installed.machine_id = "abc";
  p = installed;
  p.boot_id = "another";
  CHECK(life_of(p, installed) == Life::rebooted);
  p.machine_id = "def";
  CHECK(life_of(p, installed) == Life::unknown);
  p.machine_id = installed.machine_id = "";
  CHECK(life_of(p, installed) == Life::unknown);
  p = we;
  p.pid_namespace = "";
  ProcessIdentity nowhere = p;
  CHECK(life_of(p, nowhere) == Life::unknown);
  CHECK(process_of(to_json(we)) == we);
}

TEST_CASE("locks of others are taken over after ten minutes of silence, and not before") {
  ProcessIdentity elsewhere = this_process();
  elsewhere.host += "x";
  const Json content = content_of(elsewhere);
  for (const auto silent : {0s, 61s, 590s}) CHECK_FALSE(taken_over(content, silent));
  CHECK(taken_over(content, 610s));
  ProcessIdentity inside = this_process();
  inside.pid_namespace = "pid:[1]";
  CHECK_FALSE(taken_over(content_of(inside), 590s));
  CHECK(taken_over(content_of(inside), 610s));
  Json incomplete = content_of(this_process());
  incomplete.erase("boot_id");
  for (const Json& torn : {Json(), Json("lock"), Json::array(), Json::object(), incomplete}) {
    INFO(torn.dump());
    CHECK_FALSE(taken_over(torn, 590s));
    CHECK(taken_over(torn, 610s));
  }
  CHECK_FALSE(taken_over(content, -3600s));  // a clock that was set back: no reason to rob
}

TEST_CASE("empty and cut locks are another host's") {
  const std::string whole = pretty_text(content_of(this_process()));
  for (std::size_t length = 0; length < whole.size() - 1; length += 7) {
    const test::Scratch scratch;
    put(scratch.path() / "lock", whole.substr(0, length));
    INFO(length);
    CHECK(RunLock(scratch.path(), WhenLocked::leave).is_busy());
    CHECK(look_at_lock(scratch.path()).owner == "an unknown owner");
  }
}

TEST_CASE("on this host the dead are followed at once, the living never") {
  ProcessIdentity p = this_process();
  CHECK_FALSE(taken_over(content_of(p), 0s));
  CHECK_FALSE(taken_over(content_of(p), 24h * 365));
  p.start_ticks += 1;
  CHECK(taken_over(content_of(p), 0s));
  p = this_process();
  p.pid = dead_process();
  CHECK(taken_over(content_of(p), 0s));
  p = this_process();
  p.boot_id = "another";
  if (!p.machine_id.empty()) {
    CHECK_FALSE(taken_over(content_of(p), 30s));
    CHECK(taken_over(content_of(p), 61s));
  }
  p.machine_id = "another";
  CHECK_FALSE(taken_over(content_of(p), 590s));
}

TEST_CASE("a process of another namespace is not asked for by its number") {
  // A child of ours in a new namespace (needs root) is its number 1, and /proc, which is still ours, says other things.
  const test::Scratch scratch;
  const pid_t outer = start([&] {
    if (unshare(CLONE_NEWPID) != 0) return 77;
    const pid_t inner = start([&] {
      const pid_t neighbour = start([&] {  // before the lock, whose heartbeat is a thread
        wait_until([&] { return number_in(scratch.path() / "owned") == 1; });
        const RunLock second(scratch.path(), WhenLocked::leave);
        return second.is_busy() ? 0 : 1;
      });
      const RunLock lock(scratch.path(), WhenLocked::leave);
      put(scratch.path() / "owned", "1");
      const int code = exit_code_of(neighbour);
      while (!fs::exists(scratch.path() / "end")) std::this_thread::sleep_for(5ms);
      return code;
    });
    return exit_code_of(inner);
  });
  for (int i = 0; i < 400 && !fs::exists(scratch.path() / "owned"); ++i) std::this_thread::sleep_for(5ms);
  if (!fs::exists(scratch.path() / "owned")) {
    CHECK(exit_code_of(outer) == 77);
    WARN("no new namespaces here");
    return;
  }
  CHECK(RunLock(scratch.path(), WhenLocked::leave).is_busy());
  put(scratch.path() / "end", "");
  CHECK(exit_code_of(outer) == 0);
  CHECK_FALSE(fs::exists(scratch.path() / "lock"));
}

TEST_CASE("of two that judged the same dead lock, the second does not remove the lock of the first") {
  const test::Scratch scratch;
  const fs::path lock = scratch.path() / "lock";
  ProcessIdentity dead = this_process();
  dead.start_ticks += 1;
  leave_lock(scratch.path(), content_of(dead), 0s);
  const auto seen = read_lock(lock);
  REQUIRE(seen);
  LockClaim first(scratch.path()), second(scratch.path());
  {
    const int guard = open((lock.string() + ".takeover").c_str(), O_RDWR | O_CREAT, 0666);
    REQUIRE(flock(guard, LOCK_EX) == 0);
    CHECK_FALSE(first.replace(*seen, {}));  // another process is about to
    close(guard);
  }
  CHECK(first.replace(*seen, {}));
  CHECK_FALSE(second.replace(*seen, {}));
  CHECK_FALSE(second.become_lock());
  CHECK(read_file(lock, 1 << 20) == first.content());
  CHECK_FALSE(fs::exists(lock.string() + ".takeover"));
}

TEST_CASE("whoever waited long for a lock does not look silent with it") {
  const test::Scratch scratch;
  LockClaim claim(scratch.path());
  const fs::path file = fs::directory_iterator(scratch.path())->path();
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  REQUIRE(claim.become_lock());
  struct stat status {};
  REQUIRE(::stat((scratch.path() / "lock").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec > 1000);
}

TEST_CASE("a live owner is heard") {
  const test::Scratch scratch;
  const LockTimes fast{20ms, 500ms, 500ms};
  const RunLock lock(scratch.path(), WhenLocked::leave, fast);
  struct stat status {};
  REQUIRE(::stat((scratch.path() / "lock").c_str(), &status) == 0);
  std::this_thread::sleep_for(300ms);
  struct stat later {};
  REQUIRE(::stat((scratch.path() / "lock").c_str(), &later) == 0);
  CHECK(std::pair(later.st_mtim.tv_sec, later.st_mtim.tv_nsec) >
        std::pair(status.st_mtim.tv_sec, status.st_mtim.tv_nsec));
}

TEST_CASE("a lock that is lost under its owner is noticed, and the new owner keeps it") {
  const LockTimes fast{20ms, 500ms, 500ms};
  for (const bool gone : {false, true}) {
    const test::Scratch scratch;
    ProcessIdentity other = this_process();
    other.host += "x";
    {
      RunLock lock(scratch.path(), WhenLocked::leave, fast);
      CHECK_NOTHROW(lock.require());
      fs::remove(scratch.path() / "lock");
      if (!gone) leave_lock(scratch.path(), content_of(other), 0s);
      wait_until([&] { return lock.is_lost(); });
      CHECK_THROWS_AS(lock.require_if_late(), LockLost);
      CHECK_THROWS_AS(lock.require(), LockLost);
    }
    CHECK(fs::exists(scratch.path() / "lock") == !gone);
  }
  // Without a heartbeat in between, what is about to write notices.
  const test::Scratch scratch;
  RunLock lock(scratch.path(), WhenLocked::leave);
  CHECK_NOTHROW(lock.require_if_late());
  fs::remove(scratch.path() / "lock");
  CHECK_NOTHROW(lock.require_if_late());
  CHECK_THROWS_AS(lock.require(), LockLost);
  CHECK_THROWS_AS(lock.require_if_late(), LockLost);
}
