#pragma once
// A parameter of a sweep as a set of points to choose from.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/overrides.hpp"

namespace exmy {

/// One value of a parameter: what a table shows, and what it changes.
struct AxisPoint {
  Json shown;
  std::vector<Assignment> assignments;
};

/// The values of a parameter: either `size` of them, by index, so that a long range needs no memory, or a
/// continuum, by a number in [0, 1).
struct AxisValues {
  std::uint64_t size = 0;
  std::function<Json(std::uint64_t)> at;
  std::function<Json(double)> draw;  ///< only of a continuum
};

struct Axis {
  std::string name;
  std::string pointer;  ///< in the sweep's document
  std::uint64_t size = 0;
  std::function<AxisPoint(std::uint64_t)> at;
  std::function<AxisPoint(double)> draw;  ///< only of a continuum
};

}  // namespace exmy
