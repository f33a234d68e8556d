#include "sim/tools/sample.hpp"

#include <algorithm>
#include <cmath>

#include "formats/binary64.hpp"
#include "sim/base/error.hpp"

namespace exmy {
namespace {

using functions::DoubleDouble;

/// The sorted magnitudes of one side with their sums.
SampleSide side_of(std::vector<WeightedValue> values) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  SampleSide side;
  double weight = 0;
  DoubleDouble sum, squares;
  for (const WeightedValue& v : values) {
    if (side.x.empty() || side.x.back() != v.value) {  // else added to what stands there
      side.x.push_back(v.value);
      side.weight.push_back(weight);
      side.sum.push_back(sum);
      side.squares.push_back(squares);
    }
    weight += v.weight;
    sum = sum + functions::two_prod(v.value, v.weight);
    squares =
        squares + functions::two_prod(v.value, v.value) * v.weight + v.spread * v.spread / 12 * v.weight;
  }
  side.weight.push_back(weight);
  side.sum.push_back(sum);
  side.squares.push_back(squares);
  return side;
}

}  // namespace

Sample::Sample(std::vector<WeightedValue> values) {
  std::vector<WeightedValue> negative, positive;
  for (const WeightedValue& v : values) {
    if (!is_finite(v.value)) {
      not_finite_ += v.weight;
      continue;
    }
    count_ += v.weight;
    if (v.value == 0)
      zeros_ += v.weight;
    else
      (v.value < 0 ? negative : positive).push_back({magnitude(v.value), v.weight, v.spread});
  }
  values.clear();
  values.shrink_to_fit();
  negative_ = side_of(std::move(negative));
  positive_ = side_of(std::move(positive));
  summarise();
}

void Sample::summarise() {
  for (const SampleSide* side : {&negative_, &positive_}) {
    if (side->x.empty()) continue;
    amax_ = std::max(amax_, side->x.back());
    smallest_ = smallest_ == 0 ? side->x.front() : std::min(smallest_, side->x.front());
  }
  if (amax_ == 0) throw UsageError("the data hold no finite value other than 0");
  if (amax_ < 0x1p-190 || amax_ > 0x1p190)
    throw UsageError("the largest magnitude of the data must lie between 2^-190 and 2^190");
  energy_ = (negative_.squares.back() + positive_.squares.back()).hi;
  rms_ = std::sqrt(energy_ / count_);
}

Sample Sample::of(std::span<const double> values) {
  std::vector<WeightedValue> all;
  all.reserve(values.size());
  for (const double x : values) all.push_back({x, 1, 0});
  return Sample(std::move(all));
}

Sample Sample::of_histogram(int first, std::span<const std::uint64_t> counts, std::uint64_t zeros) {
  constexpr int points = 1024;
  std::vector<WeightedValue> all{{0, static_cast<double>(zeros), 0}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double binade = pow2(std::clamp(first + static_cast<int>(i), -1022, 1022));
    const double weight = static_cast<double>(counts[i]) / (2 * points);
    for (int j = 0; j < points && counts[i] > 0; ++j)
      for (const double sign : {1.0, -1.0})
        all.push_back({sign * binade * (1 + (j + 0.5) / points), weight, binade / points});
  }
  return Sample(std::move(all));
}

}  // namespace exmy
