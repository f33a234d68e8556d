#include "sim/compare/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>

#include "formats/binary64.hpp"

namespace exmy {
namespace {

/// The square of the standard error of the mean.
double squared_error(const Summary& s) { return *s.deviation * *s.deviation / static_cast<double>(s.count); }

}  // namespace

double t_quantile(double confidence, double freedom) {
  // The small tail, which keeps its digits where the confidence is close to 1.
  return boost::math::quantile(
      boost::math::complement(boost::math::students_t(freedom), (1 - confidence) / 2));
}

Summary summary_of(const std::vector<double>& values, double confidence) {
  Summary s;
  s.count = values.size();
  if (values.empty()) return s;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double x : values) sum += x;
  s.mean = sum / n;
  if (values.size() < 2 || !is_finite(s.mean)) return s;
  double squares = 0;
  for (const double x : values) squares += (x - s.mean) * (x - s.mean);
  s.deviation = std::sqrt(squares / (n - 1));
  s.half_width = t_quantile(confidence, n - 1) * *s.deviation / std::sqrt(n);
  return s;
}

Difference difference_of(const Summary& summary, const Summary& baseline, double confidence) {
  Difference d;
  d.delta = summary.mean - baseline.mean;
  if (!summary.deviation || !baseline.deviation) return d;
  const double a = squared_error(summary);
  const double b = squared_error(baseline);
  const auto m = static_cast<double>(summary.count);
  const auto n = static_cast<double>(baseline.count);
  d.half_width = 0;
  if (!(a + b > 0)) return d;  // every seed gave the same
  const double share = a / (a + b);
  const double freedom = 1 / (share * share / (m - 1) + (1 - share) * (1 - share) / (n - 1));
  d.half_width = t_quantile(confidence, freedom) * std::sqrt(a + b);
  return d;
}

}  // namespace exmy
