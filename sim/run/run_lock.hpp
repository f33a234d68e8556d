#pragma once
// One process at a time works in a run directory.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include "sim/base/error.hpp"
#include "sim/run/lock_file.hpp"

namespace exmy {

/// What to do if another process works there.
enum class WhenLocked : std::uint8_t { wait, leave };

/// The lock is not ours any more: a process that could not know that we live took it, or somebody removed it.
class LockLost : public IoError {
 public:
  using IoError::IoError;
};

/// The exclusive lock on a directory, on this host and among hosts that share it. A thread touches it every
/// heartbeat. It goes with this object; if the process is killed the file stays, and the next one takes it over.
class RunLock {
 public:
  /// `wait`: until the lock is there, saying so once on stderr, or until the program is asked to stop.
  /// IoError if the file cannot be made.
  RunLock(const std::filesystem::path& directory, WhenLocked when, const LockTimes& times = {});
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  bool is_held() const { return !content_.empty(); }
  /// Another process has it, and we were to leave it alone.
  bool is_busy() const { return busy_; }
  /// That process.
  const std::string& owner() const { return owner_; }

  /// Before anything is written that only the owner may write. LockLost if it is not ours; IoError if that cannot
  /// be found out.
  void require();
  /// The same for what happens often: looks only if this process was not seen to live for some heartbeats, since
  /// nobody may have taken the lock before that.
  void require_if_late();
  /// Whether somebody noticed that it is not ours.
  bool is_lost() const { return lost_; }

 private:
  bool take(std::optional<LockClaim>& claim);
  void start_heartbeat();
  void beat(const std::stop_token& stop);
  bool is_ours();

  std::filesystem::path directory_, lock_;
  LockTimes times_;
  std::string content_;  ///< of the lock if we hold it
  std::string owner_ = "an unknown owner";
  bool busy_ = false;
  std::atomic<bool> lost_ = false;
  std::atomic<std::int64_t> seen_ms_ =
      0;  ///< when it was last known to be ours; counts on while the machine sleeps
  std::jthread heartbeat_;
};

}  // namespace exmy
