// Counts of floor(log2 |x|), exactly.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <iterator>

#include "sim/quant/histogram.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

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

TEST_CASE("a span counts like its numbers one by one, and leaves nothing where nothing counts",
          "[histogram]") {
  const double numbers[] = {0.0,       1.5,         -0.25, exmy::infinity64, exmy::nan64,
                            0x1p-1074, -0x1.8p1000, -0.0,  0x1p-1022,        3.0};
  ExponentHistogram together, alone, none;
  together.add(numbers, std::size(numbers));
  for (const double x : numbers) alone.add(x);
  CHECK(together.packed() == alone.packed());
  const double nothing[] = {0.0, -0.0, exmy::infinity64, exmy::nan64};
  none.add(nothing, std::size(nothing));
  none.add(static_cast<const double*>(nullptr), 0);
  none.add(static_cast<const float*>(nullptr), 0);
  CHECK(none.empty());
}

TEST_CASE("binary32 numbers count like binary64 ones, into two histograms as into one", "[histogram]") {
  using exmy::test::SplitMix64;
  SplitMix64 random(7);
  for (const std::size_t n : {std::size_t{0}, std::size_t{5}, std::size_t{255}, std::size_t{256},
                              std::size_t{259}, std::size_t{5000}})
    for (const std::uint32_t mask : {0xffffffffu, 0x83ffffffu, 0x007fffffu, 0x80000000u, 0x7f800000u, 0x1u}) {
      std::vector<float> x(n);
      for (float& v : x)
        v = std::bit_cast<float>(random.below(9) == 0 ? static_cast<std::uint32_t>(random.bits())
                                                      : static_cast<std::uint32_t>(random.bits()) & mask);
      ExponentHistogram one, twin, alone, both, want;
      twin.add(0x1p-300);
      want.add(0x1p-300);
      one.add(x.data(), n, &twin);
      alone.add(x.data(), n);
      for (const float v : x) both.add(static_cast<double>(v)), want.add(static_cast<double>(v));
      CHECK(one.packed() == both.packed());
      CHECK(alone.packed() == both.packed());
      CHECK(twin.packed() == want.packed());
      for (const float v : x) one.remove(static_cast<double>(v));
      CHECK(one.packed().empty());
    }
}

TEST_CASE("histograms of few and of all exponents add up", "[histogram]") {
  const auto far = of({0x1p-1000, 0x1p1000}), near = of({3, 0x1p-149, 0x1p127});
  ExponentHistogram sum = near, other = far, edges = of({0x1p-160, 0x1p159});
  sum += far;
  other += near;
  CHECK(sum.packed() == other.packed());
  CHECK(sum.packed() == of({3, 0x1p-149, 0x1p127, 0x1p-1000, 0x1p1000}).packed());
  CHECK(edges.trimmed().first == -160);
  edges.add(0x1p-161);
  edges.add(0x1p160);
  CHECK(edges.trimmed().first == -161);
  CHECK(edges.trimmed().second.size() == 322);
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
