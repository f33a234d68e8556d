#include "sim/quant/moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

constexpr std::size_t lanes = 16;
constexpr std::size_t block = 1024;

/// Sum of f(0), f(1), ..., f(n - 1) in the fixed order.
template <class F>
double ordered_sum(std::size_t n, const F& f) {
  double total = 0;
  for (std::size_t first = 0; first < n; first += block) {
    std::array<double, lanes> lane{};
    const std::size_t last = std::min(first + block, n);
    for (std::size_t i = first; i < last; ++i) lane[i % lanes] += f(i);
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
      for (std::size_t j = 0; j < half; ++j) lane[j] += lane[j + half];
    total += lane[0];
  }
  return total;
}

}  // namespace

template <class T>
Moments moments_of(std::span<const T> x) {
  Moments m;
  m.count = x.size();
  const auto value = [&](std::size_t i) {
    const auto v = static_cast<double>(x[i]);
    return is_finite(v) ? v : 0.0;
  };
  for (const T element : x) {
    const double a = magnitude(static_cast<double>(element));
    if (!is_finite(a)) continue;
    ++m.finite;
    m.zeros += a == 0 ? 1 : 0;
    m.amax = std::max(m.amax, a);
    if (a != 0 && (m.smallest_nonzero == 0 || a < m.smallest_nonzero)) m.smallest_nonzero = a;
  }
  const auto n = static_cast<double>(m.finite);
  m.mean = ordered_sum(x.size(), value) / n;
  const double squares = ordered_sum(x.size(), [&](std::size_t i) { return value(i) * value(i); });
  const double spread = ordered_sum(x.size(), [&](std::size_t i) {
    const double d = is_finite(static_cast<double>(x[i])) ? value(i) - m.mean : 0.0;
    return d * d;
  });
  m.l2_norm = std::sqrt(squares);
  m.std = std::sqrt(spread / n);
  return m;
}

template <class T>
double l2_norm(std::span<const T> x) {
  return std::sqrt(ordered_sum(x.size(), [&](std::size_t i) {
    const auto v = static_cast<double>(x[i]);
    return v * v;
  }));
}

template <class T>
double l2_distance(std::span<const T> x, std::span<const T> y) {
  return std::sqrt(ordered_sum(x.size(), [&](std::size_t i) {
    const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    return d * d;
  }));
}

template Moments moments_of(std::span<const float>);
template Moments moments_of(std::span<const double>);
template double l2_norm(std::span<const float>);
template double l2_norm(std::span<const double>);
template double l2_distance(std::span<const float>, std::span<const float>);
template double l2_distance(std::span<const double>, std::span<const double>);

}  // namespace exmy
