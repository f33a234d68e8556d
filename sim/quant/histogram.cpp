#include "sim/quant/histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace exmy {
namespace {

// Neighbours are often alike: a count that is increased again at once would have to wait for itself.
constexpr std::size_t field_lanes = 4;
using FieldCounts = std::array<std::array<std::uint32_t, 256>, field_lanes>;

unsigned field_of(float x) { return (std::bit_cast<std::uint32_t>(x) >> 23) & 0xff; }

void count_fields(const float* x, std::size_t n, FieldCounts& counts) {
  std::size_t i = 0;
  for (; i + field_lanes <= n; i += field_lanes)
    for (std::size_t lane = 0; lane < field_lanes; ++lane) ++counts[lane][field_of(x[i + lane])];
  for (; i < n; ++i) ++counts[0][field_of(x[i])];
}

bool any_subnormal(const float* x, std::size_t n) {
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto magnitude = static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(x[i]) & 0x7fffffff);
    any |= ((magnitude > 0) & (magnitude < 0x00800000)) ? 1u : 0u;
  }
  return any != 0;
}

}  // namespace

void ExponentHistogram::add(const double* x, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto field = static_cast<int>(bits_of(x[i]) >> 52 & 0x7ff);
    if (field != 0 && field != 0x7ff && covers(field - 1023))
      ++counts_[static_cast<std::size_t>(field - 1023 - first_)];
    else
      add(x[i]);
  }
}

void ExponentHistogram::add(const float* x, std::size_t n, ExponentHistogram* twin) {
  constexpr std::size_t few = 256, block = std::size_t{1} << 30;  // a count of a lane has 32 bits
  for (; n > block; x += block, n -= block) add(x, block, twin);
  if (n < few) return add_each(x, n, twin, [](float) { return true; });
  FieldCounts lane{};
  count_fields(x, n, lane);
  std::array<std::uint64_t, 256> counts;
  for (std::size_t f = 0; f < counts.size(); ++f)
    counts[f] = std::uint64_t{lane[0][f]} + lane[1][f] + lane[2][f] + lane[3][f];
  if (counts[0] + counts[255] < n) {
    add_fields(counts.data());
    if (twin != nullptr) twin->add_fields(counts.data());
  }
  if (counts[0] != 0 && any_subnormal(x, n)) add_each(x, n, twin, [](float v) { return field_of(v) == 0; });
}

template <class Which>
void ExponentHistogram::add_each(const float* x, std::size_t n, ExponentHistogram* twin,
                                 const Which& counts) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!counts(x[i])) continue;
    add(static_cast<double>(x[i]));
    if (twin != nullptr) twin->add(static_cast<double>(x[i]));
  }
}

/// Counts by the exponent fields of normal numbers.
void ExponentHistogram::add_fields(const std::uint64_t* counts) {
  constexpr int first_normal = -126, normal_fields = 254;
  if (counts_.empty()) cover(first_normal);
  std::uint64_t* to = counts_.data() + (first_normal - first_);
  for (int i = 0; i < normal_fields; ++i) to[i] += counts[i + 1];
}

ExponentHistogram& ExponentHistogram::operator+=(const ExponentHistogram& other) {
  if (other.empty()) return *this;
  cover(other.first_, other.first_ + static_cast<int>(other.counts_.size()) - 1);
  const auto shift = static_cast<std::size_t>(other.first_ - first_);
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i + shift] += other.counts_[i];
  return *this;
}

void ExponentHistogram::cover(int exponent) {
  const bool narrow = exponent >= narrow_lowest && exponent <= narrow_highest;
  cover(narrow ? narrow_lowest : lowest, narrow ? narrow_highest : highest);
}

void ExponentHistogram::cover(int first, int last) {
  if (!counts_.empty() && first >= first_ && covers(last)) return;
  const bool widens = !counts_.empty();
  if (widens) first = lowest, last = highest;
  std::vector<std::uint64_t> wider(static_cast<std::size_t>(last - first + 1));
  if (widens) std::copy(counts_.begin(), counts_.end(), wider.begin() + (first_ - first));
  first_ = first;
  counts_ = std::move(wider);
}

std::pair<int, std::vector<std::uint64_t>> ExponentHistogram::trimmed() const {
  const auto used = [](std::uint64_t n) { return n != 0; };
  const auto first = std::find_if(counts_.begin(), counts_.end(), used);
  const auto last = std::find_if(counts_.rbegin(), counts_.rend(), used).base();
  if (first == counts_.end()) return {0, {}};
  return {first_ + static_cast<int>(first - counts_.begin()), {first, last}};
}

std::vector<std::uint64_t> ExponentHistogram::packed() const {
  auto [first, counts] = trimmed();
  if (counts.empty()) return counts;
  counts.insert(counts.begin(), static_cast<std::uint64_t>(first - lowest));
  return counts;
}

bool ExponentHistogram::unpack(const std::vector<std::uint64_t>& packed) {
  counts_.clear();
  if (packed.empty()) return true;
  const std::size_t size = highest - lowest + 1;
  if (packed[0] >= size || packed.size() - 1 > size - packed[0]) return false;
  cover(lowest, highest);
  std::copy(packed.begin() + 1, packed.end(), counts_.begin() + static_cast<std::ptrdiff_t>(packed[0]));
  return true;
}

}  // namespace exmy
