#pragma once
// Words and styles that the views share.

#include <string>
#include <vector>

#include "sim/sweep/view_text.hpp"

namespace exmy {

std::size_t count_of(const std::vector<ViewedRun>& runs, RunPhase phase);

/// Failed, crashed, timed out: a sweep that goes on tries it again.
bool went_wrong(RunPhase phase);
/// Of those that a sweep leaves alone for good.
std::size_t done_count(const std::vector<ViewedRun>& runs);
/// "21 of 60 done".
std::string done_text(const std::vector<ViewedRun>& runs);

/// As many words, separated by points, at the end of a name as no other name ends with.
std::string short_name(const std::string& name, const std::vector<std::string>& all);

TextStyle style_of(RunPhase phase);
/// For people: "timed out".
std::string words_of(RunPhase phase);

}  // namespace exmy
