#pragma once
// Two functions timed in turns. Of libraries, Google Benchmark runs one function to its end before the next (or mixes
// repetitions at random, without pairs), and what is compared here must have met the same machine: hence these lines.

#include <cstddef>
#include <functional>

namespace exmy::bench {

struct Repetitions {
  std::size_t pairs = 9;
  double least_s = 0.02;  ///< of one run: a function is called as often as that takes
};

/// Medians over the pairs; seconds are those of one call.
struct Timing {
  double yardstick_s = 0, kernel_s = 0;
  double time_ratio = 0;  ///< kernel / yardstick, pair by pair
};

/// Runs yardstick, kernel, yardstick, kernel ...; both are called once before.
Timing time_in_turns(const std::function<void()>& yardstick, const std::function<void()>& kernel,
                     const Repetitions& repetitions);

}  // namespace exmy::bench
