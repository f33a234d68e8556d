#pragma once
// The numbers that a field of a configuration accepts.
#include <limits>
#include <string>

namespace exmy {

/// An interval, each end open or closed; without bounds by default. NaN lies in none. Bounds of integer
/// fields are exact up to 2^53.
struct Range {
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  double low = -infinity;
  double high = infinity;
  bool low_open = false;
  bool high_open = false;

  static constexpr Range above(double low) { return {low, infinity, true, false}; }
  static constexpr Range at_least(double low) { return {low, infinity, false, false}; }
  static constexpr Range below(double high) { return {-infinity, high, false, true}; }
  static constexpr Range at_most(double high) { return {-infinity, high, false, false}; }
  static constexpr Range closed(double low, double high) { return {low, high, false, false}; }
  static constexpr Range open(double low, double high) { return {low, high, true, true}; }
  static constexpr Range closed_open(double low, double high) { return {low, high, false, true}; }
  static constexpr Range open_closed(double low, double high) { return {low, high, true, false}; }

  constexpr bool contains(double x) const {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }

  /// " in [0, 1)", " > 0", " <= 8"; empty where everything is accepted.
  std::string text() const;

  /// Some member: 0 or 1 if they are, else an end, else the middle. The stand-in for a value that was
  /// refused.
  double member() const;
};

}  // namespace exmy
