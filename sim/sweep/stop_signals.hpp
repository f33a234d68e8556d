#pragma once
// The signals that a program which waits for others wants to hear of, as a file descriptor.

#include <array>
#include <csignal>

namespace exmy {

/// SIGINT, SIGTERM, SIGUSR1 (stop) and SIGCHLD, whichever thread gets them. While this object lives they do nothing but make
/// the descriptor readable; one at a time, the innermost, hears them.
class StopSignals {
 public:
  static constexpr std::array watched{SIGINT, SIGTERM, SIGUSR1, SIGCHLD};

  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  int descriptor() const { return ends_[0]; }
  /// Takes what came.
  void take();
  /// How often it was asked to stop so far: once by any of the three, more often by SIGINT alone.
  int stops() const { return stops_; }

 private:
  std::array<struct sigaction, watched.size()> before_{};
  int ends_[2] = {-1, -1};  ///< of a pipe: for reading, for writing
  int outer_ = -1;          ///< where signals went before
  int stops_ = 0;
};

}  // namespace exmy
