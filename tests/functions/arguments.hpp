#pragma once
// The arguments that the functions are tested at.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <random>
#include <vector>

namespace exmy::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// `count` doubles of either sign with magnitudes log-uniform in [2^low, 2^high); subnormals from -1074 on.
inline std::vector<double> log_uniform(std::size_t count, int low, int high, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> arguments(count);
  for (double& x : arguments) {
    const int e = low + static_cast<int>(random() % static_cast<std::uint64_t>(high - low));
    const double m = std::bit_cast<double>((random() & 0x800fffffffffffff) | 0x3ff0000000000000);
    x = std::ldexp(m, e);
  }
  return arguments;
}

/// `center`, 40 doubles on either side of it, and center (1 +- 2^-j m) for j up to 52.
inline std::vector<double> around(double center) {
  std::vector<double> arguments{center};
  double above = center, below = center;
  for (int n = 0; n < 40; ++n) {
    arguments.push_back(above = std::nextafter(above, infinity));
    arguments.push_back(below = std::nextafter(below, -infinity));
  }
  for (int j = 2; j <= 52; ++j)
    for (const double m : {1.0, 1.1875, 1.4375, 1.9375})
      for (const double sign : {1.0, -1.0}) arguments.push_back(center * (1 + sign * std::ldexp(m, -j)));
  return arguments;
}

/// Every finite binary16 value but zero.
inline std::vector<double> all_fp16() {
  std::vector<double> arguments;
  for (int field = 0; field < 31; ++field)
    for (int m = field == 0 ? 1 : 0; m < 1024; ++m) {
      const double x = std::ldexp(field == 0 ? m : m + 1024, std::max(field, 1) - 25);
      arguments.insert(arguments.end(), {x, -x});
    }
  return arguments;
}

inline std::vector<double> joined(std::initializer_list<std::vector<double>> parts) {
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline std::vector<double> around_all(std::initializer_list<double> centers) {
  std::vector<double> all;
  for (const double center : centers)
    for (const double x : around(center)) all.insert(all.end(), {x, -x});
  return all;
}

/// What every function is tested at: binary16, the whole range of double, the range where it is not constant,
/// powers of two, and the ends of the range; but not at zeros, infinities and NaN.
inline std::vector<double> common_arguments(std::uint64_t seed, std::size_t count) {
  constexpr double max = std::numeric_limits<double>::max();
  std::vector<double> ends{max, -max};
  for (int e = -1074; e < 1024; ++e)
    for (const double m : {1.0, 1 - 0x1p-53, 1 + 0x1p-52})
      ends.insert(ends.end(), {std::ldexp(m, e), -std::ldexp(m, e)});
  return joined({all_fp16(), log_uniform(count / 6, -1074, 1024, seed),
                 log_uniform(count / 6, -120, 0, seed + 1), log_uniform(count, -8, 11, seed + 2), ends});
}

}  // namespace exmy::test
