#include "sim/sweep/view_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "sim/base/text.hpp"
#include "sim/sweep/text_fit.hpp"
#include "sim/sweep/view_labels.hpp"
#include "sim/sweep/view_table.hpp"

namespace exmy {
namespace {

using Runs = std::vector<ViewedRun>;
using Rows = std::vector<std::size_t>;

std::string steps_text(const RunView& v) {
  if (v.steps_count == 0) return v.step == 0 ? "" : std::to_string(v.step);
  return std::to_string(v.step) + "/" + std::to_string(v.steps_count);
}

std::string step_bar(const RunView& v) {
  constexpr std::size_t cells = 12;
  if (v.steps_count == 0 || v.step > v.steps_count) return "";
  const auto done =
      static_cast<std::size_t>(static_cast<double>(v.step) * cells / static_cast<double>(v.steps_count));
  return "[" + std::string(done, '#') + std::string(cells - done, '.') + "]";
}

std::string accuracy_text(const RunView& v) {
  if (!v.validation_accuracy_fraction) return "";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * *v.validation_accuracy_fraction);
  return text.data();
}

std::string left_of(const RunView& v) { return v.seconds_left ? duration_text(v.seconds_left) : ""; }

/// A column with a cell for each of the runs in `rows`.
template <class Cell>
ViewColumn column(const std::string& head, int rank, std::size_t label_room, const Runs& runs,
                  const Rows& rows, Cell cell) {
  ViewColumn made{head, rank, label_room, true, {}};
  for (const std::size_t i : rows) made.cells.push_back(cell(runs[i].view));
  return made;
}

ViewTable table_of(const std::string& head, const Runs& runs, const Rows& rows) {
  ViewTable table{head, {}, {}, {}, {}};
  const std::vector<std::string> labels = labels_of(runs);
  for (const std::size_t i : rows) {
    table.labels.push_back(labels[i]);
    table.styles.push_back(style_of(runs[i].view.phase));
  }
  return table;
}

template <class Wanted>
Rows rows_where(const Runs& runs, Wanted wanted) {
  Rows rows;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (wanted(runs[i].view)) rows.push_back(i);
  return rows;
}

std::vector<TextLine> running_lines(const Runs& runs, std::size_t columns) {
  const Rows rows = rows_where(runs, [](const RunView& v) { return v.phase == RunPhase::running; });
  ViewTable table = table_of("running", runs, rows);
  table.columns = {
      column("step", 0, 10, runs, rows, steps_text),
      column("", 4, 30, runs, rows, step_bar),
      column("loss", 1, 10, runs, rows, [](const RunView& v) { return loss_text(v.train_loss); }),
      column("validation", 3, 20, runs, rows, [](const RunView& v) { return loss_text(v.validation_loss); }),
      column("", 5, 30, runs, rows, accuracy_text),
      column("left", 2, 12, runs, rows, left_of)};
  table.columns.push_back(
      column("owner", 6, 30, runs, rows, [](const RunView& v) { return printable(v.owner); }));
  table.columns.back().right = false;
  return lines_of(table, columns);
}

/// With the outcome of each.
ViewTable outcome_table(const std::string& head, const Runs& runs, const Rows& rows) {
  ViewTable table = table_of(head, runs, rows);
  ViewColumn outcome = column("", 0, 10, runs, rows, [](const RunView& v) { return words_of(v.phase); });
  outcome.right = false;
  table.columns = {
      outcome, column("loss", 1, 10, runs, rows, [](const RunView& v) { return loss_text(v.train_loss); }),
      column("validation", 2, 20, runs, rows, [](const RunView& v) { return loss_text(v.validation_loss); }),
      column("", 3, 20, runs, rows, accuracy_text)};
  return table;
}

std::vector<TextLine> ended_lines(const Runs& runs, std::size_t columns) {
  Rows rows = rows_where(runs, [](const RunView& v) { return is_ended(v.phase); });
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return runs[a].view.finished_at > runs[b].view.finished_at;
  });
  ViewTable table = outcome_table("ended, latest first", runs, rows);
  for (const std::size_t i : rows) table.remarks.push_back(printable(runs[i].view.message));
  return lines_of(table, columns);
}

std::vector<TextLine> waiting_lines(const Runs& runs, std::size_t columns) {
  const Rows rows = rows_where(
      runs, [](const RunView& v) { return v.phase == RunPhase::stopped || v.phase == RunPhase::pending; });
  ViewTable table = table_of("waiting", runs, rows);
  table.columns = {column("", 0, 10, runs, rows, [](const RunView& v) {
    return v.phase == RunPhase::stopped ? "stopped at " + (v.step == 0 ? "0" : steps_text(v)) : "";
  })};
  return lines_of(table, columns);
}

void append(std::vector<TextLine>& all, std::vector<TextLine> more) {
  if (!all.empty() && !more.empty()) all.emplace_back();
  for (TextLine& line : more) all.push_back(std::move(line));
}

/// "and 7 more" in the place of what is too much.
void cut_rows(Rows& rows, std::size_t most, std::vector<TextLine>& rest) {
  if (rows.size() <= most) return;
  rest.push_back({{"and " + std::to_string(rows.size() - most) + " more", TextStyle::faint}});
  rows.resize(most);
}

/// With the whole message of each.
std::vector<TextLine> wrong_lines(const Runs& runs, std::size_t columns) {
  constexpr std::size_t most = 20, indent = 4;
  std::vector<TextLine> lines, rest;
  Rows rows =
      rows_where(runs, [](const RunView& v) { return went_wrong(v.phase) || v.phase == RunPhase::diverged; });
  std::stable_partition(rows.begin(), rows.end(),
                        [&](std::size_t i) { return went_wrong(runs[i].view.phase); });
  cut_rows(rows, most, rest);
  const std::vector<std::string> labels = labels_of(runs);
  for (const std::size_t i : rows) {
    const std::string outcome = words_of(runs[i].view.phase);
    const std::size_t room = columns > outcome.size() + 2 ? columns - outcome.size() - 2 : columns;
    lines.push_back({{shortened_to(labels[i], room)}, {"  " + outcome, style_of(runs[i].view.phase)}});
    for (const std::string& line : wrapped_to(printable(runs[i].view.message, 2000), columns - indent))
      lines.push_back({{std::string(indent, ' ') + line, TextStyle::faint}});
  }
  for (TextLine& line : rest) lines.push_back(std::move(line));
  return lines;
}

/// By validation loss where every completed run has one, else by training loss.
std::vector<TextLine> best_lines(const Runs& runs, std::size_t columns) {
  constexpr std::size_t most = 5;
  Rows rows = rows_where(runs, [](const RunView& v) { return v.phase == RunPhase::completed; });
  const bool validation = std::all_of(
      rows.begin(), rows.end(), [&](std::size_t i) { return runs[i].view.validation_loss.has_value(); });
  const auto loss = [&](std::size_t i) {
    const RunView& v = runs[i].view;
    const double x = (validation ? v.validation_loss : v.train_loss).value_or(NAN);
    return std::isnan(x) ? std::numeric_limits<double>::infinity() : x;
  };
  if (rows.size() < 2) return {};
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return loss(a) < loss(b); });
  rows.resize(std::min(rows.size(), most));
  ViewTable table =
      outcome_table(validation ? "best by validation loss" : "best by training loss", runs, rows);
  table.columns.erase(table.columns.begin());
  return lines_of(table, columns);
}

}  // namespace

std::vector<TextLine> body_lines(const Runs& runs, std::size_t columns) {
  std::vector<TextLine> lines = running_lines(runs, columns);
  append(lines, ended_lines(runs, columns));
  append(lines, waiting_lines(runs, columns));
  return lines;
}

std::vector<TextLine> status_lines(const Overview& overview, const Runs& runs, std::size_t columns) {
  constexpr std::size_t widest_head = 80;
  std::vector<TextLine> lines = head_lines(overview, runs, std::min(columns, widest_head));
  append(lines, running_lines(runs, columns));
  append(lines, wrong_lines(runs, columns));
  append(lines, best_lines(runs, columns));
  return lines;
}

std::string outcome_line(const Runs& runs, std::size_t i) {
  const RunView& v = runs[i].view;
  std::string text = labels_of(runs)[i] + ": " + words_of(v.phase);
  if (v.train_loss) text += "  loss " + loss_text(v.train_loss);
  if (v.validation_loss) text += "  validation " + loss_text(v.validation_loss);
  if (v.validation_accuracy_fraction) text += " (" + accuracy_text(v) + ")";
  return v.message.empty() ? text : text + "  " + printable(v.message);
}

}  // namespace exmy
