#pragma once
// What a person sees on stderr while a self-check goes on: one rewritten line on a terminal, elsewhere a plain
// line every 10 s.

#include <chrono>

#include "sim/verify/check.hpp"

namespace exmy::verify {

class PartProgress {
 public:
  PartProgress();
  /// `done` of `units` of a part.
  void show(const Part& part, std::uint64_t done, std::uint64_t units);
  /// Takes the rewritten line away.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  Clock::time_point shown_;
};

}  // namespace exmy::verify
