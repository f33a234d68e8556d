#include "sim/nn/datasets/xor.hpp"

#include <cmath>

namespace exmy {
namespace {

void check(const XorSource& source) {
  const auto wanted = [](const std::string& text) { return DataError::in_file("xor", "wanted " + text); };
  if (source.train_count == 0) throw wanted("train_count at least 1");
  if (source.features_count < 2) throw wanted("features_count at least 2");
  if (!(source.margin >= 0.0 && source.margin <= 1.0)) throw wanted("margin in 0..1");
}

double feature(double uniform, double margin) {
  const double v = 2.0 * uniform - 1.0;
  const double magnitude = margin + (1.0 - margin) * std::fabs(v);
  return v < 0.0 ? -magnitude : magnitude;
}

}  // namespace

Dataset make_xor(const XorSource& source, const UniformSource& uniform) {
  check(source);
  Dataset data;
  data.features_count = source.features_count;
  data.targets_count = 1;
  data.train_count = source.train_count;
  data.validation_count = source.validation_count;
  for (std::size_t i = 0; i < data.count(); ++i) {
    const std::size_t first = i * source.features_count;
    for (std::size_t j = 0; j < source.features_count; ++j) {
      data.x.push_back(feature(uniform(first + j), source.margin));
    }
    data.targets.push_back((data.x[first] < 0.0) != (data.x[first + 1] < 0.0) ? 1.0 : 0.0);
  }
  return data;
}

}  // namespace exmy
