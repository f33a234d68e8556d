#include "sim/run/run_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

std::int64_t boot_time_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// While it lives, threads that are started leave all signals to the others.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

RunLock::RunLock(const std::filesystem::path& directory, WhenLocked when, const LockTimes& times)
    : directory_(directory), lock_(directory / lock_file_name), times_(times) {
  constexpr std::chrono::milliseconds longest_pause(1000);
  std::optional<LockClaim> claim;
  for (std::chrono::milliseconds pause(20); !take(claim); pause = std::min(2 * pause, longest_pause)) {
    busy_ = when == WhenLocked::leave;
    if (busy_ || stop_requested()) return;
    if (pause.count() == 20)
      std::fprintf(stderr, "another process works in %s (%s); waiting for it\n",
                   printable(directory.string()).c_str(), owner_.c_str());
    std::this_thread::sleep_for(pause);
  }
  content_ = claim->content();
  start_heartbeat();
}

RunLock::~RunLock() {
  heartbeat_.request_stop();
  if (heartbeat_.joinable()) heartbeat_.join();
  try {
    if (is_held() && !lost_ && is_ours()) ::unlink(lock_.c_str());
  } catch (const IoError&) {  // it cannot be read: whoever can may take it over
  }
}

/// One attempt. What stands in our way is in `owner_` then.
bool RunLock::take(std::optional<LockClaim>& claim) {
  const auto seen = read_lock(lock_);
  if (seen) owner_ = describe(*seen);
  if (seen && seen->owner && life_of(*seen->owner, this_process()) == Life::alive) return false;
  if (!claim) claim.emplace(directory_);
  if (seen ? is_stale(*seen, claim->now(), times_) && claim->replace(*seen, times_) : claim->become_lock())
    return true;
  if (const auto faster = read_lock(lock_)) owner_ = describe(*faster);
  return false;
}

void RunLock::start_heartbeat() {
  seen_ms_ = boot_time_ms();
  const SignalsBlocked blocked;
  heartbeat_ = std::jthread([this](const std::stop_token& stop) { beat(stop); });
}

void RunLock::beat(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock guard(mutex);
  while (!woken.wait_for(guard, stop, times_.heartbeat, [] { return false; }) && !stop.stop_requested()) try {
      if (!is_ours()) return;
      ::utimensat(AT_FDCWD, lock_.c_str(), nullptr, 0);
    } catch (const std::exception&) {  // cannot be read now: the next beat may
    }
}

bool RunLock::is_ours() {
  const std::int64_t now = boot_time_ms();
  const auto seen = read_lock(lock_);
  if (seen && seen->content.empty()) throw IoError("cannot read " + printable(lock_.string()));
  if (!seen || seen->content != content_) {
    lost_ = true;
    return false;
  }
  seen_ms_ = now;
  return true;
}

void RunLock::require() {
  if (!lost_ && is_ours()) return;
  const auto seen = read_lock(lock_);
  throw LockLost(printable(directory_.string()) + ": this process lost the lock of the directory " +
                 (seen ? "to another one (" + describe(*seen) + ")" : "(the file \"lock\" is gone)") +
                 ", because it was silent for too long or somebody removed it; stopped without writing");
}

void RunLock::require_if_late() {
  if (lost_ || boot_time_ms() - seen_ms_ > 4 * times_.heartbeat.count()) require();
}

}  // namespace exmy
