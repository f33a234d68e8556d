// Every kind of the smallest formats in every mode and saturation against the rational oracle: small enough
// to run for each mutant of the projection (scripts/mutate) and without optimisation (scripts/coverage).

#include <limits>
#include <tuple>
#include <vector>

#include "formats/codec.hpp"
#include "formats/project.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/every_kind.hpp"

namespace {

using namespace exmy;
using oracle::Comparison;
using oracle::Model;
using oracle::Point;
using oracle::Real;

constexpr Rounding roundings[] = {
    Rounding::nearest_even,    Rounding::nearest_away,    Rounding::toward_zero,
    Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd,
    Rounding::stochastic_a,    Rounding::stochastic_b,    Rounding::stochastic_c};
constexpr Saturation saturations[] = {Saturation::none, Saturation::finite, Saturation::propagate};

/// Every magnitude of the format and one beyond; the middle of every gap, and either side of both.
std::vector<Real> points_of(const Model& model) {
  std::vector<mpq_class> sizes{0};
  std::vector<mpq_class> grid = model.magnitudes();
  if (grid.front() != 0) grid.insert(grid.begin(), 0);
  grid.push_back(model.successor(grid.back()));
  grid.push_back(model.successor(grid.back()));
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
    const mpq_class gap = grid[i + 1] - grid[i];
    for (const auto& [parts, shift] : {std::pair{1, -140}, {1, -2}, {1, -1}, {3, -2}})
      sizes.push_back(grid[i] + gap * parts * oracle::power_of_two(shift));
    sizes.push_back(grid[i] + gap / 2 - gap * oracle::power_of_two(-140));
    sizes.push_back(grid[i + 1] - gap * oracle::power_of_two(-140));
    sizes.push_back(grid[i + 1]);
  }
  const mpq_class below = model.smallest_binade() * oracle::power_of_two(-model.format().mantissa_bits - 3);
  for (const int n : {1, 2, 3}) sizes.push_back(model.smallest_binade() - n * below);  // tiny or not
  for (const int exponent : {-1074, 1023, 2000}) sizes.push_back(oracle::power_of_two(exponent));
  std::vector<Real> points{{Real::Kind::nan, false, {}}};
  for (const bool negative : {false, true}) {
    points.push_back({Real::Kind::infinite, negative, {}});
    for (const mpq_class& size : sizes) points.push_back({Real::Kind::number, negative, size});
  }
  return points;
}

void compare(Comparison& comparison, const Model& model, const Projection& how, const Real& x,
             const Point& point, std::uint32_t random) {
  const Outcome got = project(how, oracle::exact_of(x), random);
  comparison.expect(got, ieee_flags(got), model.project(how, point, random), [&] {
    return oracle::text(how) + " R " + std::to_string(random) + " x " + oracle::text(x);
  });
}

/// Every mode; every saturation for numbers that it can matter for, else one.
void compare(Comparison& comparison, const Format& format) {
  const Model model(format);
  for (const Real& x : points_of(model)) {
    const Point point = model.locate(x);
    const bool inside = x.is_number() && format.is_signed && x.size <= model.maximum();
    for (const Rounding rounding : roundings)
      for (const Saturation saturation : saturations) {
        if (inside && saturation != saturations[comparison.cases() % 3]) continue;
        const Projection how{format, rounding, saturation, 2};
        compare(comparison, model, how, x, point, 0);
        if (rounding >= Rounding::stochastic_a) compare(comparison, model, how, x, point, 2);
      }
  }
}

}  // namespace

TEST_CASE("projection of every kind of the smallest formats", "[projection_table]") {
  Comparison comparison;
  for (const auto& [e, m, bias] : {std::tuple{2, 1, 1}, {2, 0, 1}, {1, 2, 0}})
    for (const Format& format : test::every_kind(e, m, bias)) {
      compare(comparison, format);
      if (comparison.differences() > 100) break;
    }
  CHECK(comparison.report() == "");
  CHECK(comparison.differences() == 0);
  CHECK(comparison.cases() > 100'000);
}

TEST_CASE("projection of numbers far below the grid, every bit of them", "[projection_table]") {
  Comparison comparison;
  std::vector<Format> formats{{2, 1, 1}, {1, 2, 0}};
  for (const Subnormals s : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none}) {
    formats.push_back({2, 1, 1});
    formats.back().subnormals = s;
  }
  const mpq_class last = oracle::power_of_two(-127);  // of a significand's 128 bits
  for (const Format& format : formats) {
    const Model model(format);
    for (const int below : {1, 2, 3, 4, 62, 63, 64, 65, 66, 126, 127, 128, 129, 130, 131, 260})
      for (const mpq_class& significand : {mpq_class(1), mpq_class(1 + last), mpq_class(5, 4),
                                           mpq_class(mpq_class(5, 4) + last), mpq_class(2 - last)}) {
        const Real x{Real::Kind::number, false,
                     significand * model.smallest_binade() * oracle::power_of_two(-below)};
        const Point point = model.locate(x);
        for (const Rounding rounding : roundings)
          for (std::uint32_t random = 0; random < (rounding >= Rounding::stochastic_a ? 8u : 1u); ++random)
            compare(comparison, model, {format, rounding, Saturation::none, 3}, x, point, random);
      }
  }
  CHECK(comparison.report() == "");
  CHECK(comparison.cases() > 10'000);
}

TEST_CASE("projection at the ends of binary64", "[projection_table]") {
  Comparison comparison;
  for (const auto& [e, m, bias] : {std::tuple{2, 1, 1072}, {2, 1, -1019}}) {
    const Format format{e, m, bias};
    REQUIRE(problem_of(format).empty());
    compare(comparison, format);
  }
  Format powers{11, 0, 1024};
  powers.infinities = false;
  powers.nan = NanCodes::none;
  REQUIRE(problem_of(powers).empty());
  REQUIRE(powers.max_finite() == 0x1p1023);
  CHECK(project({powers}, 0x1p1023).value == 0x1p1023);
  CHECK_FALSE(project({powers}, 0x1p1023).events.has(Event::beyond));
  CHECK(comparison.report() == "");
  CHECK(comparison.cases() > 1000);
}

TEST_CASE("kinds of numbers and modes that do not exist do no harm", "[projection_table]") {
  const Format f{4, 3, 7};
  Exact odd = Exact::of(1.0);
  odd.kind = static_cast<Exact::Kind>(99);
  CHECK(encode(f, project({f}, odd).value) == encode(f, std::numeric_limits<double>::quiet_NaN()));
  const auto no_mode = static_cast<Rounding>(99);
  CHECK(project({f, no_mode}, 1.0625).value == 1.0);
  CHECK(project({f, no_mode}, 1e9).value == std::numeric_limits<double>::infinity());
}
