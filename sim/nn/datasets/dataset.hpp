#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/nn/datasets/data_error.hpp"
#include "sim/nn/datasets/features.hpp"
#include "sim/nn/datasets/token_windows.hpp"
#include "sim/tensor/tensor.hpp"

namespace exmy {

/// Samples in memory, training part first. Every feature is the file's value times scale, plus offset: one
/// binary64 product and one binary64 sum, each rounded to nearest even, never fused. Always finite.
struct Dataset {
  std::size_t features_count = 0;        ///< per sample
  Shape sample_shape;                    ///< of a sample, images are [H][W][C]; empty: [features_count]
  std::size_t targets_count = 0;         ///< per sample; 0 for classification
  int classes_count = 0;                 ///< 0 for regression
  TokenWindows tokens;                   ///< of a text; then x, labels and targets are empty
  std::size_t token_features_count = 0;  ///< features and padding are tokens 0 .. this - 1; 0: numbers
  std::optional<std::uint16_t> padding;  ///< the token that fills up samples, if there is one
  Features x;                            ///< [count][features_count], row-major
  std::vector<std::int32_t> labels;      ///< classification: [count], 0 .. classes_count - 1; else empty
  std::vector<double> targets;           ///< regression: [count][targets_count], not scaled; else empty
  std::size_t train_count = 0;           ///< the first samples
  std::size_t validation_count = 0;      ///< the samples after them
  std::vector<std::string> files;        ///< paths read, in order; a caller hashes them for the provenance

  std::size_t count() const { return train_count + validation_count; }
  bool has_tokens() const { return tokens.length > 0; }
  /// Different tokens that a network sees; 0: it sees numbers.
  std::size_t tokens_count() const {
    return has_tokens() ? static_cast<std::size_t>(classes_count) : token_features_count;
  }
  Shape shape() const { return sample_shape.empty() ? Shape{features_count} : sample_shape; }
};

/// The last `validation_count` of `count` samples validate, the others train.
/// DataError, naming `source`, when none would be left to train on.
inline void split_last(Dataset& data, const std::string& source, std::size_t count,
                       std::size_t validation_count) {
  if (validation_count >= count) {
    throw DataError::in_file(source, "holds " + std::to_string(count) + " samples, wanted more than the " +
                                         std::to_string(validation_count) + " of the validation part");
  }
  data.train_count = count - validation_count;
  data.validation_count = validation_count;
}

}  // namespace exmy
