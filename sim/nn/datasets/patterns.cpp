#include "sim/nn/datasets/patterns.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sim/base/philox.hpp"

namespace exmy {
namespace {

// Lengths are in quarters of a pixel.
constexpr std::size_t image_side = 32, image_channels = 3, figures_count = 10;
constexpr std::size_t values = image_side * image_side * image_channels;
constexpr std::uint64_t first_noise = 512;  // its blocks are not those of the numbers of a figure

/// The figure of a sample: its numbers, and which pixels have the first colour.
class Figure {
 public:
  Figure(const RandomStream& random, std::size_t label) : random_(&random), label_(label) {
    period_ = between(24, 40);
    across_ = between(0, 127);
    down_ = between(0, 127);
    radius_ = between(28, 48);
    x_ = between(48, 80);
    y_ = between(48, 80);
    for (std::size_t c = 0; c < image_channels; ++c) {
      const int middle = between(80, 175), distance = between(16, 63);
      const int sign = between(0, 1) == 0 ? 1 : -1;
      colours_[0][c] = middle + sign * distance;
      colours_[1][c] = middle - sign * distance;
    }
  }

  int colour(int row, int column, std::size_t channel) const {
    return colours_[covers(4 * row, 4 * column) ? 0 : 1][channel];
  }

 private:
  /// The next number, uniform in first..last.
  int between(int first, int last) {
    const std::uint64_t count = static_cast<std::uint64_t>(last - first) + 1;
    return first + static_cast<int>(random_->bits(used_++, 32) * count >> 32);
  }

  bool covers(int row, int column) const {
    switch (label_) {
      case 0: return stripes(row, period_);
      case 1: return stripes(column, period_);
      case 2: return stripes(row + column, period_ * 7 / 5);
      case 3: return stripes(row - column + 128, period_ * 7 / 5);
      case 4: return stripes(row, period_ + 8) != stripes(column + down_, period_ + 8);
      case 5: return is_dot((column + across_) % period_, (row + down_) % period_);
      default: return inside(column - x_, row - y_);
    }
  }

  bool stripes(int along, int period) const { return (along + across_) % period < period / 2; }
  bool is_dot(int column, int row) const {
    const int dx = 2 * column - period_, dy = 2 * row - period_;
    return 5 * (dx * dx + dy * dy) < 2 * period_ * period_;
  }
  /// A figure of its own, relative to its centre.
  bool inside(int dx, int dy) const {
    const int square = dx * dx + dy * dy, inner = radius_ - 14, arm = radius_ / 4 + 2;
    const int near = std::min(std::abs(dx), std::abs(dy)), far = std::max(std::abs(dx), std::abs(dy));
    if (label_ == 6) return square < radius_ * radius_;
    if (label_ == 7) return square < radius_ * radius_ && square >= inner * inner;
    if (label_ == 8) return far < radius_ * 7 / 8;  // the area of the disc
    return far < radius_ && near < arm;
  }

  const RandomStream* random_;
  std::size_t label_;
  std::uint64_t used_ = 0;
  int period_, across_, down_, radius_, x_, y_;
  std::array<std::array<int, image_channels>, 2> colours_{};
};

void append(const PatternsSource& source, std::size_t sample, Dataset& data) {
  const RandomStream random(source.seed, "data/patterns", sample);
  const std::size_t label = sample % figures_count;
  const Figure figure(random, label);
  std::array<std::uint32_t, values> noise{};
  random.bits(first_noise, 16, noise.data(), noise.size());
  const auto width = static_cast<std::uint32_t>(2 * source.noise + 1);
  for (std::size_t i = 0; i < values; ++i) {
    const int added = static_cast<int>(noise[i] * width >> 16) - source.noise;
    const auto row = static_cast<int>(i / image_channels / image_side),
               column = static_cast<int>(i / image_channels % image_side);
    const int value = std::clamp(figure.colour(row, column, i % image_channels) + added, 0, 255);
    data.x.push_byte(static_cast<std::uint8_t>(value));
  }
  data.labels.push_back(static_cast<std::int32_t>(label));
}

}  // namespace

Dataset make_patterns(const PatternsSource& source) {
  const auto wanted = [](const std::string& text) {
    return DataError::in_file("patterns", "wanted " + text);
  };
  if (source.train_count == 0) throw wanted("train_count at least 1");
  if (source.noise < 0 || source.noise > 255) throw wanted("noise in 0..255");
  Dataset data;
  data.sample_shape = {image_side, image_side, image_channels};
  data.features_count = values;
  data.classes_count = figures_count;
  data.train_count = source.train_count;
  data.validation_count = source.validation_count;
  data.x = Features(source.scale, source.offset);
  data.x.reserve(data.count() * values);
  for (std::size_t i = 0; i < data.count(); ++i) append(source, i, data);
  return data;
}

}  // namespace exmy
