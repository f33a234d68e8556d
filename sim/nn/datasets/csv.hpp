#pragma once

#include <optional>
#include <string>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

enum class CsvTask { classification, regression };

/// `detect`: the first row is a header when none of its fields is a number.
enum class CsvHeader { detect, present, absent };

struct CsvSource {
  std::string path = {};               ///< plain or gzip
  std::optional<char> separator = {};  ///< , ; or tab; without it the first of ; tab , in the first row
  CsvHeader header = CsvHeader::detect;
  std::optional<std::string> label_name = {};   ///< needs a header
  std::optional<std::size_t> label_index = {};  ///< from 0; without name and index the last column
  CsvTask task = CsvTask::classification;
  std::optional<int> classes_count = {};             ///< 1..65536; without it 1 + the largest label
  std::optional<std::size_t> validation_count = {};  ///< the last rows; wins over validation_fraction
  double validation_fraction = 0.2;                  ///< 0 <= f < 1; the count is floor(f rows)
  double scale = 1.0;                                ///< of the features, never of the targets
  double offset = 0.0;
  bool tokens = false;  ///< the features are tokens: integers 0 .. 65535 when scaled
  std::optional<std::uint16_t> padding =
      {};  ///< the token that fills up samples; one of the tokens, used or not
};

/// One sample per row: all columns but the label's are features. Numbers are decimal with a point (binary64,
/// nearest even, whatever the locale); fields may stand in double quotes and between spaces; empty lines, a
/// byte order mark and CR LF are accepted. Labels are integers 0 .. classes_count - 1 (3 or 3.0). Throws
/// DataError with line and column if nothing can be read: unreadable, a first row that cannot be cut into fields, fewer
/// than two columns, an unknown label column. Throws DataErrors with everything else, the first ten places and how many
/// more: no rows, a quote out of place, a row of another length, a field that is no finite number, or no token where
/// features are tokens, a label out of range, nothing left to train on.
Dataset load_csv(const CsvSource& source);

}  // namespace exmy
