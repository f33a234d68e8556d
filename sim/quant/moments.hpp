#pragma once
// Moments of a tensor, in binary64, with one fixed order of additions: 16 lanes (element i to lane
// i mod 16) in blocks of 1,024, lanes added by halving, blocks in order, no fma.

#include <cstddef>
#include <span>

namespace exmy {

/// Over the finite elements; ddof 0 for std. NaN where there is no finite element.
struct Moments {
  double mean = 0;
  double std = 0;
  double l2_norm = 0;
  double amax = 0;
  double smallest_nonzero = 0;  ///< smallest magnitude that is not 0; 0 if there is none
  std::size_t zeros = 0;
  std::size_t finite = 0;
  std::size_t count = 0;
};

template <class T>
Moments moments_of(std::span<const T> x);

/// sqrt(sum x^2) and sqrt(sum (x - y)^2) in the same order of additions.
template <class T>
double l2_norm(std::span<const T> x);
template <class T>
double l2_distance(std::span<const T> x, std::span<const T> y);

}  // namespace exmy
