// Quantiles, intervals and Welch's differences against published tables and values computed elsewhere.
#include "sim/compare/statistics.hpp"

#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

/// Table values have three decimals: half a unit of the last one.
constexpr double of_table = 0.0005;
/// A few operations in binary64, each off by at most 2^-53, and Boost's quantile, which is good to a few
/// units more.
constexpr double relative = 1e-13;

bool is_near(double x, double expected, double tolerance) {
  return std::abs(x - expected) <= tolerance * std::abs(expected);
}

}  // namespace

TEST_CASE("t quantiles are those of the tables") {
  // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2, critical values of Student's t:
  // columns 0.95, 0.975, 0.995 (one-sided), that is 90, 95 and 99 % two-sided.
  struct Row {
    int freedom;
    double at90, at95, at99;
  };
  for (const Row& row :
       {Row{1, 6.314, 12.706, 63.657}, Row{2, 2.920, 4.303, 9.925}, Row{3, 2.353, 3.182, 5.841},
        Row{4, 2.132, 2.776, 4.604}, Row{5, 2.015, 2.571, 4.032}, Row{9, 1.833, 2.262, 3.250},
        Row{10, 1.812, 2.228, 3.169}, Row{30, 1.697, 2.042, 2.750}, Row{100, 1.660, 1.984, 2.626}}) {
    CAPTURE(row.freedom);
    CHECK(std::abs(t_quantile(0.90, row.freedom) - row.at90) <= of_table);
    CHECK(std::abs(t_quantile(0.95, row.freedom) - row.at95) <= of_table);
    CHECK(std::abs(t_quantile(0.99, row.freedom) - row.at99) <= of_table);
  }
}

TEST_CASE("t quantiles with one and two degrees of freedom are their closed formulas") {
  // One: the Cauchy distribution, tan(pi c / 2). Two: c sqrt(2 / (1 - c^2)).
  const double pi = 3.14159265358979323846;
  for (const double c : {0.1, 0.5, 0.75, 0.9, 0.99}) {
    CAPTURE(c);
    CHECK(is_near(t_quantile(c, 1), std::tan(pi * c / 2), relative));
    CHECK(is_near(t_quantile(c, 2), c * std::sqrt(2 / (1 - c * c)), relative));
  }
}

TEST_CASE("a summary of no, one, equal and several values") {
  CHECK(summary_of({}, 0.95).count == 0);
  const Summary one = summary_of({0.25}, 0.95);
  CHECK(one.mean == 0.25);
  CHECK_FALSE(one.deviation);
  CHECK_FALSE(one.half_width);
  const Summary equal = summary_of({2, 2, 2}, 0.95);
  CHECK(equal.half_width == 0.0);
  // Mean 3, squares 4 + 1 + 0 + 1 + 4, so s^2 = 10 / 4 and s / sqrt(5) = sqrt(1/2); t(4, 95 %) = 2.776.
  const Summary five = summary_of({1, 2, 3, 4, 5}, 0.95);
  CHECK(five.count == 5);
  CHECK(five.mean == 3);
  CHECK(five.deviation == std::sqrt(2.5));
  CHECK(std::abs(*five.half_width - 2.776 * std::sqrt(0.5)) <= of_table);
  const Summary infinite = summary_of({1, std::numeric_limits<double>::infinity()}, 0.95);
  CHECK_FALSE(infinite.half_width);
  CHECK(infinite.mean > 1e308);
}

TEST_CASE("Student's own example: ten patients, two drugs") {
  // Student, The probable error of a mean, Biometrika 6 (1908): additional hours of sleep. The data set
  // `sleep` of R; t.test(extra ~ group, data = sleep) in R's manual: t = -1.8608, df = 17.776, 95 percent
  // confidence interval -3.3654832 0.2054832, means 0.75 and 2.33.
  const Summary first = summary_of({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}, 0.95);
  const Summary second = summary_of({1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}, 0.95);
  const Difference d = difference_of(first, second, 0.95);
  CHECK(is_near(first.mean, 0.75, relative));
  CHECK(is_near(second.mean, 2.33, relative));
  CHECK(std::abs(d.delta - *d.half_width - -3.3654832) <= 5e-8);  // half a unit of the last digit given
  CHECK(std::abs(d.delta + *d.half_width - 0.2054832) <= 5e-8);
  CHECK(d.is_within_noise());
  CHECK_FALSE(difference_of(first, second, 0.90).is_within_noise());  // p = 0.07939
}

TEST_CASE("differences without noise, and without a way to know it") {
  const Summary a = summary_of({1, 1}, 0.95);
  const Summary b = summary_of({3, 3, 3}, 0.95);
  const Difference d = difference_of(b, a, 0.95);
  CHECK(d.delta == 2);
  CHECK(d.half_width == 0.0);
  CHECK_FALSE(d.is_within_noise());
  CHECK(difference_of(a, a, 0.95).is_within_noise());
  const Difference unknown = difference_of(summary_of({7}, 0.95), b, 0.95);
  CHECK(unknown.delta == 4);
  CHECK_FALSE(unknown.half_width);
  CHECK_FALSE(unknown.is_within_noise());
  // Variance on one side only: its degrees of freedom alone. s^2 = 2, n = 2: t(1) = 12.706, standard error 1.
  CHECK(std::abs(*difference_of(summary_of({0, 2}, 0.95), b, 0.95).half_width - 12.706) <= of_table);
}
