#pragma once
// The file `lock` of a run directory: who works there. It is made so that it holds on NFS, and between hosts, and
// is removed only from those who cannot need it any more.
//
// Content (JSON): the process (process_identity.hpp), "token": different for every lock that was ever taken,
// "started_at". The owner touches it every heartbeat, so that its modification time says when it was last known to
// live.

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "sim/run/process_identity.hpp"

namespace exmy {

inline constexpr const char* lock_file_name = "lock";

/// The defaults are what holds; tests have less time. All processes must agree on them.
struct LockTimes {
  std::chrono::milliseconds heartbeat{15'000};
  std::chrono::milliseconds silence{600'000};  ///< after so much of it an owner that we cannot ask is dead
  std::chrono::milliseconds reboot_silence{60'000};  ///< the same if its host was rebooted
};

/// A lock file as it was found.
struct SeenLock {
  std::string content;                   ///< empty if it cannot be read
  std::optional<ProcessIdentity> owner;  ///< nothing if it is torn
  std::string started_at;
  struct stat status {};

  bool is_same_file(const SeenLock& other) const;
};

/// Nothing if there is none; IoError if that cannot be found out.
std::optional<SeenLock> read_lock(const std::filesystem::path& lock);
/// "host x, process 12, since 2026-01-31T12:00:00Z"; "an unknown owner".
std::string describe(const SeenLock& lock);

/// Whether its owner is dead at the time `now` of its file system. An owner on this host is asked for; a living one
/// is never dead, however silent. Of any other one, an unreadable one included, only silence tells.
bool is_stale(const SeenLock& lock, const timespec& now, const LockTimes& times);

/// What others see of it. By this host's clock, because nothing is written: to look at, not to decide by.
struct LockState {
  enum class Kind : std::uint8_t { none, alive, stale } kind = Kind::none;
  std::string owner;  ///< as `describe` says it
};
LockState look_at_lock(const std::filesystem::path& directory, const LockTimes& times = {});

/// One contender for the lock of a directory: a file of its own with the content of the lock that it wants to have.
class LockClaim {
 public:
  /// IoError, which names the lock, if the directory cannot be written.
  explicit LockClaim(const std::filesystem::path& directory);
  LockClaim(const LockClaim&) = delete;
  LockClaim& operator=(const LockClaim&) = delete;
  ~LockClaim();

  const std::string& content() const { return content_; }
  /// Makes it the lock, if there is none.
  bool become_lock();
  /// Now, as the file system of the directory sees it.
  timespec now() const;
  /// Removes a lock whose owner is dead and takes its place. False if it is another one by now, or another process
  /// is about to do the same.
  bool replace(const SeenLock& dead, const LockTimes& times);

 private:
  bool remove_dead(const SeenLock& dead, const LockTimes& times);
  void put_back(const std::filesystem::path& taken) const;

  std::filesystem::path lock_, claim_;
  std::string content_;
};

}  // namespace exmy
