#pragma once
// What part of a whole something is.

#include <cstdint>

namespace exmy {

/// part / whole; 0 of a whole that is 0 (or negative, or NaN).
inline double fraction_of(double part, double whole) { return whole > 0 ? part / whole : 0; }
inline double fraction_of(std::uint64_t part, std::uint64_t whole) {
  return fraction_of(static_cast<double>(part), static_cast<double>(whole));
}

}  // namespace exmy
