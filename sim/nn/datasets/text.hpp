#pragma once

#include <optional>
#include <string>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

struct TextSource {
  std::string path = "experiments/data/king-james.txt";
  TextUnit unit = TextUnit::bytes;
  std::optional<std::string> vocabulary = {};  ///< in UTF-8, in any order; without it what the text has
  std::size_t context = 128;                   ///< T, positive
  std::optional<std::size_t> stride = {};      ///< positive; without it T: windows do not overlap
  double validation_fraction = 0.1;            ///< 0 <= f < 1: the last floor(f n) of n tokens
  TokenObjective objective = TokenObjective::next;
};

/// A text file (plain or gzip) as windows of T tokens. The id of a token is its place in the vocabulary, sorted by byte or
/// code point. Training takes the windows that lie before the validation part; no window reaches into the other part.
/// Throws DataErrors with all that is wrong: unreadable, no UTF-8 (the first byte), up to ten units outside the vocabulary
/// (each with its first place and how often), more than 65,535 units, no window to train on, or none in a validation part
/// of more than 0 tokens.
Dataset load_text(const TextSource& source);

}  // namespace exmy
