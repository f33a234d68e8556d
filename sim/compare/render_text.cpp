#include <algorithm>
#include <cstdint>
#include <set>

#include "sim/base/text.hpp"
#include "sim/compare/numbers.hpp"
#include "sim/compare/render.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

constexpr std::size_t widest_cell = 40;
constexpr const char* plus_minus = " ± ";

struct TextColumn {
  std::string heading;
  bool left = false;
  std::vector<std::string> cells;
};

/// Characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return left ? text + space : space + text;
}

std::size_t width_of(const TextColumn& column) {
  std::size_t width = width_of(column.heading);
  for (const std::string& cell : column.cells) width = std::max(width, width_of(cell));
  return width;
}

std::size_t width_of(const std::vector<TextColumn>& table) {
  std::size_t width = 0;
  for (const TextColumn& column : table) width += width_of(column) + (width > 0 ? 2 : 0);
  return width;
}

std::string lines_of(const std::vector<TextColumn>& table) {
  std::string text;
  for (std::size_t row = 0; row <= table.front().cells.size(); ++row) {
    std::string line;
    for (const TextColumn& c : table)
      line +=
          (line.empty() ? "" : "  ") + padded(row == 0 ? c.heading : c.cells[row - 1], width_of(c), c.left);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// Numbers below numbers, half widths below half widths. Words stand alone.
class NumberColumn {
 public:
  void add(const NumberText& text, const std::string& mark = "") { rows_.push_back({text, mark}); }
  TextColumn column(const std::string& heading) const {
    std::size_t number = 0, half_width = 0, mark = 0;
    for (const auto& [text, sign] : rows_) {
      number = std::max(number, width_of(text.number));
      half_width = std::max(half_width, width_of(text.half_width));
      mark = std::max(mark, width_of(sign));
    }
    TextColumn column{heading, false, {}};
    for (const auto& [text, sign] : rows_) {
      std::string cell = padded(text.number, number, false);
      if (half_width > 0)
        cell += (text.half_width.empty() ? "   " : plus_minus) + padded(text.half_width, half_width, false);
      if (mark > 0) cell += " " + padded(sign, mark, true);
      column.cells.push_back(cell);
    }
    return column;
  }

 private:
  std::vector<std::pair<NumberText, std::string>> rows_;
};

using Rows = std::vector<const ComparedRow*>;

/// How the columns that tell the rows apart are shown.
enum class Labels : std::uint8_t {
  paths,        ///< each as a column, by its whole path
  short_paths,  ///< by the end of its path
  marks,        ///< in a list (list_of); in the tables each row has a short mark
};

bool names_are_marks(const Comparison& c) {
  std::set<std::string> names;
  for (const ComparedRow& row : c.rows) names.insert(printable(row.name, widest_cell));
  return names.size() == c.rows.size();
}

/// A short name for a row: its own, or its number.
std::string mark_of(const Comparison& c, const ComparedRow& row) {
  return names_are_marks(c) ? printable(row.name, widest_cell)
                            : "#" + std::to_string(&row - c.rows.data() + 1);
}

std::vector<TextColumn> labels_of(const Comparison& c, const Rows& rows, Labels labels) {
  std::vector<TextColumn> table;
  if (labels == Labels::marks) {
    table.push_back({names_are_marks(c) ? "name" : "row", true, {}});
    for (const ComparedRow* row : rows) table.back().cells.push_back(mark_of(c, *row));
    return table;
  }
  if (c.shows_names()) {
    table.push_back({"name", true, {}});
    for (const ComparedRow* row : rows) table.back().cells.push_back(printable(row->name, widest_cell));
  }
  const std::vector<std::string> headings = labels == Labels::paths ? c.columns : short_paths(c.columns);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    table.push_back({printable(headings[i]), true, {}});
    for (const ComparedRow* row : rows)
      table.back().cells.push_back(printable(value_word(row->values[i]), widest_cell));
  }
  return table;
}

/// "policy.0.format=e5m2" for each column in which the row has a value.
std::vector<std::string> words_of(const Comparison& c, const ComparedRow& row) {
  std::vector<std::string> words;
  if (c.shows_names() && !names_are_marks(c)) words.push_back("name=" + printable(row.name, widest_cell));
  for (std::size_t i = 0; i < c.columns.size(); ++i)
    if (!row.values[i].is_null())
      words.push_back(printable(c.columns[i]) + "=" + printable(value_word(row.values[i]), widest_cell));
  return words;
}

/// A paragraph for each row: what tells it from the others.
std::string list_of(const Comparison& c, std::size_t width) {
  std::size_t indent = 0;
  for (const ComparedRow& row : c.rows) indent = std::max(indent, width_of(mark_of(c, row)) + 2);
  std::string text;
  for (const ComparedRow& row : c.rows) {
    std::string line = padded(mark_of(c, row), indent, true);
    const char* gap = "";
    for (const std::string& word : words_of(c, row)) {
      if (*gap != 0 && width_of(line) + 1 + width_of(word) > width) {
        text += line + "\n";
        line = std::string(indent, ' ');
        gap = "";
      }
      line += gap + word;
      gap = " ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::vector<TextColumn> means_of(const Comparison& c, const Rows& rows, Labels labels) {
  std::vector<TextColumn> table = labels_of(c, rows, labels);
  table.push_back({"runs", false, {}});
  for (const ComparedRow* row : rows) table.back().cells.push_back(std::to_string(row->runs.size()));
  if (c.any_diverged()) {
    table.push_back({"diverged", false, {}});
    for (const ComparedRow* row : rows)
      table.back().cells.push_back(
          std::to_string(row->diverged_count) +
          (row->diverged_count > 0 ? " of " + std::to_string(row->runs.size()) : std::string()));
  }
  for (std::size_t m = 0; m < c.metrics.size(); ++m) {
    NumberColumn column;
    for (const ComparedRow* row : rows) {
      const Summary& s = row->summaries[m];
      column.add(s.count == 0 ? NumberText{"-", ""} : text_of(s.mean, s.half_width));
    }
    table.push_back(column.column(printable(c.metrics[m].name)));
  }
  return table;
}

std::vector<TextColumn> differences_of(const Comparison& c, const Rows& rows, Labels labels) {
  std::vector<TextColumn> table = labels_of(c, rows, labels);
  for (std::size_t m = 0; m < c.metrics.size(); ++m) {
    NumberColumn column;
    for (const ComparedRow* row : rows) {
      const std::optional<Difference>& d = row->differences[m];
      NumberText text = d ? text_of(d->delta, d->half_width) : NumberText{"-", ""};
      if (d && d->delta > 0) text.number = "+" + text.number;
      column.add(text, !d ? "" : !d->half_width ? "?" : d->is_within_noise() ? "~" : "");
    }
    table.push_back(column.column(printable(c.metrics[m].name)));
  }
  return table;
}

/// The first way that fits.
Labels labels_that_fit(const Comparison& c, const Rows& all, const Rows& others, std::size_t width) {
  for (const Labels labels : {Labels::paths, Labels::short_paths}) {
    const bool fits = width_of(means_of(c, all, labels)) <= width &&
                      (others.empty() || width_of(differences_of(c, others, labels)) <= width);
    if (fits) return labels;
  }
  return Labels::marks;
}

/// The baseline in a heading.
std::string label_of(const Comparison& c, Labels labels) {
  const ComparedRow& row = c.baseline();
  if (labels == Labels::marks || names_are_marks(c)) return mark_of(c, row);
  std::string text;
  for (const std::string& word : words_of(c, row)) text += (text.empty() ? "" : " ") + word;
  return printable(text.empty() ? row.name : text, 2 * widest_cell);
}

std::string percent_of(double confidence) { return brief(100 * confidence, 8) + " %"; }

bool has_interval(const Rows& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const ComparedRow* row) {
    return std::any_of(row->summaries.begin(), row->summaries.end(),
                       [](const Summary& s) { return s.half_width.has_value(); });
  });
}

/// What the marks of the differences mean, as far as they occur.
std::string legend_of(const Rows& rows) {
  bool within = false, unknown = false;
  for (const ComparedRow* row : rows)
    for (const std::optional<Difference>& d : row->differences) {
      within = within || (d && d->is_within_noise());
      unknown = unknown || (d && !d->half_width);
    }
  return std::string(within ? "~ within noise: the interval contains 0\n" : "") +
         (unknown ? "? noise unknown: fewer than two seeds on one side\n" : "");
}

}  // namespace

std::string comparison_text(const Comparison& c, std::size_t width) {
  Rows all, others;
  for (const ComparedRow& row : c.rows) {
    all.push_back(&row);
    if (!row.baseline) others.push_back(&row);
  }
  const Labels labels = labels_that_fit(c, all, others, width);
  std::string text = labels == Labels::marks && !c.columns.empty() ? list_of(c, width) + "\n" : "";
  text += lines_of(means_of(c, all, labels));
  if (has_interval(all))
    text +=
        "mean over seeds ± half of the " + percent_of(c.confidence) + " confidence interval (Student's t)\n";
  if (others.empty()) return text;
  text += "\nDifferences from the baseline, " + label_of(c, labels) + ":\n";
  text += lines_of(differences_of(c, others, labels));
  return text + legend_of(others);
}

}  // namespace exmy
