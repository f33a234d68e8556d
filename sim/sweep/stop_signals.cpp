#include "sim/sweep/stop_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "sim/base/error.hpp"
#include "sim/base/stop.hpp"

namespace exmy {
namespace {

// Not a signalfd: that hears nothing of a signal that the kernel gives to a thread which does not block it, such as
// OpenMP's, and a child's end would be lost.
std::atomic<int> told{-1};

extern "C" void tell(int signal) {
  const int error = errno;
  const auto word = static_cast<unsigned char>(signal);
  if (const int descriptor = told.load(); descriptor >= 0) (void)!::write(descriptor, &word, 1);
  errno = error;
}

}  // namespace

StopSignals::StopSignals() {
  if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0)
    throw IoError("cannot watch signals: " + std::generic_category().message(errno));
  watch_stop_signals();  // what they do afterwards
  outer_ = told.exchange(ends_[1]);
  struct sigaction action {};
  action.sa_handler = tell;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &action, &before_[i]);
  if (stop_requested()) stops_ = 1;  // before
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before_[i], nullptr);
  told = outer_;
  for (const int end : ends_) ::close(end);
}

void StopSignals::take() {
  unsigned char signal = 0;
  while (::read(ends_[0], &signal, 1) == 1)
    if (signal != SIGCHLD && (stops_ == 0 || signal == SIGINT)) ++stops_;
}

}  // namespace exmy
