// The error of one format with one scale.

#include <algorithm>
#include <cmath>

#include "formats/binary64.hpp"
#include "sim/tools/fit.hpp"
#include "sim/tools/format_comparison.hpp"
#include "sim/tools/numbers.hpp"

namespace exmy {
namespace {

using functions::DoubleDouble;

struct Totals {
  DoubleDouble noise;
  double max_error = 0, underflow = 0, overflow = 0;
  std::uint64_t numbers_used = 0;  ///< not 0
  bool zero_used = false;
};

/// Index of the first magnitude that is rounded beyond m s, from `first` on: the exact product decides, and a tie
/// stays below if the code there is even.
std::size_t end_of_cell(const std::vector<double>& x, std::size_t first, double m, double s, bool even) {
  const double limit = m * s;
  const double rest = std::fma(m, s, -limit);
  const bool inclusive = rest > 0 || (rest == 0 && even);
  const auto begin = x.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end =
      inclusive ? std::upper_bound(begin, x.end(), limit) : std::lower_bound(begin, x.end(), limit);
  return static_cast<std::size_t>(end - x.begin());
}

/// Sum of w (x - v)^2, value by value.
DoubleDouble direct_noise(const SampleSide& side, std::size_t first, std::size_t last, double v) {
  DoubleDouble noise;
  for (std::size_t i = first; i < last; ++i) {
    const double d = side.x[i] - v;
    noise = noise + functions::two_prod(d, d) * (side.weight[i + 1] - side.weight[i]);
  }
  return noise;
}

/// The same from the running sums, unless what cancels leaves too few of their 106 bits.
DoubleDouble noise_of(const SampleSide& side, std::size_t first, std::size_t last, double v, double weight) {
  const DoubleDouble sum = side.sum[last] - side.sum[first];
  const DoubleDouble squares = side.squares[last] - side.squares[first];
  const DoubleDouble noise = squares - sum * (2 * v) + functions::two_prod(v, v) * weight;
  const bool enough = noise.hi > 0x1p-50 * side.squares[last].hi;
  return enough ? noise : direct_noise(side, first, last, v);
}

/// Values [first, last) became v.
void add_cell(Totals& totals, const SampleSide& side, std::size_t first, std::size_t last, double v) {
  const double weight = side.weight[last] - side.weight[first];
  totals.noise = totals.noise + noise_of(side, first, last, v, weight);
  totals.max_error =
      std::max({totals.max_error, magnitude(side.x[first] - v), magnitude(side.x[last - 1] - v)});
  if (v == 0) {
    totals.underflow += weight;
    totals.zero_used = true;
  } else {
    ++totals.numbers_used;
  }
}

void add_side(Totals& totals, const SampleSide& side, const Format& f, double scale) {
  const std::uint64_t top = f.max_finite_code();
  const double beyond = f.max_finite() + pow2(std::max(f.e_max(), f.e_min()) - f.mantissa_bits);
  std::size_t first = 0;
  double value = 0;
  for (std::uint64_t code = 0; code <= top && first < side.x.size(); ++code) {
    const double next = code == top ? beyond : f.finite_value(code + 1);
    std::size_t last = end_of_cell(side.x, first, value + (next - value) / 2, scale, code % 2 == 0);
    if (code == top) {
      totals.overflow += side.weight.back() - side.weight[last];
      last = side.x.size();
    }
    if (last > first) add_cell(totals, side, first, last, value * scale);
    first = last;
    value = next;
  }
}

}  // namespace

FitResult fit_of(const Sample& sample, const Format& format, double scale) {
  Totals totals;
  totals.zero_used = sample.zeros() > 0;
  add_side(totals, sample.negative(), format, scale);
  add_side(totals, sample.positive(), format, scale);
  FitResult result{format, scale};
  result.noise = totals.noise.hi;
  result.sqnr_db = result.noise == 0 ? infinity64 : decibels(sample.energy() / result.noise);
  result.max_error = totals.max_error;
  result.underflow_fraction = totals.underflow / sample.count();
  result.overflow_fraction = totals.overflow / sample.count();
  result.codes_used_count = totals.numbers_used + (totals.zero_used ? 1 : 0);
  result.codes_used_fraction =
      static_cast<double>(result.codes_used_count) / static_cast<double>(common_values(format, format));
  return result;
}

}  // namespace exmy
