#pragma once
// Refusals of the analysers that are waived in a test (waived_plans.cmake), and which of them were asked for.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace exmy::test {

/// One refusal in the source of an analyser: its number there.
using RefusalSite = std::pair<std::string, std::size_t>;

struct Waivers {
  std::set<std::string, std::less<>> texts;  ///< the planners go on where they would refuse with one of these
  bool asks_only = false;                    ///< they refuse all the same
  std::string planner;                       ///< whose refusals are noted
  std::set<RefusalSite> met;                 ///< those of these texts
};
inline Waivers waivers;

/// Whether `planner` is to go on.
inline bool waived(std::string_view planner, std::size_t site, std::string_view text) {
  if (!waivers.texts.contains(text)) return false;
  if (planner == waivers.planner) waivers.met.emplace(planner, site);
  return !waivers.asks_only;
}

}  // namespace exmy::test
