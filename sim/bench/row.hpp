#pragma once
// A row of `exmy bench`: one kernel beside its yardstick.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace exmy::bench {

/// `quick`: the least work that meets every path; its times say nothing.
struct Setting {
  bool quick = false;
};

/// What is timed; its kernel has run once and its result was compared with the scalar reference.
struct Measurement {
  std::string yardstick;                       ///< what it is, for people
  std::function<void()> reference, kernel;     ///< reference: the yardstick
  double yardstick_work = 0, kernel_work = 0;  ///< of a call: elements, multiply-adds, steps
  std::string difference;                      ///< the first one found; empty: the same bits
  std::string chosen;                          ///< the analyser's choice, of matrix products
  int threads = 1;
  std::uint64_t peak_rss_bytes = 0;  ///< of the process while the kernel ran; 0: not measured
};

/// How a row is judged: work per time, as a part of the yardstick's; time, as a multiple of the yardstick's; or work per
/// minute, whatever the yardstick takes (the ratio is that of times).
enum class Judged : std::uint8_t { by_rate, by_time, by_speed };

struct Row {
  std::string name;
  Judged judged = Judged::by_rate;
  std::string unit;  ///< of `value`: Gelem/s, GMAC/s, ms/step, steps/min
  std::optional<double> floor, goal;
  std::function<Measurement(const Setting&)> prepare;
};

struct Result {
  const Row* row;
  double ratio = 0, value = 0;
  std::string yardstick, difference, chosen;
  std::uint64_t peak_rss_bytes = 0;
};

}  // namespace exmy::bench
