#include "sim/sweep/view_table.hpp"

#include <algorithm>
#include <numeric>

#include "sim/sweep/text_fit.hpp"

namespace exmy {
namespace {

constexpr std::size_t view_gap = 2;

std::size_t widest(const std::vector<std::string>& texts, std::size_t least = 0) {
  for (const std::string& text : texts) least = std::max(least, columns_of(text));
  return least;
}

/// Which columns there are, and how wide everything is.
struct Layout {
  std::size_t columns_count = 0, label = 0;
  std::vector<const ViewColumn*> columns;
  std::vector<std::size_t> widths;
};

std::size_t width_of(const ViewColumn& column) { return widest(column.cells, columns_of(column.head)); }

bool is_empty(const ViewColumn& column) {
  return std::all_of(column.cells.begin(), column.cells.end(), [](const auto& c) { return c.empty(); });
}

/// The columns for which there is room; takes their widths from it.
std::vector<bool> chosen(const ViewTable& table, std::size_t longest_label, std::size_t& room) {
  std::vector<std::size_t> order(table.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return table.columns[a].rank < table.columns[b].rank;
  });
  std::vector<bool> kept(order.size());
  for (const std::size_t i : order) {
    const ViewColumn& column = table.columns[i];
    const std::size_t width = view_gap + width_of(column);
    kept[i] = !is_empty(column) && room >= width + std::min(longest_label, column.label_room);
    if (kept[i]) room -= width;
  }
  return kept;
}

Layout layout_of(const ViewTable& table, std::size_t columns) {
  Layout layout;
  layout.columns_count = columns;
  const std::size_t longest = widest(table.labels, columns_of(table.head));
  std::size_t room = columns;
  const std::vector<bool> kept = chosen(table, longest, room);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    layout.columns.push_back(&table.columns[i]);
    layout.widths.push_back(width_of(table.columns[i]));
  }
  layout.label = std::min(longest, room);
  return layout;
}

/// The cells of a row, and its remark from behind the last one that is not empty.
std::string row_text(const Layout& layout, const std::vector<std::string>& cells, const std::string& remark) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += std::string(view_gap, ' ') + fitted_to(cells[i], layout.widths[i], layout.columns[i]->right);
  text.erase(text.find_last_not_of(' ') + 1);
  const std::size_t used = layout.label + columns_of(text) + view_gap;
  if (remark.empty() || used >= layout.columns_count) return text;
  return text + std::string(view_gap, ' ') + cut_to(remark, layout.columns_count - used);
}

TextLine line_of(const Layout& layout, const std::string& label, const std::string& text,
                 TextStyle label_style, TextStyle style) {
  if (text.empty()) return {{shortened_to(label, layout.label), label_style}};
  return {{fitted_to(label, layout.label), label_style}, {text, style}};
}

}  // namespace

std::vector<TextLine> lines_of(const ViewTable& table, std::size_t columns) {
  if (table.labels.empty()) return {};
  const Layout layout = layout_of(table, columns);
  std::vector<std::string> cells;
  for (const ViewColumn* column : layout.columns) cells.push_back(column->head);
  std::vector<TextLine> lines{
      line_of(layout, table.head, row_text(layout, cells, ""), TextStyle::title, TextStyle::faint)};
  for (std::size_t row = 0; row < table.labels.size(); ++row) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = layout.columns[i]->cells[row];
    const std::string remark = table.remarks.empty() ? "" : table.remarks[row];
    lines.push_back(line_of(layout, table.labels[row], row_text(layout, cells, remark), TextStyle::plain,
                            table.styles[row]));
  }
  return lines;
}

}  // namespace exmy
