// Every pair of codes of every format of up to 8 bits in the catalogue, every triple and quadruple of smaller
// ones, in every deterministic mode: tens of millions of cases. Exact results are compared with the number
// line's cells (tests/support/cells.hpp) in binary64, whose sums of two terms are exact with their error
// term, and whose products of these formats' values are exact. (Longer
// than a source file: exact results and their enumeration belong together.)

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cells.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/every_kind.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Op = oracle::Operation;
using oracle::Cells;
using oracle::Comparison;
using oracle::Real;
using oracle::text;

constexpr std::array deterministic{Rounding::nearest_even,    Rounding::nearest_away,
                                   Rounding::toward_zero,     Rounding::toward_positive,
                                   Rounding::toward_negative, Rounding::to_odd};

// ---- exact results in binary64 -------------------------------------------------------------------

/// high + low, high nearest to it.
struct Pair {
  double high, low;
};

Pair two_sum(double a, double b) {
  const double high = a + b, back = high - a;
  return {high, (a - (high - back)) + (b - back)};
}

Pair added(const Pair& a, double b) {  // for sums that fit: an error beyond the pair is reported as NaN
  const Pair s = two_sum(a.high, b);
  const Pair low = two_sum(s.low, a.low);
  return low.low == 0 ? two_sum(s.high, low.high) : Pair{std::nan(""), 0};
}

int sign(double x) { return x < 0 ? -1 : x > 0 ? 1 : 0; }

int compare_pair(const Pair& size, double t) { return size.high != t ? sign(size.high - t) : sign(size.low); }

/// A finite result: its sign and its cell.
struct Spot {
  std::size_t cell;
  bool negative;
};

Spot spot_of(const Cells& cells, Pair x) {
  const bool negative = x.high < 0;
  if (negative) x = {-x.high, -x.low};
  return {cells.find([&](double t) { return compare_pair(x, t); }), negative};
}

Spot spot_of_quotient(const Cells& cells, double x, double y) {
  const double numerator = std::abs(x), divisor = std::abs(y);
  const bool negative = std::signbit(x) != std::signbit(y);
  return {cells.find([&](double t) { return sign(numerator - t * divisor); }), negative};
}

Spot spot_of_hypot(const Cells& cells, double x, double y) {
  const Pair squares = two_sum(x * x, y * y);
  return {cells.find([&](double t) { return compare_pair(squares, t * t); }), false};
}

bool are_finite(std::span<const double> x) {
  return std::all_of(x.begin(), x.end(), [](double each) { return std::isfinite(each); });
}

/// The arithmetic above, where it decides: all operands finite, a result that is neither zero nor infinite.
std::optional<Spot> plain_spot(const Cells& cells, Op op, std::span<const double> x) {
  if (!are_finite(x)) return std::nullopt;
  const auto unless_zero = [&](const Pair& exact) {
    return exact.high == 0 ? std::nullopt : std::optional(spot_of(cells, exact));
  };
  switch (op) {
    case Op::add: return unless_zero(two_sum(x[0], x[1]));
    case Op::sub: return unless_zero(two_sum(x[0], -x[1]));
    case Op::mul: return unless_zero({x[0] * x[1], 0});
    case Op::fma: return unless_zero(two_sum(x[0] * x[1], x[2]));
    case Op::faa: return unless_zero(added(two_sum(x[0], x[1]), x[2]));
    case Op::add_scaled: return unless_zero(two_sum(x[0] * x[1], x[2] * x[3]));
    case Op::sub_scaled: return unless_zero(two_sum(x[0] * x[1], -(x[2] * x[3])));
    case Op::mul_scaled: return unless_zero({(x[0] * x[1]) * (x[2] * x[3]), 0});
    case Op::div:
      if (x[0] == 0 || x[1] == 0) return std::nullopt;
      return spot_of_quotient(cells, x[0], x[1]);
    case Op::recip:
      if (x[0] == 0) return std::nullopt;
      return spot_of_quotient(cells, 1, x[0]);
    case Op::hypot:
      if (x[0] == 0 && x[1] == 0) return std::nullopt;
      return spot_of_hypot(cells, x[0], x[1]);
    case Op::convert:
    case Op::sqrt:
    case Op::negate:
    case Op::abs:
    case Op::copy_sign:
    case Op::minimum:
    case Op::maximum:
    case Op::minimum_number:
    case Op::maximum_number:
    case Op::minimum_finite:
    case Op::maximum_finite:
    case Op::minimum_magnitude:
    case Op::maximum_magnitude:
    case Op::minimum_magnitude_number:
    case Op::maximum_magnitude_number:
    case Op::clamp: return std::nullopt;
  }
  return std::nullopt;
}

/// The rest, after the text of the standards.
Spot literal_spot(const Cells& cells, Op op, bool toward_negative, std::span<const Real> x) {
  const Real exact = oracle::exact_result(op, {toward_negative, cells.p3109()}, x);
  if (exact.kind == Real::Kind::nan) return {cells.nan(), false};
  if (exact.kind == Real::Kind::infinite) return {cells.infinity(), exact.negative};
  if (exact.size == 0) return {cells.zero(), exact.negative};
  return {cells.find([&](double t) { return cmp(exact.size, t); }), exact.negative};
}

// ---- one tuple of operands, all modes ------------------------------------------------------------

struct Values {
  std::vector<double> doubles;
  std::vector<Real> reals;
  Semantics semantics;
};

Values values_of(const Format& format) {
  const oracle::Model model(format);
  Values result;
  result.semantics = format.semantics;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << format.bits(); ++code) {
    result.reals.push_back(model.decode(code));
    result.doubles.push_back(oracle::double_of(result.reals.back()));
  }
  return result;
}

struct Tested {
  const Operation* row;
  Op op;
};

/// The rows of that arity which the oracle knows (functions are tested elsewhere).
std::vector<Tested> tested_operations(int arity) {
  std::vector<Tested> result;
  for (const Operation& row : operations()) {
    const auto op = oracle::operation_named(row.name);
    if (row.project != nullptr && row.arity == arity && op) result.push_back({&row, *op});
  }
  return result;
}

class Tuples {
 public:
  Tuples(const Format& result, double largest, Semantics operands) : cells_(result, largest, operands) {
    input_.semantics = operands;
  }

  void compare(const Tested& t, std::span<const double> x, std::span<const Real> reals) {
    std::copy(x.begin(), x.end(), input_.values.begin());
    std::fill(input_.values.begin() + static_cast<std::ptrdiff_t>(x.size()), input_.values.end(), 0.0);
    oracle::OperandKinds kinds;
    for (const double each : x) {
      kinds.nan = kinds.nan || std::isnan(each);
      kinds.infinite = kinds.infinite || std::isinf(each);
    }
    const std::optional<Spot> plain = plain_spot(cells_, t.op, x);
    if (!plain) kinds.zero_times_infinity = oracle::has_zero_times_infinity(t.op, reals);
    const Spot other = plain ? *plain : literal_spot(cells_, t.op, false, reals);
    const Spot downward = plain ? *plain : literal_spot(cells_, t.op, true, reals);
    for (const Rounding rounding : deterministic) {
      const Spot& spot = rounding == Rounding::toward_negative ? downward : other;
      compare_mode(t, spot, kinds, rounding, Saturation::none);
      if (random_.below(16) == 0)
        compare_mode(t, spot, kinds, rounding,
                     random_.below(2) == 0 ? Saturation::finite : Saturation::propagate);
    }
  }
  const Comparison& comparison() const { return comparison_; }

 private:
  void compare_mode(const Tested& t, const Spot& spot, oracle::OperandKinds kinds, Rounding rounding,
                    Saturation saturation) {
    const Projection how{cells_.model().format(), rounding, saturation, 16};
    const Outcome got = t.row->project(*t.row, how, input_, 0);
    const oracle::Answer& want = cells_.answer(spot.cell, spot.negative, kinds, rounding, saturation);
    comparison_.expect(got, ieee_flags(got), want, [&] {
      std::string line = text(how) + " " + std::string(t.row->name);
      for (const double x : input_.values) line += " " + text(x);
      return line;
    });
  }

  Cells cells_;
  Operands input_;
  Comparison comparison_;
  test::SplitMix64 random_{3};
};

struct Total {
  std::uint64_t cases = 0;
  std::string differences;

  void add(const Comparison& c) {
    cases += c.cases();
    differences += c.report();
  }
  void add(const Total& other) {
    cases += other.cases;
    if (differences.size() < 4000) differences += other.differences;
  }
};

/// A bound on |result| of any operation of `arity` operands: products, and quotients of two.
double bound_of(const Values& v, int arity) {
  double largest = 1, smallest = 1;
  for (const double x : v.doubles) {
    if (!std::isfinite(x) || x == 0) continue;
    largest = std::max(largest, std::abs(x));
    smallest = std::min(smallest, std::abs(x));
  }
  if (arity == 4) return 2 * largest * largest * largest * largest;
  return 2 * std::max(largest * largest + largest, largest / smallest);
}

Semantics either(const Values& a, const Values& b) {
  return a.semantics == Semantics::p3109 ? a.semantics : b.semantics;
}

Total compare_pairs(const Format& operands, const Format& result) {
  const Values v = values_of(operands);
  Tuples tuples(result, bound_of(v, 2), v.semantics);
  for (const Tested& t : tested_operations(1))
    for (std::size_t i = 0; i < v.doubles.size(); ++i)
      if (t.op != Op::sqrt) tuples.compare(t, {&v.doubles[i], 1}, {&v.reals[i], 1});
  for (std::size_t i = 0; i < v.doubles.size(); ++i)
    for (std::size_t j = 0; j < v.doubles.size(); ++j) {
      const std::array reals{v.reals[i], v.reals[j]};
      const std::array doubles{v.doubles[i], v.doubles[j]};
      for (const Tested& t : tested_operations(2)) tuples.compare(t, doubles, reals);
    }
  Total total;
  total.add(tuples.comparison());
  return total;
}

Total compare_triples(const Format& operands, const Format& result) {
  const Values v = values_of(operands);
  Tuples tuples(result, bound_of(v, 3), v.semantics);
  const std::vector<Tested> tested = tested_operations(3);
  const std::size_t n = v.doubles.size();
  for (std::size_t i = 0; i < n * n * n; ++i) {
    const std::size_t a = i % n, b = i / n % n, c = i / n / n;
    const std::array reals{v.reals[a], v.reals[b], v.reals[c]};
    const std::array doubles{v.doubles[a], v.doubles[b], v.doubles[c]};
    for (const Tested& t : tested) tuples.compare(t, doubles, reals);
  }
  Total total;
  total.add(tuples.comparison());
  return total;
}

/// x sx op y sy: operands of one format, scales of another.
Total compare_scaled(const Format& operands, const Format& scales, const Format& result) {
  const Values v = values_of(operands), s = values_of(scales);
  Tuples tuples(result, std::max(bound_of(v, 4), 2 * bound_of(v, 2) * bound_of(s, 2)), either(v, s));
  const std::vector<Tested> tested = tested_operations(4);
  const std::size_t n = v.doubles.size(), m = s.doubles.size();
  for (std::size_t i = 0; i < n * m * n * m; ++i) {
    const std::size_t a = i % n, b = i / n % m, c = i / n / m % n, d = i / n / m / n;
    const std::array reals{v.reals[a], s.reals[b], v.reals[c], s.reals[d]};
    const std::array doubles{v.doubles[a], s.doubles[b], v.doubles[c], s.doubles[d]};
    for (const Tested& t : tested) tuples.compare(t, doubles, reals);
  }
  Total total;
  total.add(tuples.comparison());
  return total;
}

void report(const Total& total, std::uint64_t cases) {
  CHECK(total.differences == "");
  CHECK(total.cases >= cases);
}

Format with(std::string_view name, Subnormals subnormals) {
  Format f = format_of(name);
  f.subnormals = subnormals;
  return f;
}

}  // namespace

TEST_CASE("the oracle knows the operations that are tested by enumeration", "[oracle][operations]") {
  CHECK(tested_operations(1).size() == 5);   // convert sqrt recip negate abs
  CHECK(tested_operations(2).size() == 16);  // + - * / hypot copy_sign and ten extrema
  CHECK(tested_operations(3).size() == 3);   // fma faa clamp
  CHECK(tested_operations(4).size() == 3);   // scaled
}

TEST_CASE("all pairs of codes of every format of up to 8 bits in the catalogue", "[oracle][operations]") {
  std::uint64_t formats = 0;
  for (const NamedFormat& row : catalog()) {
    if (row.format.bits() > 8) continue;
    INFO(row.name);
    ++formats;
    const std::uint64_t codes = std::uint64_t{1} << row.format.bits();
    report(compare_pairs(row.format, row.format), codes * codes * 16 * 6);
  }
  CHECK(formats == 11);
}

TEST_CASE("all pairs of codes of P3109 formats of 8 bits", "[oracle][operations]") {
  for (const char* name : {"Binary8p4se", "Binary8p3sf", "Binary8p1ue", "Binary8p5uf"}) {
    INFO(name);
    report(compare_pairs(format_of(name), format_of(name)), 6'000'000);
  }
}

TEST_CASE("all pairs of codes of formats of 8 bits into others", "[oracle][operations]") {
  report(compare_pairs(format_of("e4m3fn"), format_of("e5m2")), 6'000'000);
  report(compare_pairs(format_of("e5m2"), format_of("Binary8p3se")), 6'000'000);
  report(compare_pairs(format_of("Binary6p3se"), format_of("e4m3fn")), 300'000);
  report(compare_pairs(format_of("e3m2fn"), with("e4m3", Subnormals::flush)), 300'000);
  report(compare_pairs(format_of("e3m2"), with("e3m2", Subnormals::flush_nearest)), 300'000);
  report(compare_pairs(format_of("e2m3"), with("e2m3", Subnormals::none)), 300'000);
}

TEST_CASE("all triples of codes of formats of up to 5 bits", "[oracle][operations]") {
  for (const char* name : {"e2m1fn", "e2m2", "e3m1", "e2m2fn", "e1m3"}) {
    INFO(name);
    report(compare_triples(format_of(name), format_of(name)), 70'000);
  }
  for (const Subnormals s : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none})
    report(compare_triples(with("e2m2", s), with("e2m2", s)), 500'000);
  for (int k = 3; k <= 5; ++k)
    for (int p = 1; p <= k; ++p)
      for (const std::string kind : {"se", "sf", "ue", "uf"}) {
        if (p == k && kind[0] == 's') continue;
        const Format f = format_of("Binary" + std::to_string(k) + "p" + std::to_string(p) + kind);
        INFO(text(Projection{f}));
        report(compare_triples(f, f), 8 * 8 * 8 * 3 * 6);
      }
  report(compare_triples(format_of("e2m2"), format_of("Binary5p2ue")), 500'000);
  report(compare_triples(format_of("Binary5p3se"), format_of("e2m2")), 500'000);
}

TEST_CASE("all pairs and triples of codes of every kind of format of 3 to 5 bits", "[oracle][operations]") {
  Total pairs, triples;
  for (const auto& [e, m, bias] : {std::array{2, 1, 1}, {1, 2, 0}, {3, 0, 3}, {2, 2, 1}})
    for (const Format& f : test::every_kind(e, m, bias)) {
      pairs.add(compare_pairs(f, f));
      triples.add(compare_triples(f, f));
    }
  report(pairs, 10'000'000);
  report(triples, 50'000'000);
}

TEST_CASE("all quadruples of operands and scales of small formats", "[oracle][operations]") {
  const Format e2m1fn = format_of("e2m1fn"), scale = format_of("Binary3p1ue"), e2m2 = format_of("e2m2");
  report(compare_scaled(e2m1fn, e2m1fn, e2m1fn), 1'000'000);
  report(compare_scaled(e2m2, scale, e2m2), 1'000'000);
  report(compare_scaled(e2m2, e2m1fn, format_of("e3m2")), 1'000'000);
  report(compare_scaled(format_of("Binary4p2se"), format_of("Binary4p2se"), format_of("Binary5p3se")),
         1'000'000);
}
