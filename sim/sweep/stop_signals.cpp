#include "sim/sweep/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/base/stop.hpp"

namespace exmy {

StopSignals::StopSignals() {
  std::signal(SIGCHLD, SIG_DFL);  // ignored, as some parents leave it, children's ends would be lost
  watch_stop_signals();           // likewise
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGCHLD}) sigaddset(&held, signal);
  ::sigprocmask(SIG_BLOCK, &held, &before_);
  descriptor_ = ::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ < 0) throw IoError("cannot watch signals: " + std::generic_category().message(errno));
  if (stop_requested()) stops_ = 1;  // before
}

StopSignals::~StopSignals() {
  if (descriptor_ >= 0) ::close(descriptor_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::take() {
  signalfd_siginfo info{};
  while (::read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal != SIGCHLD && (stops_ == 0 || signal == SIGINT)) ++stops_;
  }
}

}  // namespace exmy
