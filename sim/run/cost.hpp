#pragma once
// What a run would cost.

#include <cstdint>

#include "sim/run/prepare.hpp"

namespace exmy {

/// Of a whole run: steps, multiply-adds of training (validation not counted), bytes of the emulated machine in a step.
struct Cost {
  std::uint64_t steps_count = 0, macs_count = 0, memory_bytes = 0;
};
Cost cost_of(const Prepared& run);

}  // namespace exmy
