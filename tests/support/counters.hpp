#pragma once
// Counters that should be the same.

#include <string>

#include "formats/counters.hpp"

namespace exmy::test {

/// Those that differ, "inexact 3 for 4; " (got, wanted), or nothing.
inline std::string differences(const Counters& got, const Counters& want) {
  std::string out;
  for (std::size_t i = 0; i < counters_count; ++i)
    if (got.counts[i] != want.counts[i])
      out += std::string(counter_names[i]) + " " + std::to_string(got.counts[i]) + " for " +
             std::to_string(want.counts[i]) + "; ";
  return out;
}

}  // namespace exmy::test
