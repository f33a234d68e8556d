#include "sim/tools/columns.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace exmy {
namespace {

std::size_t width_of(const Columns& table, std::size_t column) {
  std::size_t width = table.heading[column].size();
  for (const auto& row : table.rows) width = std::max(width, row[column].size());
  return width;
}

std::string padding(const std::string& cell, std::size_t width) {
  return std::string(width - cell.size(), ' ');
}

/// One line: the first cell, then those of the columns [first, last).
std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 std::size_t first, std::size_t last) {
  std::string text = cells[0] + padding(cells[0], widths[0]);
  for (std::size_t c = first; c < last; ++c)
    text += std::string(column_gap, ' ') + padding(cells[c], widths[c]) + cells[c];
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::size_t output_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string text_of(const Columns& table, std::size_t width) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.heading.size(); ++c) widths.push_back(width_of(table, c));
  std::string text;
  for (std::size_t first = 1, last = 1; first < widths.size(); first = last) {
    std::size_t used = widths[0];
    while (last < widths.size() && (last == first || used + column_gap + widths[last] <= width))
      used += column_gap + widths[last++];
    if (first > 1) text += "\n";
    text += line(table.heading, widths, first, last);
    for (const auto& row : table.rows) text += line(row, widths, first, last);
  }
  return text;
}

}  // namespace exmy
