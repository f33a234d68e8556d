// Moments in binary64: their order of additions by hand, sums that are exact in any order, special elements.

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "sim/quant/moments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Values = std::vector<double>;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

/// Lane l of a block: elements l, l + 16, l + 32 ... one after the other.
double lane(const Values& x, std::size_t block, std::size_t l) {
  double sum = 0;
  for (std::size_t i = block * 1024 + l; i < (block + 1) * 1024 && i < x.size(); i += 16) sum += x[i];
  return sum;
}

/// 16 lanes by halving: (l, l + 8), then (l, l + 4), (l, l + 2), (l, l + 1).
double folded(const Values& x, std::size_t block, std::size_t l, std::size_t half) {
  if (half == 16) return lane(x, block, l);
  return folded(x, block, l, half * 2) + folded(x, block, l + half, half * 2);
}

/// Numerics section 7, literally: every block, in order.
double sum_by_hand(const Values& x) {
  double sum = 0;
  for (std::size_t block = 0; block * 1024 < x.size(); ++block) sum += folded(x, block, 0, 1);
  return sum;
}

double plain_sum(const Values& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum;
}

Values mapped(const Values& x, const std::function<double(double)>& f) {
  Values y;
  for (const double v : x) y.push_back(f(v));
  return y;
}

double square(double x) { return x * x; }

/// Numbers of very different sizes: another order of additions gives other bits.
Values scattered(std::size_t n, std::uint64_t seed) {
  test::SplitMix64 random(seed);
  Values x(n);
  for (double& v : x) {
    const double m = static_cast<double>(random.bits() >> 11) * 0x1p-53 - 0.4;
    v = std::ldexp(m, static_cast<int>(random.below(30)) - 15);
  }
  return x;
}

template <class T>
std::span<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}

}  // namespace

TEST_CASE("moments add in the order of numerics section 7", "[moments]") {
  int differs_from_plain = 0;
  for (const std::size_t n :
       {1u, 2u, 15u, 16u, 17u, 31u, 100u, 1000u, 1023u, 1024u, 1025u, 2048u, 3000u, 5000u}) {
    INFO(n << " elements");
    const Values x = scattered(n, n), y = scattered(n, n + 1);
    const Moments m = moments_of(view(x));
    const double mean = sum_by_hand(x) / static_cast<double>(n);
    CHECK(m.mean == mean);
    CHECK(m.l2_norm == std::sqrt(sum_by_hand(mapped(x, square))));
    const Values spread = mapped(x, [&](double v) { return square(v - mean); });
    CHECK(m.std == std::sqrt(sum_by_hand(spread) / static_cast<double>(n)));
    CHECK(l2_norm(view(x)) == m.l2_norm);
    Values distance(n);
    for (std::size_t i = 0; i < n; ++i) distance[i] = square(x[i] - y[i]);
    CHECK(l2_distance(view(x), view(y)) == std::sqrt(sum_by_hand(distance)));
    differs_from_plain += plain_sum(x) != sum_by_hand(x) ? 1 : 0;
  }
  CHECK(differs_from_plain >= 8);  // the order is seen in the bits
}

TEST_CASE("a lane, a half and a block that lose what another order keeps", "[moments]") {
  Values x(32, 0.0);
  x[0] = 0x1p53;
  x[16] = 1;  // same lane: 2^53 + 1 is lost
  x[1] = -0x1p53;
  CHECK(moments_of(view(x)).mean == 0);
  x[16] = 0;
  x[17] = 1;  // the other lane: -2^53 + 1 is kept
  CHECK(moments_of(view(x)).mean == 1.0 / 32);
  Values halves(16, 0.0);
  halves[0] = 0x1p53;
  halves[8] = -0x1p53;
  halves[1] = 1;  // 0 meets 8 before it meets 1
  CHECK(moments_of(view(halves)).mean == 1.0 / 16);
  Values blocks(1040, 0.0);
  blocks[0] = 0x1p53;
  blocks[1024] = 1;  // same lane number, next block
  blocks[1025] = -0x1p53;
  CHECK(moments_of(view(blocks)).mean == 1.0 / 1040);  // the second block is 1 - 2^53, exactly
}

TEST_CASE("moments of numbers whose sums are exact", "[moments]") {
  std::vector<float> x;
  for (int i = 1; i <= 5000; ++i) x.push_back(static_cast<float>(i % 2 == 0 ? i : -i));
  const Moments m = moments_of(view(x));
  CHECK(m.mean == 0.5);                                    // 2500 pairs (-i) + (i + 1)
  const double squares = 5000.0 * 5001.0 * 10001.0 / 6.0;  // an integer below 2^53
  CHECK(m.l2_norm == std::sqrt(squares));
  CHECK(m.std == std::sqrt((squares - 5000 * 0.25) / 5000));  // quarters below 2^53 are exact
  CHECK(m.amax == 5000);
  CHECK(m.smallest_nonzero == 1);
  CHECK(m.zeros == 0);
  CHECK(m.finite == 5000);
  CHECK(m.count == 5000);
}

TEST_CASE("moments stay near sums in extended precision", "[moments]") {
  const Values x = scattered(100'000, 77);
  long double sum = 0, squares = 0, absolute = 0;
  for (const double v : x) {
    sum += static_cast<long double>(v);
    absolute += std::fabs(static_cast<long double>(v));
    squares += static_cast<long double>(v) * static_cast<long double>(v);
  }
  const Moments m = moments_of(view(x));
  const long double mean = sum / 100'000, norm = std::sqrt(squares);
  // 64 additions in a lane, 4 halvings and 98 blocks: each an error of at most 2^-53 of the sum of |x|
  CHECK(std::fabs(static_cast<double>(static_cast<long double>(m.mean) - mean)) <
        170 * 0x1p-53 * static_cast<double>(absolute) / 100'000);
  CHECK(std::fabs(static_cast<double>(static_cast<long double>(m.l2_norm) - norm)) <
        86 * 0x1p-53 * static_cast<double>(norm));  // half of that relative error, and a root
}

TEST_CASE("moments take the finite elements only", "[moments]") {
  const Values x{inf, 3, quiet_nan, -0.0, -5, -inf, 0, 0x1p-1074};
  const Moments m = moments_of(view(x));
  CHECK(m.count == 8);
  CHECK(m.finite == 5);
  CHECK(m.zeros == 2);
  CHECK(m.amax == 5);
  CHECK(m.smallest_nonzero == 0x1p-1074);
  CHECK(m.mean == -2.0 / 5);
  CHECK(m.l2_norm == std::sqrt(34.0));
  CHECK(m.std == std::sqrt((square(3.4) + square(0.4) + square(-4.6) + square(0.4) + square(0.4)) / 5));
}

TEST_CASE("moments without finite elements", "[moments]") {
  for (const Values& x : {Values{}, Values{inf, quiet_nan}}) {
    const Moments m = moments_of(view(x));
    CHECK(std::isnan(m.mean));
    CHECK(std::isnan(m.std));
    CHECK(m.l2_norm == 0);
    CHECK(m.amax == 0);
    CHECK(m.smallest_nonzero == 0);
    CHECK(m.finite == 0);
    CHECK(m.count == x.size());
  }
  const Moments zeros = moments_of(view(Values{0, -0.0}));
  CHECK(zeros.mean == 0);
  CHECK(zeros.smallest_nonzero == 0);
  CHECK(zeros.zeros == 2);
}

TEST_CASE("norms do not hide infinities and NaN", "[moments]") {
  CHECK(l2_norm(view(Values{1, -inf})) == inf);
  CHECK(std::isnan(l2_norm(view(Values{1, quiet_nan}))));
  CHECK(l2_norm(view(Values{})) == 0);
  CHECK(l2_norm(view(std::vector<float>{3, -4})) == 5);
  CHECK(l2_distance(view(std::vector<float>{1, 2}), view(std::vector<float>{4, -2})) == 5);
}
