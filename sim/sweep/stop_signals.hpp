#pragma once
// The signals that a program which waits for others wants to hear of, as a file descriptor.

#include <csignal>

namespace exmy {

/// SIGINT, SIGTERM, SIGUSR1 (stop) and SIGCHLD, held back while this object lives.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  int descriptor() const { return descriptor_; }
  /// Takes what came.
  void take();
  /// How often it was asked to stop so far: once by any of the three, more often by SIGINT alone.
  int stops() const { return stops_; }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
  int stops_ = 0;
};

}  // namespace exmy
