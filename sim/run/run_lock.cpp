#include "sim/run/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <thread>

#include "sim/base/error.hpp"
#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"

namespace exmy {

RunLock::RunLock(const std::filesystem::path& directory, WhenLocked when) : path_(directory / "lock") {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw IoError("cannot write " + printable(path_.string()) + ": " +
                  std::generic_category().message(errno));
  for (bool said = false;; said = true) {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR)) {
      held_ = true;
      return;
    }
    busy_ = when == WhenLocked::leave;
    if (busy_ || stop_requested()) return;
    if (!said)
      std::fprintf(stderr, "another process works in %s; waiting for it\n",
                   printable(directory.string()).c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RunLock::remove_file() { ::unlink(path_.c_str()); }

}  // namespace exmy
