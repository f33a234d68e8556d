#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// The files of CIFAR-10's binary version (Krizhevsky 2009), in their order, below a folder; each plain or gzip.
struct Cifar10Source {
  std::string path = "cifar-10-batches-bin";
  std::vector<std::string> train_files{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                       "data_batch_4.bin", "data_batch_5.bin"};
  std::vector<std::string> validation_files{"test_batch.bin"};
  std::optional<std::size_t> train_limit = {};  ///< at least 1: only the first samples of all files together
  std::optional<std::size_t> validation_limit = {};  ///< at least 1
  double scale = 1.0 / 255.0;                        ///< of the values 0..255
  double offset = 0.0;
};

/// A file is a row of records of 3,073 bytes: the label 0..9, then 32 x 32 bytes of red, of green and of blue, row by row.
/// A sample is [32][32][3]. 10 classes. All files are read and looked at, those beyond a limit too. Throws DataErrors
/// with everything that is wrong in any of them: unreadable, empty, no whole number of records, labels above 9 (of
/// each file in one sentence); DataError if no file is named for training.
Dataset load_cifar10(const Cifar10Source& source);

}  // namespace exmy
