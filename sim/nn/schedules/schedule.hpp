#pragma once
// Learning rates, in binary64; projected where an optimiser uses them.

#include <cstdint>
#include <functional>
#include <span>

#include "sim/base/reader.hpp"

namespace exmy {

/// The factor of the base learning rate at a step (0-based) of so many.
using Schedule = std::function<double(std::uint64_t step, std::uint64_t steps)>;

/// constant: 1. cosine: (1 + cos(pi step / steps)) / 2, to 0 at the end. step: factor^(step div every).
struct ScheduleKind {
  std::string_view name;
  Schedule (*read)(ObjectReader& config);
};
std::span<const ScheduleKind> schedule_kinds();

}  // namespace exmy
