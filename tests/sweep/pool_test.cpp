#include "sim/sweep/pool.hpp"

#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "sim/sweep/outcome.hpp"
#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

constexpr const char* shell = "/bin/sh";
constexpr double grace_s = 0.2;
constexpr double limit_s = 1.5;  // on a busy machine a shell needs a while to set its trap

void start(Pool& pool, std::size_t task, const std::string& script,
           std::optional<double> time_limit_s = std::nullopt) {
  pool.start(task, {"-c", script}, {{"EXMY_TEST", "given"}}, time_limit_s);
}

/// Everything that ends, in the order of ending.
std::vector<Ended> all_of(Pool& pool, StopSignals& signals) {
  std::vector<Ended> all;
  while (!pool.is_empty())
    for (Ended& ended : pool.wait(signals, Pool::Clock::now() + std::chrono::seconds(60)))
      all.push_back(std::move(ended));
  return all;
}

Ended one(const std::string& script, std::optional<double> time_limit_s = std::nullopt) {
  StopSignals signals;
  Pool pool(1, grace_s, shell);
  start(pool, 7, script, time_limit_s);
  const auto all = all_of(pool, signals);
  REQUIRE(all.size() == 1);
  CHECK(all[0].task == 7);
  return all[0];
}

}  // namespace

TEST_CASE("a child says what it says, reads nothing, and has a group of its own") {
  const Ended ended = one(
      "cat; echo \"$EXMY_TEST\"; echo oops >&2; test $$ = \"$(cut -d ' ' -f 5 /proc/$$/stat)\" && exit 3");
  CHECK(WIFEXITED(ended.status));
  CHECK(WEXITSTATUS(ended.status) == 3);
  CHECK(ended.out == "given\n");
  CHECK(ended.err == "oops\n");
  CHECK_FALSE(ended.timed_out);
}

TEST_CASE("of a child that says megabytes the end is kept") {
  const Ended ended = one("head -c 5000000 /dev/zero | tr '\\0' x >&2; echo last >&2");
  CHECK(WEXITSTATUS(ended.status) == 0);
  CHECK(ended.err.size() <= 2 * Tail::size);
  CHECK(ended.err.ends_with("xlast\n"));
}

TEST_CASE("a child over its time limit is told to stop, then killed") {
  const Ended told = one("trap 'exit 75' TERM; while :; do sleep 0.05; done", limit_s);
  CHECK(told.timed_out);
  CHECK(WEXITSTATUS(told.status) == 75);
  CHECK(outcome_of(told).kind == EndKind::timed_out);
  const Ended killed = one("trap '' TERM; while :; do sleep 0.05; done", limit_s);
  CHECK(killed.timed_out);
  CHECK(WIFSIGNALED(killed.status));
  CHECK(WTERMSIG(killed.status) == SIGKILL);
  CHECK(killed.wall_s >= limit_s + grace_s);
  CHECK(outcome_of(killed).kind == EndKind::timed_out);
}

TEST_CASE("children run side by side, and there is room again when one ends") {
  StopSignals signals;
  Pool pool(2, grace_s, shell);
  start(pool, 0, "sleep 60");
  CHECK(pool.has_room());
  start(pool, 1, "exit 0");
  CHECK_FALSE(pool.has_room());
  std::vector<Ended> ended;
  while (ended.empty()) ended = pool.wait(signals, Pool::Clock::now() + std::chrono::seconds(60));
  CHECK(ended[0].task == 1);
  CHECK(pool.has_room());
  pool.stop();
  CHECK_FALSE(pool.has_room());
  const auto rest = all_of(pool, signals);
  REQUIRE(rest.size() == 1);
  CHECK(WTERMSIG(rest[0].status) == SIGTERM);
}

TEST_CASE("a signal is heard of, whichever thread gets it") {
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  {
    StopSignals signals;
    Pool pool(1, grace_s, shell);
    start(pool, 0, "sleep 60");
    for (int i = 1; i <= 20; ++i) {
      CHECK(::pthread_kill(other.native_handle(), SIGINT) == 0);
      CHECK(pool.wait(signals, Pool::Clock::now() + std::chrono::seconds(60)).empty());
      CHECK(signals.stops() == i);
    }
    CHECK(::pthread_kill(other.native_handle(), SIGCHLD) == 0);
    const auto begin = Pool::Clock::now();
    CHECK(pool.wait(signals, begin + std::chrono::seconds(60)).empty());
    CHECK(Pool::Clock::now() - begin < std::chrono::seconds(50));
    pool.kill();
    CHECK(all_of(pool, signals).size() == 1);
  }
  is_over = true;
  other.join();
}

TEST_CASE("the first signal asks to stop, only a later SIGINT is a second one") {
  StopSignals signals;
  signals.take();
  CHECK(signals.stops() == 0);
  for (const int signal : {SIGTERM, SIGUSR1}) {
    ::raise(signal);
    signals.take();
    CHECK(signals.stops() == 1);
  }
  ::raise(SIGINT);
  signals.take();
  CHECK(signals.stops() == 2);
}

TEST_CASE("a signal ends the wait") {
  StopSignals signals;
  Pool pool(1, grace_s, shell);
  start(pool, 0, "sleep 60");
  ::raise(SIGTERM);
  CHECK(pool.wait(signals, Pool::Clock::now() + std::chrono::seconds(60)).empty());
  CHECK(signals.stops() == 1);
  pool.kill();
  CHECK(WTERMSIG(all_of(pool, signals).at(0).status) == SIGKILL);
}

TEST_CASE("what the end of a child means") {
  const auto kind = [](const std::string& script) { return outcome_of(one(script)).kind; };
  CHECK(kind("echo '{\"status\": \"completed\"}'") == EndKind::complete);
  CHECK(kind("echo '{\"status\": \"diverged\"}'") == EndKind::complete);
  CHECK(kind("echo '{\"status\": \"busy\"}'; exit 75") == EndKind::busy);
  CHECK(kind("exit 75") == EndKind::stopped);
  CHECK(kind("exit 130") == EndKind::stopped);
  CHECK(kind("exit 0") == EndKind::failed);
  CHECK(kind("exit 3") == EndKind::failed);
  CHECK(kind("kill -SEGV $$") == EndKind::crashed);
  const ChildOutcome stopped =
      outcome_of(one("echo '{\"status\": \"preempted\", \"step\": 12, \"train_loss\": \"NaN\", "
                     "\"validation_loss\": 0.5}'; exit 75"));
  REQUIRE(stopped.stopped_at);
  CHECK(stopped.stopped_at->step == 12);
  CHECK(stopped.stopped_at->train_loss != stopped.stopped_at->train_loss);
  CHECK(stopped.stopped_at->validation_loss == 0.5);
  const ChildOutcome failed = outcome_of(one("printf 'first\\nlast one\\n\\n' >&2; exit 2"));
  CHECK(failed.message == "last one");
  CHECK(failed.exit_code == 2);
}
