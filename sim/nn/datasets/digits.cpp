#include "sim/nn/datasets/digits.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "sim/nn/datasets/data_file.hpp"

namespace exmy {
namespace {

constexpr std::size_t samples_count = 1797;
constexpr std::size_t pixels_count = 64;
constexpr std::size_t line_bytes = 72;  // "NNNN L PPPP...P\n"
constexpr std::size_t label_column = 5;
constexpr std::size_t pixels_column = 7;
constexpr std::string_view digits = "0123456789abcdefg";

/// One line of the file; columns count from 0, messages from 1.
class Line {
 public:
  Line(const std::string& path, std::string_view text, std::size_t row)
      : path_(path), text_(text.substr(row * line_bytes, line_bytes)), row_(row) {
    expect(4, ' ');
    expect(6, ' ');
    expect(line_bytes - 1, '\n');
  }

  std::size_t digit(std::size_t column, std::size_t base) const {
    const std::size_t value = digits.substr(0, base).find(text_[column]);
    if (value == std::string_view::npos) {
      throw wrong(column, "wanted a digit 0.." + std::string(1, digits[base - 1]));
    }
    return value;
  }

  std::size_t index() const {
    std::size_t value = 0;
    for (std::size_t column = 0; column < 4; ++column) value = 10 * value + digit(column, 10);
    if (value >= samples_count)
      throw wrong(0, "wanted a sample number below " + std::to_string(samples_count));
    return value;
  }

  DataError wrong(std::size_t column, const std::string& text) const {
    return DataError::at_place(path_, row_ + 1, column + 1, text);
  }

 private:
  void expect(std::size_t column, char wanted) const {
    if (text_[column] != wanted) throw wrong(column, wanted == ' ' ? "wanted a space" : "wanted a line feed");
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t row_;
};

/// index of every line; throws when a sample occurs twice.
std::vector<std::size_t> indices(const std::string& path, std::string_view text) {
  std::vector<std::size_t> result;
  std::vector<bool> seen(samples_count, false);
  for (std::size_t row = 0; row < samples_count; ++row) {
    const Line line(path, text, row);
    result.push_back(line.index());
    if (seen[result.back()]) throw line.wrong(0, "this sample number occurred before");
    seen[result.back()] = true;
  }
  return result;
}

/// The lines in the order in which the samples are wanted.
std::vector<std::size_t> row_order(const std::vector<std::size_t>& index, DigitsSplit split) {
  std::vector<std::size_t> rows(samples_count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (split == DigitsSplit::original) {
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return index[a] < index[b]; });
  }
  return rows;
}

}  // namespace

Dataset load_digits(const DigitsSource& source) {
  const std::string text = read_data_file(source.path);
  if (text.size() != samples_count * line_bytes) {
    throw DataError::in_file(source.path, "holds " + std::to_string(text.size()) + " bytes, wanted " +
                                              std::to_string(samples_count * line_bytes) +
                                              " (1797 lines of 72)");
  }
  Dataset data;
  data.x = Features(source.scale, source.offset);
  data.features_count = pixels_count;
  data.sample_shape = {8, 8, 1};
  data.classes_count = 10;
  data.files = {source.path};
  split_last(data, source.path, samples_count, source.validation_count);
  for (const std::size_t row : row_order(indices(source.path, text), source.split)) {
    const Line line(source.path, text, row);
    data.labels.push_back(static_cast<std::int32_t>(line.digit(label_column, 10)));
    for (std::size_t k = 0; k < pixels_count; ++k)
      data.x.push_byte(static_cast<std::uint8_t>(line.digit(pixels_column + k, digits.size())));
  }
  return data;
}

}  // namespace exmy
