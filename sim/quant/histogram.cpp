#include "sim/quant/histogram.hpp"

#include <algorithm>

#include "formats/kernels/kernels.hpp"

namespace exmy {
namespace {

constexpr int bias = 127, first_normal = -126;

void count(const float* x, std::size_t n, ExponentCounts& counts) { kernels().exponents(x, n, counts); }
void count(const double* x, std::size_t n, ExponentCounts& counts) {
  kernels().exponents_of_doubles(x, n, counts);
}

/// Of finite numbers, which ExponentCounts leave out.
bool is_other(double x) {
  const double a = magnitude(x);
  return a < 0x1p-126 || a >= 0x1p128;
}

}  // namespace

template <class T>
void ExponentHistogram::add_numbers(const T* x, std::size_t n, ExponentHistogram* twin) {
  constexpr std::size_t few = 64;
  if (n < few) return add_each(x, n, twin, [](double) { return true; });
  ExponentCounts counts;
  for (std::size_t done = 0; done < n; done += exponent_block) {
    const std::size_t part = std::min(exponent_block, n - done);
    count(x + done, part, counts);
    add_counts(counts);
    if (twin != nullptr) twin->add_counts(counts);
    if (counts.others) add_each(x + done, part, twin, is_other);
  }
}

void ExponentHistogram::add(const double* x, std::size_t n) { add_numbers(x, n, nullptr); }

void ExponentHistogram::add(const float* x, std::size_t n, ExponentHistogram* twin) {
  add_numbers(x, n, twin);
}

template <class T, class Which>
void ExponentHistogram::add_each(const T* x, std::size_t n, ExponentHistogram* twin, const Which& counts) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto v = static_cast<double>(x[i]);
    if (!counts(v)) continue;
    add(v);
    if (twin != nullptr) twin->add(v);
  }
}

void ExponentHistogram::add_counts(const ExponentCounts& counts) {
  if (counts.last < counts.first) return;
  if (counts_.empty()) cover(first_normal);
  for (int f = counts.first; f <= counts.last; ++f)
    at(f - bias) += counts.counts[static_cast<std::size_t>(f)];
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
