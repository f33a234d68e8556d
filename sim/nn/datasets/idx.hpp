#pragma once

#include <optional>
#include <string>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// Two pairs of IDX files (the format of MNIST, Fashion-MNIST, EMNIST ...), each plain or gzip.
struct IdxSource {
  std::string train_images = {}, train_labels = {};
  std::string validation_images = {}, validation_labels = {};
  std::optional<std::size_t> train_limit = {};       ///< at least 1: only the first samples of the pair
  std::optional<std::size_t> validation_limit = {};  ///< at least 1
  std::optional<int> classes_count = {};  ///< 1..256; without it 1 + the largest label that is used
  double scale = 1.0 / 255.0;             ///< of the pixels 0..255
  double offset = 0.0;
};

/// Images are big-endian words 0x00000803, count, rows, columns, then count rows columns unsigned bytes;
/// labels are 0x00000801, count, then count bytes. One sample is one image, row by row. Throws DataErrors with everything
/// that is wrong in any of the files, naming file and byte: unreadable, another magic, fewer or more bytes than declared, a size of 0, counts or
/// image sizes that differ between files, labels that are not below classes_count (of each file in one sentence). Nothing is allocated from
/// a declared size before the file has been seen to be that long.
Dataset load_idx(const IdxSource& source);

}  // namespace exmy
