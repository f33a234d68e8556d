// The error of a format found from sorted sums is that of projecting each value.

#include <cmath>
#include <set>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "sim/base/error.hpp"
#include "sim/tools/fit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using test::SplitMix64;

/// Values of many magnitudes, exact midpoints and neighbours of midpoints among them, some more than once.
std::vector<double> values_of(std::uint64_t seed, std::size_t n) {
  SplitMix64 random{seed};
  std::vector<double> x{0, -0.0, 448, 464, -464, 1e9};
  while (x.size() < n) {
    const auto coarse = static_cast<double>(random.bits() % 64) / 8;  // representable, or half way
    const int e = static_cast<int>(random.bits() % 24) - 12;
    double value = coarse * pow2(e);
    if (random.bits() % 4 == 0) value = std::nextafter(value, random.bits() % 2 == 0 ? 1e300 : 0);
    x.push_back(random.bits() % 2 == 0 ? value : -value);
  }
  return x;
}

struct Expected {
  long double noise = 0;
  double max_error = 0;
  std::uint64_t underflows = 0, overflows = 0;
  std::set<double> used;  // -0 and 0 are one
};

Expected projected(const std::vector<double>& x, const Format& format, double scale) {
  const Projection how{format, Rounding::nearest_even, Saturation::finite};
  Expected e;
  for (const double value : x) {
    const Outcome q = div(how, value, scale);
    const double d = value - q.value * scale;
    e.noise += static_cast<long double>(d) * static_cast<long double>(d);
    e.max_error = std::max(e.max_error, std::abs(d));
    if (q.events.has(Event::underflow_to_zero)) ++e.underflows;
    if (q.events.has(Event::saturated)) ++e.overflows;
    e.used.insert(q.value);
  }
  return e;
}

void compare(const std::vector<double>& x, const FitResult& r) {
  const Expected e = projected(x, r.format, r.scale);
  INFO("E " << r.format.exponent_bits << " M " << r.format.mantissa_bits << " bias " << r.format.bias
            << " scale " << r.scale);
  const auto n = static_cast<double>(x.size());
  // The reference adds in 64 bits, one term after the other.
  CHECK(std::abs(static_cast<double>(e.noise) - r.noise) <= 1e-13 * static_cast<double>(e.noise));
  CHECK(r.max_error == e.max_error);
  CHECK(r.underflow_fraction == static_cast<double>(e.underflows) / n);
  CHECK(r.overflow_fraction == static_cast<double>(e.overflows) / n);
  CHECK(r.codes_used_count == e.used.size());
}

TEST_CASE("fit equals projection, every format of 3 to 8 bits") {
  const std::vector<double> x = values_of(1, 400);
  const Sample sample = Sample::of(x);
  for (const FitSpecials specials : {FitSpecials::none, FitSpecials::fn, FitSpecials::ieee}) {
    FitOptions options;
    options.least_bits = 3;
    options.specials = specials;
    const auto results = fit(sample, options);
    CHECK(results.size() > 100);
    for (const FitResult& r : results) compare(x, r);
  }
}

TEST_CASE("fit equals projection with real scales") {
  const std::vector<double> x = values_of(2, 400);
  const Sample sample = Sample::of(x);
  SplitMix64 random{3};
  FitOptions options;
  for (const FitResult& r : fit(sample, options))
    for (int i = 0; i < 2; ++i) {
      const double scale = (1 + static_cast<double>(random.bits() >> 11) * 0x1p-53) *
                           pow2(static_cast<int>(random.bits() % 8) - 4);
      compare(x, fit_of(sample, r.format, scale));
      // Multiples of the scale: quotients are midpoints, or nearly, whatever the scale's bits are.
      std::vector<double> multiples;
      for (int j = 0; j < 64; ++j) multiples.push_back(j * 0.25 * scale);
      compare(multiples, fit_of(Sample::of(multiples), r.format, scale));
    }
}

TEST_CASE("best and pow2 find what a fine search finds") {
  const std::vector<double> x = values_of(4, 300);
  const Sample sample = Sample::of(x);
  FitOptions options;
  options.least_bits = 5;
  options.most_bits = 6;
  options.scale = FitScale::pow2;
  for (const FitResult& r : fit(sample, options)) {
    compare(x, r);
    for (int e = -40; e <= 40; ++e) CHECK(r.noise <= fit_of(sample, r.format, pow2(e)).noise);
  }
  options.scale = FitScale::best;
  for (const FitResult& r : fit(sample, options)) {
    compare(x, r);
    const double highest = 1.2 * sample.amax() / r.format.max_finite();
    double least = infinity64;
    for (double s = highest; s > highest / 4096; s *= 0.999)
      least = std::min(least, fit_of(sample, r.format, s).noise);
    CHECK(r.scale <= highest * (1 + 1e-15));  // c / max max is a rounding off
    CHECK(r.noise <= least * 1.01);           // a local search: within 0.05 dB of a search of 8,000 points
  }
}

TEST_CASE("best never clips above its limit, also where more would be better") {
  std::vector<double> x;  // uniform: wide formats want their maximum near 1.7 or 3.4
  for (int i = 0; i < 1000; ++i) x.push_back((i + 0.5) / 1000);
  const Sample sample = Sample::of(x);
  FitOptions options;
  options.least_bits = options.most_bits = 8;
  options.scale = FitScale::best;
  for (const double clip : {0.5, 1.0, 1.2, 1.3, 1.5, 1.6, 2.0, 3.0}) {
    options.clip = clip;
    for (const FitResult& r : fit(sample, options))
      CHECK(r.scale * r.format.max_finite() <=
            clip * sample.amax() * (1 + 1e-15));  // (c / max) max: two roundings
  }
}

TEST_CASE("data that a format has leave no noise, whatever their number") {
  SplitMix64 random{5};
  std::vector<double> x;
  for (int i = 0; i < 20000; ++i)
    x.push_back(static_cast<double>(random.bits() % 256) * pow2(static_cast<int>(random.bits() % 30)));
  Format f;
  f.exponent_bits = 6;
  f.mantissa_bits = 8;
  f.bias = 10;
  const FitResult r = fit_of(Sample::of(x), f, 1);
  CHECK(r.noise == 0);
  CHECK(r.max_error == 0);
  CHECK(is_infinite(r.sqnr_db));
  x.push_back(1 + 0x1p-40);  // one value that it has not, by very little
  CHECK(fit_of(Sample::of(x), f, 1).noise == 0x1p-80);
}

TEST_CASE("samples: what is counted") {
  const std::vector<double> x{0, 3, -4, nan64, infinity64, -infinity64};
  const Sample s = Sample::of(x);
  CHECK(s.count() == 3);
  CHECK(s.zeros() == 1);
  CHECK(s.not_finite() == 3);
  CHECK(s.energy() == 25);
  CHECK(s.amax() == 4);
  CHECK(s.smallest() == 3);
  CHECK_THROWS_AS(Sample::of(std::vector<double>{0, nan64}), UsageError);
  CHECK_THROWS_AS(Sample::of(std::vector<double>{}), UsageError);
  CHECK_THROWS_AS(Sample::of(std::vector<double>{1e300}), UsageError);
}

TEST_CASE("samples: a histogram is uniform within its binades") {
  const std::vector<std::uint64_t> counts{6, 0, 2};  // [1/2, 1) and [2, 4)
  const Sample s = Sample::of_histogram(-1, counts, 3);
  CHECK(s.count() == 11);
  CHECK(s.zeros() == 3);
  // The mean of x^2 over [a, b) is (a^2 + a b + b^2) / 3.
  CHECK(std::abs(s.energy() - (6 * (0.25 + 0.5 + 1) / 3 + 2 * (4 + 8 + 16) / 3.0)) <
        1e-12);  // 2,048 roundings
  Format f;      // one value a quarter of a binade, in these binades: the error is uniform in (-d/2, d/2)
  f.exponent_bits = 4;
  f.mantissa_bits = 2;
  f.bias = 7;
  const double noise = 6 * 0.125 * 0.125 / 12 + 2 * 0.5 * 0.5 / 12;
  CHECK(std::abs(fit_of(s, f, 1).noise - noise) < 1e-9 * noise + 1e-12);  // likewise
}

}  // namespace
