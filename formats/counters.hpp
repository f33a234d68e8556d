#pragma once
// Exact, mergeable counts of what projections did (numerics: counters).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/project.hpp"

namespace exmy {

/// Order and names of the counters; the first fifteen are the events of one projection in bit order.
enum class Counter : std::uint8_t {
  zero_in,
  nan_in,
  inf_in,
  inexact,
  rounded_up,
  rounded_down,
  tie,
  overflow,
  saturated,
  underflow_to_zero,
  flushed,
  underflow_inexact,
  subnormal_out,
  nan_generated,
  nan_lost,
  swamped,      ///< addend finite and not 0; sum finite, not saturated and equal to the old one
  update_lost,  ///< the same for a weight
  total         ///< projections
};
inline constexpr std::size_t counters_count = static_cast<std::size_t>(Counter::total) + 1;
inline constexpr std::size_t event_counters_count = static_cast<std::size_t>(Counter::nan_lost) + 1;

inline constexpr std::array<std::string_view, counters_count> counter_names{
    "zero_in",       "nan_in",        "inf_in",    "inexact",           "rounded_up",  "rounded_down",
    "tie",           "overflow",      "saturated", "underflow_to_zero", "flushed",     "underflow_inexact",
    "subnormal_out", "nan_generated", "nan_lost",  "swamped",           "update_lost", "total"};

struct Counters {
  std::array<std::uint64_t, counters_count> counts{};

  std::uint64_t& operator[](Counter c) { return counts[static_cast<std::size_t>(c)]; }
  std::uint64_t operator[](Counter c) const { return counts[static_cast<std::size_t>(c)]; }
  /// Counts one projection.
  void add(Events events) {
    for (std::size_t i = 0; i < event_counters_count; ++i) counts[i] += (events.bits >> i) & 1;
    ++counts[static_cast<std::size_t>(Counter::total)];
  }
  Counters& operator+=(const Counters& other) {
    for (std::size_t i = 0; i < counters_count; ++i) counts[i] += other.counts[i];
    return *this;
  }
  friend bool operator==(const Counters&, const Counters&) = default;
};

static_assert(static_cast<std::uint32_t>(Event::nan_lost) == 1u << static_cast<unsigned>(Counter::nan_lost));

}  // namespace exmy
