// The exact sum against rationals: order, carries through the whole width, specials, signs of zero.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "formats/wide_sum.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rational.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
using Terms = std::vector<std::pair<double, double>>;  // products

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max(), smallest = 0x1p-1074;

Exact sum_of(const Terms& terms, ZeroSign cancelled = ZeroSign::positive) {
  WideSum sum;
  for (const auto& [x, y] : terms) {
    if (y == 1 && !std::isnan(x))
      sum.add(x);
    else
      sum.add_product(x, y);
  }
  return sum.value(cancelled);
}

Exact oracle_sum(const Terms& terms) {
  mpq_class total;
  for (const auto& [x, y] : terms) total += mpq_class(x) * mpq_class(y);
  return oracle::exact_of({oracle::Real::Kind::number, total < 0, abs(total)});
}

bool same(const Exact& a, const Exact& b) {
  return a.kind == b.kind && a.negative == b.negative && a.sticky == b.sticky && a.exponent == b.exponent &&
         a.significand == b.significand;
}

/// Any finite number, subnormals included; every third time one of the ends.
double any(Random& random) {
  const std::uint64_t which = random.below(9);
  const double sign = random.below(2) == 0 ? 1 : -1;
  if (which == 0) return sign * largest;
  if (which == 1) return sign * smallest;
  if (which == 2) return sign;
  double x;
  do {
    const std::uint64_t bits = random.bits();
    std::memcpy(&x, &bits, sizeof x);
  } while (!std::isfinite(x));
  return x;
}

}  // namespace

TEST_CASE("sums of products equal rationals", "[formats][wide_sum]") {
  Random random(11);
  for (int round = 0; round < 4000; ++round) {
    Terms terms;
    const std::uint64_t count = 1 + random.below(30);
    for (std::uint64_t i = 0; i < count; ++i)
      terms.emplace_back(any(random), random.below(4) == 0 ? 1 : any(random));
    if (random.below(2) == 0) {  // cancel all but one
      for (std::size_t i = terms.size(); i > 0; --i)
        terms.emplace_back(-terms[i - 1].first, terms[i - 1].second);
      terms.emplace_back(any(random), any(random));
    }
    std::shuffle(terms.begin(), terms.end(), std::mt19937_64(static_cast<std::uint64_t>(round)));
    const Exact got = sum_of(terms), want = oracle_sum(terms);
    if (want.kind == Exact::Kind::zero)
      REQUIRE(got.kind == Exact::Kind::zero);
    else
      REQUIRE(same(got, want));
  }
}

TEST_CASE("carries and borrows run from the lowest to the highest bit", "[formats][wide_sum]") {
  const Terms borrow{{largest, largest}, {-smallest, smallest}};
  CHECK(same(sum_of(borrow), oracle_sum(borrow)));
  const Terms carry{{largest, largest}, {-smallest, smallest}, {smallest, smallest}, {smallest, smallest}};
  CHECK(same(sum_of(carry), oracle_sum(carry)));
  const Terms negative{{-smallest, smallest}};
  CHECK(same(sum_of(negative), oracle_sum(negative)));
  Terms many(100'000, {largest, largest});
  CHECK(same(sum_of(many), oracle_sum(many)));
  for (auto& [x, y] : many) x = -x;
  CHECK(same(sum_of(many), oracle_sum(many)));
}

TEST_CASE("infinities, NaN and zeros of a sum", "[formats][wide_sum]") {
  using Kind = Exact::Kind;
  const double quiet = std::numeric_limits<double>::quiet_NaN();
  CHECK(sum_of({{1, 1}, {quiet, 1}}).kind == Kind::nan);
  CHECK(sum_of({{inf, 1}, {-inf, 1}}).kind == Kind::nan);
  CHECK(sum_of({{inf, 2}, {1, -inf}}).kind == Kind::nan);
  CHECK(sum_of({{inf, 0}, {1, 1}}).kind == Kind::nan);
  CHECK(sum_of({{0, -inf}}).kind == Kind::nan);
  CHECK(same(sum_of({{inf, -2}, {largest, largest}}), Exact::infinity(true)));
  CHECK(same(sum_of({{inf, 1}, {-largest, largest}, {inf, inf}}), Exact::infinity(false)));

  const auto zero = [](const Terms& terms, ZeroSign cancelled) {
    const Exact x = sum_of(terms, cancelled);
    return x.kind != Kind::zero ? "no zero" : x.negative ? "-0" : "+0";
  };
  for (const ZeroSign sign : {ZeroSign::positive, ZeroSign::negative}) {
    const std::string cancelled = sign == ZeroSign::negative ? "-0" : "+0";
    CHECK(zero({}, sign) == std::string("+0"));
    CHECK(zero({{0.0, 1}, {0.0, 5}}, sign) == std::string("+0"));
    CHECK(zero({{-0.0, 1}, {0.0, -5}}, sign) == std::string("-0"));
    CHECK(zero({{-0.0, 1}, {0.0, 5}}, sign) == cancelled);
    CHECK(zero({{3, 1}, {-3, 1}}, sign) == cancelled);
    CHECK(zero({{3, 1}, {-3, 1}, {-0.0, 1}}, sign) == cancelled);
  }
}
