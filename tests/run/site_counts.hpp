#pragma once
// Projections of every site, as tests count them.

#include <cstdint>
#include <map>
#include <string>

#include "sim/quant/telemetry.hpp"

namespace exmy::run_test {

/// By name: layer/op/pass/role.
using Counts = std::map<std::string, std::uint64_t>;

inline std::uint64_t sum_of(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [site, count] : counts) sum += count;
  return sum;
}

inline Counts counted(const Telemetry& telemetry) {
  Counts c;
  for (const auto& [site, record] : telemetry.records()) c[site.name()] = record.total[Counter::total];
  return c;
}

/// What became more since `before`.
inline Counts increase(const Counts& before, const Counts& after) {
  Counts more;
  for (const auto& [site, count] : after) {
    const auto old = before.find(site);
    const std::uint64_t difference = count - (old == before.end() ? 0 : old->second);
    if (difference != 0) more[site] = difference;
  }
  return more;
}

/// Where they differ, a line each; empty: nowhere.
inline std::string difference(const Counts& got, const Counts& wanted) {
  Counts all = wanted;
  all.insert(got.begin(), got.end());
  std::string text;
  for (const auto& [name, ignored] : all) {
    const auto number = [&name = name](const Counts& counts) {
      const auto found = counts.find(name);
      return found == counts.end() ? std::string("none") : std::to_string(found->second);
    };
    if (number(got) != number(wanted))
      text += name + ": " + number(got) + ", wanted " + number(wanted) + "\n";
  }
  return text;
}

}  // namespace exmy::run_test
