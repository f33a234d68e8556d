#include "sim/quant/telemetry.hpp"

#include <algorithm>

namespace exmy {

std::pair<int, std::vector<std::uint64_t>> ExponentHistogram::trimmed() const {
  const auto used = [](std::uint64_t n) { return n != 0; };
  const auto first = std::find_if(counts_.begin(), counts_.end(), used);
  const auto last = std::find_if(counts_.rbegin(), counts_.rend(), used).base();
  if (first == counts_.end()) return {0, {}};
  return {lowest + static_cast<int>(first - counts_.begin()), {first, last}};
}

void Telemetry::close_interval(std::uint64_t step) {
  series_steps_.push_back(step);
  for (auto& [site, record] : records_) {
    record.series.resize(series_steps_.size() - 1);  // a site may appear late
    record.series.push_back(record.interval);
    record.interval = {};
  }
}

}  // namespace exmy
