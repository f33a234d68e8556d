#pragma once

#include <cstdint>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

struct PatternsSource {
  std::size_t train_count = 4000;  ///< at least 1
  std::size_t validation_count = 1000;
  std::uint64_t seed = 1;  ///< of the images; the experiment's own does not change them
  int noise = 48;          ///< 0..255: largest change of a value
  double scale = 1.0 / 64.0;
  double offset = -2.0;
};

/// Images of two colours, 32 x 32 x 3 with values 0..255, made by integer arithmetic from random numbers. Sample i shows
/// class i mod 10:
///   0 horizontal, 1 vertical, 2 rising, 3 falling stripes; 4 a chequerboard; 5 a lattice of dots;
///   6 a disc, 7 a ring, 8 a square, 9 a cross, somewhere.
/// Period, phase, size and place are random. In each channel the colours are m + d and m - d, m in 80..175, d in 16..63 with
/// a random sign, so that no pixel by itself tells anything of the class; then noise in -noise..noise is added to each value,
/// and the sum is clamped to 0..255. Training samples come first; a sample depends on `seed` and its index alone.
/// DataError on an argument out of its range.
Dataset make_patterns(const PatternsSource& source);

}  // namespace exmy
