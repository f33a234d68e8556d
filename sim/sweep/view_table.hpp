#pragma once
// A table that drops columns where there is no room for them.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/sweep/view_text.hpp"

namespace exmy {

struct ViewColumn {
  std::string head;
  int rank = 0;                 ///< where room is short, columns of lower rank are kept
  std::size_t label_room = 14;  ///< shown only if so much stays for the labels, or as much as they need
  bool right = true;            ///< at which side its cells stand
  std::vector<std::string> cells;
};

/// A row: a label, a cell in every column (empty: nothing), a remark in what room is left.
struct ViewTable {
  std::string head;  ///< of the labels
  std::vector<std::string> labels;
  std::vector<TextStyle> styles;  ///< of the rows, but for their labels
  std::vector<ViewColumn> columns;
  std::vector<std::string> remarks;  ///< none, or one a row
};

/// A heading and the rows, none wider than `columns`; nothing for a table without rows.
std::vector<TextLine> lines_of(const ViewTable& table, std::size_t columns);

}  // namespace exmy
