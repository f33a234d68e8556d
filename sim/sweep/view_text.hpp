#pragma once
// What a person sees of a sweep, as lines of text: the same on a screen that is drawn again and again and on paper.
// Everything here is a function of its arguments.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/sweep/sweep_view.hpp"

namespace exmy {

enum class TextStyle : std::uint8_t { plain, title, faint, good, active, bad };

struct TextSpan {
  std::string text;
  TextStyle style = TextStyle::plain;
};
using TextLine = std::vector<TextSpan>;

std::string plain_text(const TextLine& line);

/// What a view says of all its runs together.
struct Overview {
  std::string title;
  std::optional<double> seconds_left;
  std::string note;  ///< what the program is doing: "stopping ..."
};

/// "21 of 60 done", time left, a bar, "18 completed  2 failed ...": two or more lines.
std::vector<TextLine> head_lines(const Overview& overview, const std::vector<ViewedRun>& runs,
                                 std::size_t columns);

/// Tables of the running runs, of those that ended (latest first), of those that wait.
std::vector<TextLine> body_lines(const std::vector<ViewedRun>& runs, std::size_t columns);

/// What `exmy status` prints: the head, running runs, those that went wrong with all that is known of them, the best.
std::vector<TextLine> status_lines(const Overview& overview, const std::vector<ViewedRun>& runs,
                                   std::size_t columns);

/// "21 of 60 done, 1 failed, 2 running (57 %, 12 %), 37 pending, 12:30 left".
std::string summary_line(const Overview& overview, const std::vector<ViewedRun>& runs);

/// "format=e4m3fn seed=1: completed  loss 0.1234  validation 0.2345 (97.5 %)".
std::string outcome_line(const std::vector<ViewedRun>& runs, std::size_t i);

/// What tells the runs apart: their parameters by the last words of their names ("lr=0.1 seed=2"), or run_id.
std::vector<std::string> labels_of(const std::vector<ViewedRun>& runs);

}  // namespace exmy
