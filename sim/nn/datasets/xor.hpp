#pragma once

#include <cstdint>
#include <functional>

#include "sim/nn/datasets/dataset.hpp"

namespace exmy {

/// Geometry of the XOR toy set. The defaults are those of acceptance item 11: the margin makes it easy in
/// fp32, and the six features without meaning keep a network that no longer learns near a mean squared error
/// of 1/2.
struct XorSource {
  std::size_t train_count = 1024;  ///< at least 1
  std::size_t validation_count = 512;
  std::size_t features_count = 8;  ///< at least 2
  double margin = 0.5;             ///< 0..1: smallest magnitude of a feature
};

/// A number in [0, 1) for every index, the same each time it is asked.
using UniformSource = std::function<double(std::uint64_t index)>;

/// Regression with one target. Feature j of sample i is, for v = 2 uniform(i features_count + j) - 1,
///   x = sign(v) (margin + (1 - margin) |v|), sign(0) = +1, so margin <= |x| <= 1,
/// and the target is 1 where the signs of the first two features differ, else 0. Training samples come first,
/// so a larger validation part leaves them as they were. DataError on an argument out of its range.
Dataset make_xor(const XorSource& source, const UniformSource& uniform);

}  // namespace exmy
