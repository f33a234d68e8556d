// The scalar `project` against the rational oracle: every neighbourhood of every format of up to 8 bits.

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/project.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/every_kind.hpp"
#include "tests/support/rational_oracle.hpp"

namespace {

using namespace exmy;
using exmy::test::every_kind;
using oracle::Answer;
using oracle::Comparison;
using oracle::Model;
using oracle::Point;
using oracle::Real;
using oracle::text;

const std::vector<Rounding> deterministic{Rounding::nearest_even,    Rounding::nearest_away,
                                          Rounding::toward_zero,     Rounding::toward_positive,
                                          Rounding::toward_negative, Rounding::to_odd};
const std::vector<Rounding> stochastic{Rounding::stochastic_a, Rounding::stochastic_b,
                                       Rounding::stochastic_c};
const std::vector<Saturation> saturations{Saturation::none, Saturation::finite, Saturation::propagate};

// ---- formats -------------------------------------------------------------------------------------

std::vector<Format> named_formats() {
  std::vector<Format> result;
  for (const NamedFormat& entry : catalog())
    if (entry.format.bits() <= 8) result.push_back(entry.format);
  for (int e = 1; e <= 6; ++e)
    for (int m = 1; e + m + 1 <= 8; ++m)
      result.push_back(format_of("e" + std::to_string(e) + "m" + std::to_string(m)));
  return result;
}

std::vector<Format> p3109_formats() {
  std::vector<Format> result;
  for (int k = 3; k <= 8; ++k)
    for (int p = 1; p <= k; ++p)
      for (const std::string kind : {"se", "sf", "ue", "uf"})
        if (p < k || kind[0] == 'u')
          result.push_back(format_of("Binary" + std::to_string(k) + "p" + std::to_string(p) + kind));
  return result;
}

/// Exponent ranges that reach the ends of binary64, for several kinds.
std::vector<Format> odd_biases() {
  std::vector<Format> result;
  for (const Format& kind : every_kind(3, 2, 3))
    for (const int bias : {0, -900, 900, 1072, -1015}) {
      Format f = kind;
      f.bias = bias;
      if (f.semantics == Semantics::ieee754 && problem_of(f).empty()) result.push_back(f);
    }
  return result;
}

// ---- points --------------------------------------------------------------------------------------

void add_both_signs(std::vector<Real>& points, const mpq_class& size) {
  points.push_back({Real::Kind::number, false, size});
  points.push_back({Real::Kind::number, true, size});
}

/// Both ends, the middle, the quarters; and one tiny step beside each of the first two.
std::vector<Real> points_of(const Model& model) {
  std::vector<Real> points;
  std::vector<mpq_class> grid = model.magnitudes();
  if (grid.front() != 0) grid.insert(grid.begin(), 0);
  for (int beyond = 0; beyond < 3; ++beyond) grid.push_back(model.successor(grid.back()));
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
    const mpq_class gap = grid[i + 1] - grid[i], tiny = gap * oracle::power_of_two(-140);
    const mpq_class middle = grid[i] + gap / 2;
    for (const mpq_class& size :
         {grid[i], mpq_class(grid[i] + tiny), mpq_class(grid[i] + gap / 4), mpq_class(middle - tiny), middle,
          mpq_class(middle + tiny), mpq_class(grid[i] + gap * 3 / 4), mpq_class(grid[i + 1] - tiny)})
      add_both_signs(points, size);
  }
  // Just below 2^e_min, where tininess before and after rounding differ.
  const mpq_class eighth = model.smallest_binade() * oracle::power_of_two(-model.format().mantissa_bits - 3);
  for (const int n : {1, 2, 3, 4, 5, 7}) add_both_signs(points, model.smallest_binade() - n * eighth);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, 1e308, 0x1p-1074, inf})
    for (const double y : {x, -x}) points.push_back(oracle::real_of(y));
  points.push_back(oracle::real_of(std::numeric_limits<double>::quiet_NaN()));
  return points;
}

// ---- comparison ----------------------------------------------------------------------------------

bool is_a_double(const Real& x) {
  try {
    return std::isfinite(oracle::double_of(x)) || !x.is_number();
  } catch (const std::range_error&) {
    return false;
  }
}

struct Case {
  const Model& model;
  Point point;
  Exact exact;
  bool is_double;
  double value;
};

void compare(Comparison& comparison, const Case& c, const Projection& how, std::uint32_t random) {
  const Answer want = c.model.project(how, c.point, random);
  const auto describe = [&] {
    return text(how) + " R " + std::to_string(random) + " x " + text(c.point.x) +
           (c.is_double ? " = " + text(c.value) : "");
  };
  const Outcome got = c.is_double ? project(how, c.value, random) : project(how, c.exact, random);
  comparison.expect(got, ieee_flags(got), want, describe);
}

/// The random integers next to the one from which v goes up.
std::set<std::uint32_t> critical_randoms(const mpq_class& v, int n) {
  const std::uint64_t one = std::uint64_t{1} << n;
  const std::uint64_t threshold = one - oracle::whole_part(v * oracle::power_of_two(n)).get_ui();
  std::set<std::uint32_t> result{0, static_cast<std::uint32_t>(one - 1)};
  for (std::uint64_t r = threshold - (threshold > 1 ? 2 : 1); r <= threshold && r < one; ++r)
    result.insert(static_cast<std::uint32_t>(r));
  return result;
}

void compare_stochastic(Comparison& comparison, const Case& c, Rounding rounding, Saturation saturation) {
  for (int n = 1; n <= 3; ++n)
    for (std::uint32_t random = 0; random < 1u << n; ++random)
      compare(comparison, c, {c.model.format(), rounding, saturation, n}, random);
  for (const int n : {8, 32})
    for (const std::uint32_t random : critical_randoms(c.point.place.fraction, n))
      compare(comparison, c, {c.model.format(), rounding, saturation, n}, random);
}

void compare_format(Comparison& comparison, const Format& format) {
  const Model model(format);
  std::size_t turn = 0;
  for (const Real& x : points_of(model)) {
    const bool is_double = is_a_double(x);
    const Case c{model, model.locate(x), oracle::exact_of(x), is_double,
                 is_double ? oracle::double_of(x) : 0.0};
    for (const Rounding rounding : deterministic)
      for (const Saturation saturation : saturations)
        compare(comparison, c, {format, rounding, saturation, 16}, 0);
    if (turn++ % 4 < 2)  // every second magnitude, both signs
      for (const Rounding rounding : stochastic)
        compare_stochastic(comparison, c, rounding, saturations[turn % 3]);
  }
}

void compare_all(const std::vector<Format>& formats, std::uint64_t least_cases) {
  Comparison comparison;
  for (const Format& format : formats) compare_format(comparison, format);
  INFO(formats.size() << " formats, " << comparison.cases() << " cases");
  CHECK(comparison.report() == "");
  CHECK(comparison.differences() == 0);
  CHECK(comparison.cases() >= least_cases);
}

}  // namespace

TEST_CASE("project equals the rational oracle: named formats", "[oracle][project]") {
  compare_all(named_formats(), 1'000'000);
}

TEST_CASE("project equals the rational oracle: P3109 formats", "[oracle][project]") {
  compare_all(p3109_formats(), 1'000'000);
}

TEST_CASE("project equals the rational oracle: every kind of small format", "[oracle][project]") {
  for (const auto& [e, m, bias] : {std::tuple{2, 1, 1}, {3, 2, 3}, {1, 2, 0}, {4, 0, 7}, {2, 0, 1}})
    compare_all(every_kind(e, m, bias), 100'000);
}

TEST_CASE("project equals the rational oracle: biases at the ends of binary64", "[oracle][project]") {
  compare_all(odd_biases(), 1'000'000);
}

TEST_CASE("decode equals the rational oracle on every code", "[oracle][codec]") {
  std::vector<Format> formats = named_formats();
  for (const Format& f : p3109_formats()) formats.push_back(f);
  for (const auto& [e, m, bias] : {std::tuple{2, 1, 1}, {3, 2, 3}, {1, 2, 0}, {4, 0, 7}, {2, 0, 1}})
    for (const Format& f : every_kind(e, m, bias)) formats.push_back(f);
  std::string differences;
  for (const Format& f : formats) {
    const Model model(f);
    const int width = f.exponent_bits + f.mantissa_bits + (f.is_signed ? 1 : 0);
    for (std::uint64_t code = 0; code < std::uint64_t{1} << width; ++code) {
      const double want = oracle::double_of(model.decode(code)), got = decode(f, code);
      if (text(want) != text(got) && differences.size() < 2000)
        differences += text(Projection{f}) + " code " + std::to_string(code) + ": " + text(got) + ", not " +
                       text(want) + "\n";
    }
  }
  CHECK(differences == "");
}

TEST_CASE("the oracle's two searches agree", "[oracle]") {
  for (const Format& f : every_kind(3, 2, 3)) {
    const Model table(f), division(f, Model::Search::arithmetic);
    for (const Real& x : points_of(table)) {
      const Point a = table.locate(x), b = division.locate(x);
      REQUIRE(a.place.lower == b.place.lower);
      REQUIRE(a.place.upper == b.place.upper);
      REQUIRE(a.place.fraction == b.place.fraction);
      REQUIRE(a.place.lower_is_odd == b.place.lower_is_odd);
    }
  }
}
