#include "sim/nn/datasets/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "sim/nn/datasets/data_file.hpp"

namespace exmy {
namespace {

constexpr int most_classes = 65536;
constexpr std::size_t most_told = 10;

/// One field without blanks and quotes; column counts bytes of its line from 1.
struct Field {
  std::string_view text;
  std::size_t column;
};

struct Row {
  std::size_t line = 0;  ///< from 1
  std::vector<Field> fields;
};

DataError wrong(const CsvSource& source, std::size_t line, std::size_t column, const std::string& text) {
  return DataError::at_place(source.path, line, column, text);
}

/// The binary64 number that the whole field spells; nothing for anything else, nor for one beyond its range.
std::optional<double> number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_number(const Field& field) { return number(field.text).has_value(); }

/// The field for a message: short, and ASCII whatever the file holds.
std::string shown(const Field& field) {
  std::string text(field.text.substr(0, 40));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return '"' + text + '"';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? text.substr(text.size())
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Splits the text into rows; empty lines are passed over.
class CsvLines {
 public:
  CsvLines(const CsvSource& source, std::string_view text) : source_(source), rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    separator_ = source.separator.value_or(found_separator());
  }

  std::optional<Row> next() {
    while (!rest_.empty()) {
      const std::string_view line = next_line();
      if (!trimmed(line).empty()) return Row{line_, fields(line)};
    }
    return std::nullopt;
  }

 private:
  char found_separator() const {
    const std::size_t first = rest_.find_first_not_of("\r\n");
    if (first == std::string_view::npos) return ',';
    const std::string_view row = rest_.substr(first, rest_.find('\n', first) - first);
    for (const char separator : {';', '\t', ','}) {
      if (row.find(separator) != std::string_view::npos) return separator;
    }
    return ',';
  }

  std::string_view next_line() {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return line;
  }

  std::vector<Field> fields(std::string_view line) const {
    std::vector<Field> result;
    for (std::size_t first = 0; first <= line.size();) {
      const std::size_t end = std::min(line.find(separator_, closing_quote(line, first)), line.size());
      const std::string_view text = trimmed(line.substr(first, end - first));
      const auto column = static_cast<std::size_t>(text.data() - line.data()) + 1;
      result.push_back({unquoted(text, column), column});
      first = end + 1;
    }
    return result;
  }

  /// Where to look for the next separator: behind the closing quote of a quoted field, else at `first`.
  std::size_t closing_quote(std::string_view line, std::size_t first) const {
    while (first < line.size() && line[first] == ' ') ++first;
    if (first >= line.size() || line[first] != '"') return first;
    const std::size_t closing = line.find('"', first + 1);
    if (closing == std::string_view::npos) {
      throw wrong(source_, line_, first + 1, "a quote that is not closed on this line");
    }
    return closing;
  }

  std::string_view unquoted(std::string_view text, std::size_t column) const {
    if (!text.starts_with('"')) return text;
    if (text.find('"', 1) != text.size() - 1) {
      throw wrong(source_, line_, column, "wanted nothing behind the closing quote");
    }
    return text.substr(1, text.size() - 2);
  }

  const CsvSource& source_;
  std::string_view rest_;
  char separator_ = ',';
  std::size_t line_ = 0;
};

/// Takes rows one by one and fills the data set; goes on after a problem in a row.
class CsvReader {
 public:
  explicit CsvReader(const CsvSource& source) : source_(source) {
    data_.files = {source.path};
    data_.targets_count = source.task == CsvTask::regression ? 1 : 0;
  }

  Dataset read(CsvLines& lines) {
    auto row = lines.next();
    if (row && begin(*row)) row = next(lines);
    for (; row; row = next(lines)) take(*row);
    problems_.attempt("path", [&] { split(); });
    problems_.add_rest("path", source_.path);
    problems_.throw_if_any();
    finish();
    return std::move(data_);
  }

 private:
  /// The next row that can be cut into fields.
  std::optional<Row> next(CsvLines& lines) {
    std::optional<Row> row;
    while (!problems_.attempt("path", [&] { row = lines.next(); })) ++rows_;
    return row;
  }

  /// Fixes the columns from the first row; true if that row is a header.
  bool begin(const Row& row) {
    if (row.fields.size() < 2) throw wrong(source_, row.line, 1, "one column, wanted features and a label");
    data_.features_count = row.fields.size() - 1;
    const bool has_header = source_.header == CsvHeader::detect
                                ? std::none_of(row.fields.begin(), row.fields.end(), is_number)
                                : source_.header == CsvHeader::present;
    label_ = label_column(row, has_header);
    return has_header;
  }

  void take(const Row& row) {
    ++rows_;
    if (row.fields.size() != data_.features_count + 1)
      return problem(
          row, row.fields.back(),
          std::to_string(row.fields.size()) + " fields, wanted " + std::to_string(data_.features_count + 1));
    for (std::size_t k = 0; k < row.fields.size(); ++k) {
      const Field& field = row.fields[k];
      const std::optional<double> value = number(field.text);
      const std::string text = !value        ? shown(field) + ", wanted a finite binary64 number"
                               : k != label_ ? feature(*value, field)
                                             : label(*value, field);
      if (!text.empty()) problem(row, field, text);
    }
  }

  void problem(const Row& row, const Field& field, const std::string& text) {
    problems_.add("path", wrong(source_, row.line, field.column, text));
  }

  void split() {
    if (rows_ == 0) throw DataError::in_file(source_.path, "no rows, wanted at least 1");
    const double share = source_.validation_fraction * static_cast<double>(rows_);
    split_last(data_, source_.path, rows_,
               source_.validation_count.value_or(static_cast<std::size_t>(share)));
  }

  void finish() {
    data_.padding = source_.padding;
    if (source_.tokens) data_.token_features_count = tokens_count();
    if (source_.task == CsvTask::classification) {
      const int largest = *std::max_element(data_.labels.begin(), data_.labels.end());
      data_.classes_count = source_.classes_count.value_or(1 + largest);
    }
  }

  /// Padding counts whether or not a sample has it: a network without that token is refused, not left unmasked.
  std::size_t tokens_count() const {
    std::size_t count = source_.padding ? 1 + std::size_t{*source_.padding} : 0;
    for (std::size_t i = 0; i < data_.x.size(); ++i)
      count = std::max(count, 1 + static_cast<std::size_t>(data_.x[i]));
    return count;
  }

  std::size_t label_column(const Row& row, bool has_header) const {
    if (!source_.label_name) {
      const std::size_t column = source_.label_index.value_or(row.fields.size() - 1);
      if (column < row.fields.size()) return column;
      throw wrong(
          source_, row.line, 1,
          "label column " + std::to_string(column) + ", wanted 0.." + std::to_string(row.fields.size() - 1));
    }
    const auto same = [&](const Field& field) { return field.text == *source_.label_name; };
    const auto found = std::find_if(row.fields.begin(), row.fields.end(), same);
    if (has_header && found != row.fields.end()) return static_cast<std::size_t>(found - row.fields.begin());
    throw wrong(source_, row.line, 1,
                "wanted a header with the label column \"" + *source_.label_name + "\"");
  }

  /// Takes a feature, or says what is wrong with it.
  std::string feature(double value, const Field& field) {
    const double x = value * source_.scale + source_.offset;
    if (!std::isfinite(x)) return "wanted a number that stays finite when scaled";
    if (source_.tokens && !(x >= 0 && x < most_classes && x == std::trunc(x)))
      return shown(field) + ", wanted a token 0.." + std::to_string(most_classes - 1) + " when scaled";
    data_.x.push_back(x);
    return "";
  }

  /// The same of what stands in the label's column.
  std::string label(double value, const Field& field) {
    const int classes = source_.classes_count.value_or(most_classes);
    if (source_.task == CsvTask::regression)
      data_.targets.push_back(value);
    else if (value >= 0.0 && value < classes && value == std::trunc(value))
      data_.labels.push_back(static_cast<std::int32_t>(value));
    else
      return "label " + shown(field) + ", wanted an integer 0.." + std::to_string(classes - 1);
    return "";
  }

  const CsvSource& source_;
  DataProblems problems_{most_told};
  Dataset data_;
  std::size_t label_ = 0;
  std::size_t rows_ = 0;
};

void check(const CsvSource& source) {
  const auto wanted = [&](const std::string& text) {
    return DataError::in_file(source.path, "wanted " + text);
  };
  if (source.separator && std::string_view(",;\t").find(*source.separator) == std::string_view::npos) {
    throw wanted("the separator , ; or tab");
  }
  if (source.label_name && source.label_index) throw wanted("the label column by name or by index, not both");
  if (source.classes_count && (*source.classes_count < 1 || *source.classes_count > most_classes)) {
    throw wanted("classes_count in 1..65536");
  }
  if (!(source.validation_fraction >= 0.0 && source.validation_fraction < 1.0)) {
    throw wanted("validation_fraction of at least 0 and below 1");
  }
}

}  // namespace

Dataset load_csv(const CsvSource& source) {
  check(source);
  const std::string text = read_data_file(source.path);
  CsvLines lines(source, text);
  return CsvReader(source).read(lines);
}

}  // namespace exmy
