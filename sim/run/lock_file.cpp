#include "sim/run/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <string_view>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/text.hpp"
#include "sim/run/provenance.hpp"

// How a lock is taken over, so that two contenders do not both do it. The classic race: A and B see the same dead
// lock; A removes it and makes its own; B, late, removes A's. Against it:
// - On one host, and wherever flock works between hosts, a second file, `lock.takeover`, lets only one process at a
//   time take over, and that one looks again once it is alone. (The file is removed while it is locked; whoever then
//   gets the lock of the removed file notices that and opens the new one.) This is exact: other processes make a
//   lock only where there is none.
// - Elsewhere B renames what it judged to a name of its own and looks at what it has got: if it is not the dead lock,
//   it puts it back, by link, which overwrites nothing. What remains is that C makes a lock in the moment in which A's
//   is away. Then A has lost it, and the same is true of an owner that was silent for ten minutes and wakes up after
//   that: they notice at the latest before they write a checkpoint or results, and stop without writing (RunLock).

namespace exmy {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t longest_lock = 65536;

[[noreturn]] void fail_at(const fs::path& path, const char* verb, int error) {
  throw IoError(std::string("cannot ") + verb + ' ' + printable(path.string()) + ": " +
                std::generic_category().message(error));
}

/// All that a file holds; empty if it cannot be read.
std::string text_of(const fs::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return {};
  std::string text(longest_lock, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  const bool good = std::ferror(file) == 0;
  std::fclose(file);
  return good ? text : "";
}

std::string fresh_token() {
  std::random_device random;
  std::string token;
  for (int i = 0; i < 4; ++i) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(random()));
    token += digits;
  }
  return token;
}

milliseconds between(const timespec& early, const timespec& late) {
  return milliseconds((late.tv_sec - early.tv_sec) * 1000 + (late.tv_nsec - early.tv_nsec) / 1'000'000);
}

/// Writes a new file durably: a lock that a power failure tears is one of an unknown owner.
int write_new(const fs::path& path, const std::string& content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  int error = 0;
  for (std::string_view rest = content; error == 0 && !rest.empty();) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(file) != 0 && errno != EINVAL) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  if (error != 0) ::unlink(path.c_str());
  return error;
}

/// The lock on `lock.takeover`.
class TakeoverGuard {
 public:
  explicit TakeoverGuard(fs::path path) : path_(std::move(path)) {
    do {
      close();
      descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (descriptor_ < 0) return;
      if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        refused_ = errno == EWOULDBLOCK || errno == EINTR;
        close();  // any other error: no locks here
        return;
      }
    } while (was_removed());
  }
  TakeoverGuard(const TakeoverGuard&) = delete;
  TakeoverGuard& operator=(const TakeoverGuard&) = delete;
  ~TakeoverGuard() {
    if (descriptor_ >= 0) ::unlink(path_.c_str());
    close();
  }
  /// Another process has it.
  bool is_refused() const { return refused_; }

 private:
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  bool was_removed() const {
    struct stat ours {};
    struct stat there {};
    return ::fstat(descriptor_, &ours) != 0 || ::stat(path_.c_str(), &there) != 0 ||
           ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
  }

  fs::path path_;
  int descriptor_ = -1;
  bool refused_ = false;
};

}  // namespace

bool SeenLock::is_same_file(const SeenLock& other) const {
  return content == other.content && status.st_dev == other.status.st_dev &&
         status.st_ino == other.status.st_ino;
}

std::optional<SeenLock> read_lock(const fs::path& lock) {
  SeenLock seen;
  seen.content = text_of(lock);
  if (::stat(lock.c_str(), &seen.status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_at(lock, "read", errno);
  }
  const Json json = Json::parse(seen.content, nullptr, false);
  seen.owner = process_of(json);
  if (seen.owner && json.contains("started_at") && json["started_at"].is_string())
    seen.started_at = json["started_at"];
  return seen;
}

std::string describe(const SeenLock& lock) {
  if (!lock.owner) return "an unknown owner";
  return "host " + printable(lock.owner->host) + ", process " + std::to_string(lock.owner->pid) + ", since " +
         printable(lock.started_at);
}

bool is_stale(const SeenLock& lock, const timespec& now, const LockTimes& times) {
  const milliseconds silent = between(lock.status.st_mtim, now);
  switch (lock.owner ? life_of(*lock.owner, this_process()) : Life::unknown) {
    case Life::alive: return false;
    case Life::dead: return true;
    // Two machines can have one name and, made from one image, one machine id: a running one is not silent.
    case Life::rebooted: return silent >= times.reboot_silence;
    case Life::unknown: return silent >= times.silence;
  }
  return false;
}

LockState look_at_lock(const fs::path& directory, const LockTimes& times) {
  const auto seen = read_lock(directory / lock_file_name);
  if (!seen) return {};
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return {is_stale(*seen, now, times) ? LockState::Kind::stale : LockState::Kind::alive, describe(*seen)};
}

LockClaim::LockClaim(const fs::path& directory) : lock_(directory / lock_file_name) {
  const std::string token = fresh_token();
  claim_ = directory / (".exmy-lock-" + token + ".tmp");
  Json json = to_json(this_process());
  json["token"] = token;
  json["started_at"] = utc_now();
  content_ = pretty_text(json);
  if (const int error = write_new(claim_, content_)) fail_at(lock_, "write", error);
}

LockClaim::~LockClaim() { ::unlink(claim_.c_str()); }

bool LockClaim::become_lock() {
  (void)now();  // whoever waited long must not look silent
  const int error = ::link(claim_.c_str(), lock_.c_str()) == 0 ? 0 : errno;
  // Over NFS the answer to a link that was made can get lost, and the repeated request fails: the number of names
  // that our file has is what counts.
  struct stat status {};
  if (::stat(claim_.c_str(), &status) != 0) fail_at(lock_, "write", errno);
  if (status.st_nlink == 2) return true;
  if (error == EEXIST) return false;
  if (error != EPERM && error != EOPNOTSUPP && error != ENOSYS) fail_at(lock_, "write", error);
  const int failure = write_new(lock_, content_);  // a file system without links
  if (failure != 0 && failure != EEXIST) fail_at(lock_, "write", failure);
  return failure == 0;
}

timespec LockClaim::now() const {
  struct stat status {};
  if (::utimensat(AT_FDCWD, claim_.c_str(), nullptr, 0) != 0 || ::stat(claim_.c_str(), &status) != 0)
    fail_at(lock_, "write", errno);
  return status.st_mtim;
}

bool LockClaim::replace(const SeenLock& dead, const LockTimes& times) {
  const TakeoverGuard guard(lock_.string() + ".takeover");
  return !guard.is_refused() && remove_dead(dead, times) && become_lock();
}

bool LockClaim::remove_dead(const SeenLock& dead, const LockTimes& times) {
  const auto again = read_lock(lock_);
  if (!again) return true;
  if (!again->is_same_file(dead) || !is_stale(*again, now(), times)) return false;
  const fs::path taken = claim_.string() + ".dead";
  if (::rename(lock_.c_str(), taken.c_str()) != 0) {
    if (errno == ENOENT) return true;
    fail_at(lock_, "write", errno);
  }
  const auto moved = read_lock(taken);
  const bool right = moved && moved->is_same_file(dead);
  if (!right) put_back(taken);
  ::unlink(taken.c_str());
  return right;
}

void LockClaim::put_back(const fs::path& taken) const {
  if (::link(taken.c_str(), lock_.c_str()) != 0 && errno != EEXIST)
    ::renameat2(AT_FDCWD, taken.c_str(), AT_FDCWD, lock_.c_str(), RENAME_NOREPLACE);
}

}  // namespace exmy
