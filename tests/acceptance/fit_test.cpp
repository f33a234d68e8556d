// Acceptance item 7: the best signal-to-noise ratio that 8 bits reach, in the setting of Kuzmin et al., "FP8
// Quantization: The Power of the Exponent" (2022): no special values, a real scale, the clipping maximum searched
// up to 1.2 times the largest magnitude.

#include <cmath>

#include "sim/tools/fit.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

constexpr double tolerance = 0.1;  // dB: the table has one digit, and stands for that much

/// A density over the magnitudes, on intervals of the width `step(x)`.
template <class Density, class Step>
Sample sample_of(const Density& density, double last, const Step& step) {
  std::vector<WeightedValue> values;
  for (double x = 0; x < last;) {
    const double width = std::min(step(x), last - x);
    const double middle = x + width / 2;
    values.push_back({middle, density(middle) * width, width});
    x += width;
  }
  return Sample(std::move(values));
}

void check(const Sample& sample, const std::vector<double>& expected) {
  FitOptions options;
  options.least_bits = options.most_bits = 8;
  options.scale = FitScale::best;
  const std::vector<FitResult> results = fit(sample, options);
  REQUIRE(results.size() == 7);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const int exponent_bits = 5 - static_cast<int>(i);  // e5m2, e4m3, e3m4, e2m5, and e1m6: the grid of int8
    INFO("E = " << exponent_bits);
    for (const FitResult& r : results)
      if (r.format.exponent_bits == exponent_bits) {
        INFO(r.sqnr_db << " dB, expected " << expected[i]);
        CHECK(std::abs(r.sqnr_db - expected[i]) <= tolerance);
      }
  }
}

TEST_CASE("acceptance 7: best SQNR of uniform data") {
  check(sample_of([](double) { return 1.0; }, 1, [](double) { return 1.0 / 50000; }),
        {26.3, 32.4, 38.5, 44.5, 48.1});
}

TEST_CASE("acceptance 7: best SQNR of normal data") {
  check(sample_of([](double x) { return std::exp(-x * x / 2); }, 10, [](double) { return 1.0 / 10000; }),
        {25.6, 31.6, 37.6, 42.7, 40.5});
}

TEST_CASE("acceptance 7: best SQNR of Student's t with 8 degrees of freedom") {
  // The tail falls with x^-9 and counts: beyond 1000 it holds less than 1e-17 of the energy.
  check(sample_of([](double x) { return std::pow(1 + x * x / 8, -4.5); }, 1000,
                  [](double x) { return x < 10 ? 1.0 / 10000 : x / 10000; }),
        {25.6, 31.5, 37.5, 38.4, 34.4});
}

TEST_CASE("without a limit for the clipping maximum uniform data do better in wide formats") {
  // The usual search stops at 1.2 times the largest magnitude; with the top binades unused there is more.
  FitOptions options;
  options.least_bits = options.most_bits = 8;
  options.scale = FitScale::best;
  options.clip = 4;
  const Sample uniform = sample_of([](double) { return 1.0; }, 1, [](double) { return 1.0 / 50000; });
  for (const FitResult& r : fit(uniform, options)) {
    if (r.format.exponent_bits == 5) CHECK(r.sqnr_db > 26.8);
    if (r.format.exponent_bits == 1) CHECK(std::abs(r.sqnr_db - 20 * std::log10(255)) < 0.01);  // closed form
  }
}

}  // namespace
