// What a view says of all its runs together.

#include <algorithm>
#include <array>

#include "sim/base/text.hpp"
#include "sim/sweep/text_fit.hpp"
#include "sim/sweep/view_labels.hpp"
#include "sim/sweep/view_text.hpp"

namespace exmy {
namespace {

using Runs = std::vector<ViewedRun>;

/// In the order in which they are told.
constexpr std::array told_phases{RunPhase::completed, RunPhase::diverged,  RunPhase::failed,
                                 RunPhase::crashed,   RunPhase::timed_out, RunPhase::pruned,
                                 RunPhase::running,   RunPhase::stopped,   RunPhase::pending};

/// One character a cell: what share of the runs is done, went wrong, is running, is left.
TextLine bar_line(const Runs& runs, std::size_t columns) {
  struct Part {
    std::size_t count;
    char sign;
    TextStyle style;
  };
  const std::size_t done = done_count(runs), running = count_of(runs, RunPhase::running);
  const auto wrong = static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [](const ViewedRun& r) { return went_wrong(r.view.phase); }));
  const std::array parts{Part{done, '#', TextStyle::good}, Part{wrong, 'x', TextStyle::bad},
                         Part{running, '>', TextStyle::active},
                         Part{runs.size() - done - wrong - running, '.', TextStyle::faint}};
  if (columns < 3) return {};
  const std::size_t cells = columns - 2, all = std::max<std::size_t>(runs.size(), 1);
  TextLine line{{"[", TextStyle::faint}};
  std::size_t count = 0;
  for (const Part& part : parts) {
    const std::size_t begin = (count * cells + all / 2) / all;
    count += part.count;
    line.push_back({std::string((count * cells + all / 2) / all - begin, part.sign), part.style});
  }
  line.push_back({"]", TextStyle::faint});
  return line;
}

/// "18 completed  2 running", in as many lines as it takes.
std::vector<TextLine> count_lines(const Runs& runs, std::size_t columns) {
  std::vector<TextLine> lines(1);
  std::size_t used = 0;
  for (const RunPhase phase : told_phases) {
    const std::size_t count = count_of(runs, phase);
    if (count == 0) continue;
    const std::string text = cut_to(std::to_string(count) + " " + words_of(phase), columns);
    if (used > 0 && used + 2 + text.size() > columns) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) lines.back().push_back({"  "});
    lines.back().push_back({text, style_of(phase)});
    used += (used > 0 ? 2 : 0) + text.size();
  }
  return lines;
}

std::string left_text(const Overview& overview) {
  return overview.seconds_left ? duration_text(overview.seconds_left) + " left" : "";
}

TextLine title_line(const Overview& overview, const Runs& runs, std::size_t columns) {
  const std::string left = left_text(overview);
  const std::string tail = "  " + done_text(runs) + (left.empty() ? "" : "  " + left);
  const std::size_t room = columns > tail.size() ? columns - tail.size() : 0;
  return {{fitted_to(printable(overview.title), room), TextStyle::title},
          {tail.substr(0, columns), TextStyle::plain}};
}

/// "57 %" of each running run.
std::string shares_text(const Runs& runs) {
  std::string text;
  for (const ViewedRun& run : runs)
    if (run.view.phase == RunPhase::running && run.view.steps_count > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(100 * run.view.step / run.view.steps_count) + " %";
  return text;
}

}  // namespace

std::string plain_text(const TextLine& line) {
  std::string text;
  for (const TextSpan& span : line) text += span.text;
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<TextLine> head_lines(const Overview& overview, const Runs& runs, std::size_t columns) {
  std::vector<TextLine> lines{title_line(overview, runs, columns), bar_line(runs, columns)};
  for (TextLine& line : count_lines(runs, columns)) lines.push_back(std::move(line));
  if (!overview.note.empty())
    lines.push_back({{shortened_to(printable(overview.note), columns), TextStyle::active}});
  return lines;
}

std::string summary_line(const Overview& overview, const Runs& runs) {
  std::string text = done_text(runs);
  for (const RunPhase phase : told_phases) {
    const std::size_t count = count_of(runs, phase);
    if (count == 0 || phase == RunPhase::completed) continue;
    text += ", " + std::to_string(count) + " " + words_of(phase);
    if (const std::string shares = shares_text(runs); phase == RunPhase::running && !shares.empty())
      text += " (" + shares + ")";
  }
  if (overview.seconds_left) text += ", " + left_text(overview);
  return text + (overview.note.empty() ? "" : "; " + printable(overview.note));
}

}  // namespace exmy
