#pragma once

#include <string>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// Which samples validate: `shuffled`, the last ones in the shipped order (a fixed shuffle); `original`, the last
/// ones in scikit-learn's order, a harder task (experiments/data/README.md has the figures).
enum class DigitsSplit { shuffled, original };

struct DigitsSource {
  std::string path = "experiments/data/digits-8x8.txt";
  double scale = 0.0625;
  double offset = -0.3;
  std::size_t validation_count = 360;  ///< below 1797
  DigitsSplit split = DigitsSplit::shuffled;
};

/// The 1,797 UCI handwritten digits, 8 x 8 pixels 0..16, 10 classes, from the file that
/// experiments/data/README.md documents (plain or gzip). Throws DataError on any byte out of place.
Dataset load_digits(const DigitsSource& source);

}  // namespace exmy
