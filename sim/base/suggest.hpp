#pragma once
// "Did you mean ...?": the known names nearest to one that is not known.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace exmy {

/// Damerau-Levenshtein distance (optimal string alignment): the number of insertions, deletions,
/// substitutions and swaps of neighbouring bytes that turn `a` into `b`. Time |a| |b|.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known names nearest to `unknown` (all at one distance), in their order, at most three. Upper and lower
/// case count as equal; more edits than a third of the longer name (and more than one) are not near.
std::vector<std::string> nearest(std::string_view unknown, const std::vector<std::string>& known);

/// `(did you mean "x"? known: a, b, c)`; without the question where nothing is near; at most twelve known
/// names, then how many there are more; empty where nothing is known.
std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known);

}  // namespace exmy
