#pragma once
// Means over seeds and what is known about them.

#include <cstddef>
#include <optional>
#include <vector>

namespace exmy {

/// Of a sample. Not finite if a value is not; then there is no interval.
struct Summary {
  std::size_t count = 0;
  double mean = 0;                   ///< of at least one value
  std::optional<double> deviation;   ///< sqrt(sum (x - mean)^2 / (n - 1)), from two values on
  std::optional<double> half_width;  ///< of the confidence interval mean +- t s / sqrt(n) (Student 1908)
};
Summary summary_of(const std::vector<double>& values, double confidence);

/// The difference of two means, with the interval of Welch (1947): variances may differ, and the degrees of
/// freedom are (A + B)^2 / (A^2 / (m - 1) + B^2 / (n - 1)) with A and B the squared standard errors.
struct Difference {
  double delta = 0;
  std::optional<double> half_width;  ///< from two values on both sides on
  /// The interval contains 0: chance alone may make such a difference.
  bool is_within_noise() const { return half_width && -*half_width <= delta && delta <= *half_width; }
};
/// `summary` minus `baseline`.
Difference difference_of(const Summary& summary, const Summary& baseline, double confidence);

/// t with P(-t <= T <= t) = confidence, of Student's t distribution; `freedom` > 0 need not be an integer.
double t_quantile(double confidence, double freedom);

}  // namespace exmy
