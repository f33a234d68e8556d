// Counts of floor(log2 |x|), exactly.

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim/quant/histogram.hpp"
#include "tests/support/catch.hpp"

namespace {

using exmy::ExponentHistogram;
using Trimmed = std::pair<int, std::vector<std::uint64_t>>;

ExponentHistogram of(std::initializer_list<double> values) {
  ExponentHistogram h;
  for (const double x : values) h.add(x);
  return h;
}

}  // namespace

TEST_CASE("a histogram counts the exponents of finite non-zero numbers", "[histogram]") {
  CHECK(of({1, -1.5, std::nextafter(2.0, 0.0)}).trimmed() == Trimmed{0, {3}});
  CHECK(of({2, 0.5, 8, -9}).trimmed() == Trimmed{-1, {1, 0, 1, 0, 2}});
  CHECK(of({0x1.fffffffffffffp1023}).trimmed() == Trimmed{1023, {1}});
}

TEST_CASE("subnormal numbers count at the exponent of their value", "[histogram]") {
  CHECK(of({0x1p-1074}).trimmed() == Trimmed{-1074, {1}});
  CHECK(of({-0x1.8p-1073, 0x1p-1073}).trimmed() == Trimmed{-1073, {2}});
  CHECK(of({0x1p-1022, std::nextafter(0x1p-1022, 0.0)}).trimmed() == Trimmed{-1023, {1, 1}});
  CHECK(of({static_cast<double>(std::numeric_limits<float>::denorm_min())}).trimmed() == Trimmed{-149, {1}});
}

TEST_CASE("zeros, infinities and NaN are not counted", "[histogram]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const ExponentHistogram h = of({0, -0.0, inf, -inf, std::numeric_limits<double>::quiet_NaN()});
  CHECK(h.empty());
  CHECK(h.trimmed() == Trimmed{0, {}});
}

TEST_CASE("a span counts like its numbers, and leaves a histogram empty that has nothing to count",
          "[histogram]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> nothing{0, -0.0, inf, std::numeric_limits<double>::quiet_NaN()};
  ExponentHistogram h;
  h.add(nothing.data(), nothing.size());
  CHECK(h.empty());
  const std::vector<double> some{0, -inf, 3, -0.0, 0x1p-1074, -2, inf, 0x1.8p-1022, 0x1p1023};
  h.add(some.data(), some.size());
  h.add(nothing.data(), nothing.size());
  CHECK(h.trimmed() == of({3, 0x1p-1074, -2, 0x1.8p-1022, 0x1p1023}).trimmed());
}

TEST_CASE("exponents of exact values go beyond binary64, and collect at the ends", "[histogram]") {
  ExponentHistogram h;
  h.add_exponent(-2148);  // 2^-1074 squared
  h.add_exponent(-5000);
  CHECK(h.trimmed() == Trimmed{-2148, {2}});
  ExponentHistogram above;
  above.add_exponent(2046);
  above.add_exponent(2047);
  above.add_exponent(2048);
  above.add_exponent(100'000);
  CHECK(above.trimmed() == Trimmed{2046, {1, 3}});
  CHECK_FALSE(above.empty());
}

TEST_CASE("a checkpoint holds every exponent from -2148 to 2047", "[histogram]") {
  using Packed = std::vector<std::uint64_t>;
  ExponentHistogram h = of({1, 1, 4}), ends, copy;
  CHECK(h.packed() == Packed{2148, 2, 0, 1});
  CHECK(copy.unpack(h.packed()));
  CHECK(copy.trimmed() == h.trimmed());
  ends.add_exponent(-2148);
  ends.add_exponent(2047);
  CHECK(ends.packed().size() == 4197);
  CHECK(copy.unpack(ends.packed()));
  CHECK(copy.trimmed() == ends.trimmed());
  CHECK(ExponentHistogram{}.packed().empty());
  CHECK(copy.unpack({}));
  CHECK(copy.empty());
  CHECK_FALSE(copy.unpack({4196, 1}));
  CHECK_FALSE(copy.unpack({4195, 1, 1}));
}

TEST_CASE("histograms add up, empty ones too", "[histogram]") {
  ExponentHistogram sum;
  sum += ExponentHistogram{};
  CHECK(sum.empty());
  sum += of({1, 4});
  sum += of({0.5, 1});
  sum += ExponentHistogram{};
  CHECK(sum.trimmed() == Trimmed{-1, {1, 2, 0, 1}});
}
