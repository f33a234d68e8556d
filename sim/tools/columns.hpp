#pragma once
// Columns of text that fit a terminal.

#include <cstddef>
#include <string>
#include <vector>

namespace exmy {

/// Columns of the terminal on the standard output; 80 if it is none or does not say.
std::size_t output_width();

/// Blanks between two columns.
inline constexpr std::size_t column_gap = 2;

/// A table with a heading: every row as many cells as the heading, the first column on the left side, the
/// others on the right.
struct Columns {
  std::vector<std::string> heading;
  std::vector<std::vector<std::string>> rows;
};

/// As text. Columns that do not fit `width` go into further blocks, each of which repeats the first column; a
/// block holds at least one column beside the first.
std::string text_of(const Columns& table, std::size_t width);

}  // namespace exmy
