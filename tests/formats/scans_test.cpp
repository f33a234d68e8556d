// Scans of spans, against what is asked of every number.

#include "formats/scans.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

constexpr double numbers[] = {0.0,
                              1.0,
                              0x1p-1074,
                              0x1p-1022,
                              0x1.fffffffffffffp1023,
                              0x1.fffffffffffffp959,
                              0x1.ffffffffffffep959,
                              std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::signaling_NaN()};

}  // namespace

TEST_CASE("scans find one number anywhere in a span, of either sign", "[formats]") {
  for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{64}})
    for (std::size_t at = 0; at < n; ++at)
      for (const double v : numbers)
        for (const double sign : {1.0, -1.0}) {
          std::vector<double> x(n, 0.5);
          x[at] = std::copysign(v, sign);
          INFO(v << " at " << at << " of " << n);
          CHECK(exmy::any_nan(x.data(), n) == std::isnan(v));
          CHECK(exmy::any_non_finite(x.data(), n) == !std::isfinite(v));
          for (const double wanted : numbers)
            if (!std::isnan(wanted))
              CHECK(exmy::any_magnitude_is(wanted, x.data(), n) == (wanted == v || (wanted == 0.5 && n > 1)));
        }
  CHECK_FALSE(exmy::any_nan(nullptr, 0));
  CHECK_FALSE(exmy::any_non_finite(static_cast<const double*>(nullptr), 0));
}

TEST_CASE("a scan finds one float anywhere that is not finite", "[formats]") {
  using Limits = std::numeric_limits<float>;
  for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{64}})
    for (std::size_t at = 0; at < n; ++at)
      for (const float v : {0.0f, 0x1p-149f, 1.0f, Limits::max(), 0x1.fffffep126f, Limits::infinity(),
                            Limits::quiet_NaN(), Limits::signaling_NaN()})
        for (const float sign : {1.0f, -1.0f}) {
          std::vector<float> x(n, 0.5f);
          x[at] = std::copysign(v, sign);
          INFO(v << " at " << at << " of " << n);
          CHECK(exmy::any_non_finite(x.data(), n) == !std::isfinite(v));
        }
}
