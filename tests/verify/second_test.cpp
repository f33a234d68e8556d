// The second implementation of `exmy verify` against the rational oracle: values, events and flags. With
// tests/formats/oracle_*, which judge `project`, three implementations agree that share no function.

#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/verify/second.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using oracle::Comparison;
using oracle::Point;
using oracle::Real;
using oracle::text;
using Random = exmy::test::SplitMix64;

const std::vector<Rounding> deterministic{Rounding::nearest_even,    Rounding::nearest_away,
                                          Rounding::toward_zero,     Rounding::toward_positive,
                                          Rounding::toward_negative, Rounding::to_odd};
const std::vector<Rounding> stochastic{Rounding::stochastic_a, Rounding::stochastic_b,
                                       Rounding::stochastic_c};
const std::vector<Saturation> saturations{Saturation::none, Saturation::finite, Saturation::propagate};

// ---- formats -------------------------------------------------------------------------------------

/// Every admissible combination of the parameters that are not widths.
std::vector<Format> every_kind(int exponent_bits, int mantissa_bits, int bias) {
  std::vector<Format> result;
  for (int choice = 0; choice < 640; ++choice) {
    Format f{.exponent_bits = exponent_bits, .mantissa_bits = mantissa_bits, .bias = bias};
    f.is_signed = choice % 2 != 0;
    f.negative_zero = choice / 2 % 2 != 0;
    f.zero = choice / 4 % 2 != 0;
    f.infinities = choice / 8 % 2 != 0;
    f.semantics = choice / 16 % 2 != 0 ? Semantics::p3109 : Semantics::ieee754;
    f.subnormals = static_cast<Subnormals>(choice / 32 % 4);
    f.nan = static_cast<NanCodes>(choice / 128);
    if (problem_of(f).empty()) result.push_back(f);
  }
  return result;
}

std::vector<Format> named(const std::vector<std::string>& names) {
  std::vector<Format> result;
  for (const std::string& name : names) result.push_back(format_of(name));
  return result;
}

std::vector<Format> p3109_formats(int bits) {
  std::vector<Format> result;
  for (int p = 1; p <= bits; ++p)
    for (const std::string kind : {"se", "sf", "ue", "uf"})
      if (p < bits || kind[0] == 'u')
        result.push_back(format_of("Binary" + std::to_string(bits) + "p" + std::to_string(p) + kind));
  return result;
}

// ---- points --------------------------------------------------------------------------------------

void add_both_signs(std::vector<Real>& points, const mpq_class& size) {
  points.push_back({Real::Kind::number, false, size});
  points.push_back({Real::Kind::number, true, size});
}

void add_gap(std::vector<Real>& points, const mpq_class& low, const mpq_class& high) {
  const mpq_class gap = high - low, tiny = gap * oracle::power_of_two(-140), middle = low + gap / 2;
  for (const mpq_class& size :
       {low, mpq_class(low + tiny), mpq_class(low + gap / 4), mpq_class(middle - tiny), middle,
        mpq_class(middle + tiny), mpq_class(low + gap * 5 / 8), mpq_class(high - tiny)})
    add_both_signs(points, size);
}

void add_specials(std::vector<Real>& points) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, 1e308, 0x1p-1074, inf})
    for (const double y : {x, -x}) points.push_back(oracle::real_of(y));
  points.push_back(oracle::real_of(std::numeric_limits<double>::quiet_NaN()));
}

/// Every gap between neighbours up to beyond the maximum, and just below 2^e_min.
std::vector<Real> points_of(const oracle::Model& model) {
  std::vector<Real> points;
  std::vector<mpq_class> grid = model.magnitudes();
  if (grid.front() != 0) grid.insert(grid.begin(), 0);
  for (int beyond = 0; beyond < 3; ++beyond) grid.push_back(model.successor(grid.back()));
  for (std::size_t i = 0; i + 1 < grid.size(); ++i) add_gap(points, grid[i], grid[i + 1]);
  const mpq_class eighth = model.smallest_binade() * oracle::power_of_two(-model.format().mantissa_bits - 3);
  for (const int n : {1, 2, 3, 4, 5, 7}) add_both_signs(points, model.smallest_binade() - n * eighth);
  add_specials(points);
  return points;
}

/// Of a wide format some gaps: at both ends, at random.
std::vector<Real> some_points_of(const oracle::Model& model, Random& random) {
  std::vector<Real> points;
  std::vector<mpq_class> lows{0, model.smallest_binade(), model.maximum()};
  for (int i = 0; i < 60; ++i) {
    const auto spread = static_cast<std::uint64_t>(model.format().bias) * 2 + 60;
    const long exponent = static_cast<long>(random.below(spread)) - model.format().bias - 55;
    lows.push_back(mpq_class(static_cast<unsigned long>(random.bits() | 1)) *
                   oracle::power_of_two(exponent - 63));
  }
  for (const mpq_class& x : lows) {
    const oracle::Place place = model.locate({Real::Kind::number, false, x}).place;
    if (x == 0) continue;
    add_gap(points, place.lower, place.upper);
    if (place.lower != 0) add_both_signs(points, x);
  }
  add_specials(points);
  return points;
}

// ---- comparison ----------------------------------------------------------------------------------

second::Number number_of(const Real& x) {
  const Exact e = oracle::exact_of(x);
  if (x.kind == Real::Kind::nan) return second::nan();
  if (x.kind == Real::Kind::infinite) return second::infinity(x.negative);
  if (x.size == 0) return second::zero(x.negative);
  return {second::Number::Kind::number, x.negative, e.significand, e.exponent - 127, e.sticky};
}

Outcome outcome_of(const second::Result& r) { return {r.value, Events{r.events}, 0}; }

struct Case {
  const oracle::Model& model;
  const second::Model& second_model;
  Point point;
  second::Number number;
};

void compare(Comparison& comparison, const Case& c, const Projection& how, std::uint32_t random) {
  const second::Result got = c.second_model.project(how, c.number, random);
  comparison.expect(outcome_of(got), got.flags, c.model.project(how, c.point, random),
                    [&] { return text(how) + " R " + std::to_string(random) + " x " + text(c.point.x); });
}

void compare_stochastic(Comparison& comparison, const Case& c, Rounding rounding, Saturation saturation,
                        Random& random) {
  for (const int n : {1, 2, 7, 32}) {
    const std::uint64_t one = std::uint64_t{1} << n;
    const mpq_class scaled = c.point.place.fraction * oracle::power_of_two(n);
    const std::uint64_t threshold = one - oracle::whole_part(scaled).get_ui();
    for (const std::uint64_t r : {threshold - 2, threshold - 1, threshold, random.bits()})
      compare(comparison, c, {c.model.format(), rounding, saturation, n},
              static_cast<std::uint32_t>(r & (one - 1)));
  }
}

void compare_points(Comparison& comparison, const oracle::Model& model, const std::vector<Real>& points) {
  const second::Model second_model(model.format());
  Random random(3);
  for (const Real& x : points) {
    const Case c{model, second_model, model.locate(x), number_of(x)};
    for (const Rounding rounding : deterministic)
      for (const Saturation saturation : saturations)
        compare(comparison, c, {model.format(), rounding, saturation, 16}, 0);
    if (random.below(4) == 0)
      for (const Rounding rounding : stochastic)
        compare_stochastic(comparison, c, rounding, saturations[random.below(3)], random);
  }
}

void report(const Comparison& comparison, std::uint64_t least_cases) {
  INFO(comparison.cases() << " cases");
  CHECK(comparison.report() == "");
  CHECK(comparison.differences() == 0);
  CHECK(comparison.cases() >= least_cases);
}

void compare_all(const std::vector<Format>& formats, std::uint64_t least_cases) {
  Comparison comparison;
  for (const Format& f : formats) {
    const oracle::Model model(f);
    compare_points(comparison, model, points_of(model));
  }
  report(comparison, least_cases);
}

std::vector<Format> small_formats() {
  std::vector<Format> all = named({"e2m1fn", "e2m3fn", "e3m2fn", "e3m4", "e4m3", "e4m3fn", "e4m3fnuz",
                                   "e4m3b11fnuz", "e5m2", "e5m2fnuz", "e8m0fnu", "e6m1", "e1m5"});
  for (const int bits : {4, 7})
    for (const Format& f : p3109_formats(bits)) all.push_back(f);
  return all;
}

std::vector<Format> all_kinds() {
  std::vector<Format> all;
  for (const auto& [e, m, bias] :
       {std::tuple{2, 1, 1}, {3, 2, 3}, {1, 2, 0}, {4, 0, 7}, {2, 0, 1}, {3, 1, 1072}, {3, 1, -1015}})
    for (const Format& f : every_kind(e, m, bias)) all.push_back(f);
  return all;
}

// ---- operations ----------------------------------------------------------------------------------

struct Pair {
  second::Operation ours;
  oracle::Operation theirs;
};
const Pair operations[] = {
    {second::Operation::add, oracle::Operation::add}, {second::Operation::sub, oracle::Operation::sub},
    {second::Operation::mul, oracle::Operation::mul}, {second::Operation::div, oracle::Operation::div},
    {second::Operation::fma, oracle::Operation::fma}, {second::Operation::sqrt, oracle::Operation::sqrt}};

struct Values {
  double x, y, z;
};

/// The random integers around the one from which the result goes up, and any.
std::uint32_t critical_random(const Point& point, int n, Random& random) {
  const std::uint64_t one = std::uint64_t{1} << n;
  const mpq_class scaled = point.place.fraction * oracle::power_of_two(n);
  const std::uint64_t threshold = one - oracle::whole_part(scaled).get_ui();
  const std::uint64_t r = random.below(4) == 0 ? random.bits() : threshold - random.below(3);
  return static_cast<std::uint32_t>(r & (one - 1));
}

void compare_operation(Comparison& comparison, const oracle::Model& to, const second::Model& second_to,
                       const Pair& pair, Values v, Semantics operands, Random& random) {
  const Values drawn = v;  // operands that an operation has not must change nothing
  if (pair.theirs != oracle::Operation::fma) v.z = 0;
  if (pair.theirs == oracle::Operation::sqrt) v.y = 0;
  for (const bool downward : {false, true}) {
    const Point point = to.locate(pair.theirs, downward, v.x, v.y, v.z, operands);
    for (int i = 0; i < 3; ++i) {
      const Rounding any = static_cast<Rounding>(random.below(9));
      const bool is_downward = any == Rounding::toward_negative;
      const Rounding rounding = downward ? Rounding::toward_negative : is_downward ? Rounding::to_odd : any;
      const int n = 1 + static_cast<int>(random.below(32));
      const Projection how{to.format(), rounding, static_cast<Saturation>(random.below(3)), n};
      const std::uint32_t r = critical_random(point, n, random);
      const second::Result got = second::operate(second_to, how, pair.ours, drawn.x, drawn.y, drawn.z, r,
                                                 operands == Semantics::p3109);
      comparison.expect(outcome_of(got), got.flags, to.project(how, point, r), [&] {
        return text(how) + " operation " + std::to_string(static_cast<int>(pair.theirs)) + " x " + text(v.x) +
               " y " + text(v.y) + " z " + text(v.z);
      });
    }
  }
}

/// A value of the format; exponents are often near each other.
double draw(const oracle::Model& model, Random& random) {
  const Format& f = model.format();
  const int width = f.exponent_bits + f.mantissa_bits;
  std::uint64_t code = random.bits() >> (64 - width - (f.is_signed ? 1 : 0));
  const std::uint64_t fields = ((std::uint64_t{1} << f.exponent_bits) - 1) << f.mantissa_bits;
  const std::uint64_t near = (std::uint64_t{1} << (f.exponent_bits - 1)) - 3 + random.below(6);
  if (random.below(2) == 0) code = (code & ~fields) | ((near << f.mantissa_bits) & fields);
  if (random.below(4) == 0) code &= ~(((std::uint64_t{1} << f.mantissa_bits) - 1) >> 2);
  return oracle::double_of(model.decode(code));
}

void compare_mix(Comparison& comparison, const std::string& from, const std::string& result, int cases) {
  const oracle::Model operand(format_of(from)), to(format_of(result));
  const second::Model second_to(to.format());
  Random random(static_cast<std::uint64_t>(cases) + from.size() * 64 + result.size());
  for (int i = 0; i < cases; ++i) {
    Values v{draw(operand, random), draw(operand, random), draw(operand, random)};
    if (random.below(8) == 0) v.y = -v.x;
    if (random.below(8) == 0) v.z = -v.x * v.y;
    for (const Pair& pair : operations)
      compare_operation(comparison, to, second_to, pair, v, operand.format().semantics, random);
  }
}

}  // namespace

TEST_CASE("second implementation: small named formats", "[verify][oracle]") {
  compare_all(small_formats(), 1'000'000);
}

TEST_CASE("second implementation: every kind of format", "[verify][oracle]") {
  compare_all(all_kinds(), 1'000'000);
}

TEST_CASE("second implementation: wide formats", "[verify][oracle]") {
  Comparison comparison;
  Random random(4);
  for (const Format& f : named({"fp16", "bf16", "dlfloat16", "tf32", "fp32", "fp64", "e6m9", "e11m40",
                                "Binary16p11se", "Binary16p12ue", "e11m1"})) {
    const oracle::Model model(f, oracle::Model::Search::arithmetic);
    compare_points(comparison, model, some_points_of(model, random));
  }
  report(comparison, 100'000);
}

TEST_CASE("second implementation: operations", "[verify][oracle]") {
  Comparison comparison;
  for (const auto& [from, to] : {std::pair{"fp64", "fp64"},
                                 {"fp64", "e4m3fn"},
                                 {"fp64", "fp32"},
                                 {"fp32", "tf32"},
                                 {"fp16", "fp16"},
                                 {"bf16", "e8m0fnu"},
                                 {"Binary8p4se", "fp16"},
                                 {"e5m2", "Binary8p3ue"},
                                 {"e2m1fn", "e2m1fn"},
                                 {"e4m3fnuz", "dlfloat16"},
                                 {"fp64", "Binary16p12ue"}})
    compare_mix(comparison, from, to, 1200);
  report(comparison, 400'000);
}

TEST_CASE("second implementation: operations on zeros, infinities and NaN", "[verify][oracle]") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> specials{0.0, -0.0, 1.0, -1.0, 3.0, inf, -inf, nan};
  Comparison comparison;
  Random random(8);
  for (const Format& f : named({"fp16", "e4m3fn", "e2m1fn", "e8m0fnu", "Binary8p4se", "Binary8p3uf"})) {
    const oracle::Model to(f);
    const second::Model second_to(f);
    for (const double x : specials)
      for (const double y : specials)
        for (const double z : specials)
          for (const Pair& pair : operations)
            for (const Semantics s : {Semantics::ieee754, Semantics::p3109})
              compare_operation(comparison, to, second_to, pair, {x, y, z}, s, random);
  }
  report(comparison, 200'000);
}

TEST_CASE("second implementation: codes", "[verify][oracle]") {
  std::string differences;
  std::vector<Format> formats = small_formats();
  for (const Format& f : all_kinds()) formats.push_back(f);
  formats.push_back(format_of("fp16"));
  formats.push_back(format_of("dlfloat16"));
  for (const Format& f : formats) {
    const oracle::Model model(f);
    const second::Model second_model(f);
    for (std::uint64_t code = 0; code < std::uint64_t{1} << second_model.bits(); ++code) {
      const std::string want = text(oracle::double_of(model.decode(code)));
      if (text(second_model.value(code)) != want && differences.size() < 2000)
        differences += text(Projection{f}) + " code " + std::to_string(code) + " is not " + want + "\n";
    }
  }
  CHECK(differences == "");
}
