// Every function of every number of five formats of 16 bits, in the six deterministic modes, against MPFR with
// a rounding of its own; a sample of them, with stochastic modes and all saturations, against exact rationals.
// EXMY_EVERY_CODE=1 makes that sample 24 times as large; EXMY_FORMATS names further formats.

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/functions/reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"

namespace {

using namespace exmy;
using functions::Function;
using test::Cut;

constexpr Rounding deterministic[] = {Rounding::nearest_even,    Rounding::nearest_away,
                                      Rounding::toward_zero,     Rounding::toward_positive,
                                      Rounding::toward_negative, Rounding::to_odd};

/// v between two neighbours: does it go up?
bool goes_up(Rounding mode, bool negative, long double lower, long double upper, bool odd, long double v) {
  if (v == lower) return false;
  const long double middle = (lower + upper) / 2;  // exact: the neighbours have at most 12 bits
  switch (mode) {
    case Rounding::nearest_even: return v > middle || (v == middle && odd);
    case Rounding::nearest_away: return v >= middle;
    case Rounding::toward_zero: return false;
    case Rounding::toward_positive: return !negative;
    case Rounding::toward_negative: return negative;
    case Rounding::to_odd: return !odd;
    case Rounding::stochastic_a:
    case Rounding::stochastic_b:
    case Rounding::stochastic_c: break;
  }
  throw std::logic_error("stochastic");
}

/// A signed 16-bit format with gradual subnormals, as a table.
class Grid {
 public:
  explicit Grid(const char* name) : format(format_of(name)), model(format) {
    for (const mpq_class& size : model.magnitudes()) magnitudes_.push_back(size.get_d());
    e_min_ = static_cast<long double>(model.smallest_binade().get_d());
    for (std::uint64_t code = 0; code < 0x10000; ++code)
      values.push_back(oracle::double_of(model.decode(code)));
    for (std::size_t i = 0; i < magnitudes_.size(); i += 77) REQUIRE(values[i] == magnitudes_[i]);
  }

  /// A finite number of at most the maximum, unsaturated: all that can happen.
  oracle::Answer round(Rounding mode, const Cut& x) const {
    const long double v = x.odd();
    const auto above = std::upper_bound(magnitudes_.begin(), magnitudes_.end(), v);
    const auto index = static_cast<std::size_t>(above - magnitudes_.begin()) - 1;
    const auto lower = static_cast<long double>(magnitudes_[index]);
    const bool exact = v == lower;
    const long double upper = exact ? lower : static_cast<long double>(*above);
    const bool up = goes_up(mode, x.negative, lower, upper, index % 2 == 1, v);
    const double q = static_cast<double>(up ? upper : lower);
    Events e;
    e.set(Event::zero_in, v == 0);
    e.set(Event::inexact, !exact);
    e.set(Event::rounded_up, up);
    e.set(Event::rounded_down, !exact && !up);
    e.set(Event::tie, !exact && v == (lower + upper) / 2);
    e.set(Event::underflow_to_zero, q == 0 && v != 0);
    e.set(Event::subnormal_out, q > 0 && static_cast<long double>(q) < e_min_);
    e.set(Event::underflow_inexact, !exact && is_tiny(mode, x.negative, v));
    const bool minus =
        x.negative && (q != 0 || (format.negative_zero && format.semantics != Semantics::p3109));
    return {minus ? -q : q, e.bits,
            static_cast<std::uint8_t>((exact ? 0 : 1) | (e.has(Event::underflow_inexact) ? 2 : 0))};
  }

  double maximum() const { return magnitudes_.back(); }

  Format format;
  oracle::Model model;
  std::vector<double> values;

 private:
  /// Rounded to P bits, whatever the exponent, it lies below 2^e_min.
  bool is_tiny(Rounding mode, bool negative, long double v) const {
    if (v >= e_min_) return false;
    const long double last = e_min_ * (1 - std::ldexp(1.0L, -format.mantissa_bits - 1));
    return v <= last || !goes_up(mode, negative, last, e_min_, true, v);
  }

  std::vector<double> magnitudes_;
  long double e_min_;
};

/// Answers by the model for results that are not finite numbers within the range. Results far beyond the maximum
/// differ only in the direction of a rounding without end, which is not looked at.
class Beyond {
 public:
  explicit Beyond(const Grid& grid) : grid_(grid) {}
  bool is_far(const Cut& x) const {
    return x.kind == Cut::Kind::number && x.odd() > 2 * static_cast<long double>(grid_.maximum());
  }
  oracle::Answer answer(Rounding mode, const Cut& x, double operand) {
    const std::tuple key{mode, x.kind, x.negative, std::isnan(operand), std::isinf(operand)};
    if (x.kind == Cut::Kind::number && !is_far(x)) return fresh(mode, x, operand);
    const auto [found, is_new] = answers_.try_emplace(key);
    if (is_new) found->second = fresh(mode, x, operand);
    return found->second;
  }

 private:
  oracle::Answer fresh(Rounding mode, const Cut& x, double operand) const {
    return grid_.model.project({grid_.format, mode}, point_of(grid_.model, x, operand), 0);
  }

 public:
  static oracle::Point point_of(const oracle::Model& model, const Cut& x, double operand, double other = 0) {
    oracle::Point point = model.locate(x.real());
    point.operation = true;
    point.nan_operand = std::isnan(operand) || std::isnan(other);
    point.infinite_operand = std::isinf(operand) || std::isinf(other);
    return point;
  }

 private:
  const Grid& grid_;
  std::map<std::tuple<Rounding, Cut::Kind, bool, bool, bool>, oracle::Answer> answers_;
};

constexpr std::uint32_t direction = static_cast<std::uint32_t>(Event::rounded_up) |
                                    static_cast<std::uint32_t>(Event::rounded_down) |
                                    static_cast<std::uint32_t>(Event::tie);

/// rsqrt(0) is NaN when a P3109 format takes part.
Cut in_format(const Grid& grid, Function f, double x) {
  if (f == Function::rsqrt && x == 0 && grid.format.semantics == Semantics::p3109) return {Cut::Kind::nan};
  return test::reference(f, x);
}

std::string text(const functions::NamedFunction& f, double x, const Projection& how, std::uint32_t random) {
  return std::string(f.name) + " of " + oracle::text(x) + ", " + oracle::text(how) +
         ", R = " + std::to_string(random);
}

void check_code(const functions::NamedFunction& f, const Grid& grid, Beyond& beyond, double x,
                std::uint64_t code, oracle::Comparison& all) {
  const Cut cut = in_format(grid, f.function, x);
  const bool within = cut.kind == Cut::Kind::number && cut.odd() <= static_cast<long double>(grid.maximum());
  const bool is_far = beyond.is_far(cut);
  const int bits = functions::deciding_bits({grid.format});
  const bool undefined = f.function == Function::rsqrt && x == 0;
  const Exact exact = undefined ? Exact::nan() : functions::exact_value(f.function, x, bits);
  for (const Rounding mode : deterministic) {
    const Projection how{grid.format, mode};
    oracle::Answer want = within ? grid.round(mode, cut) : beyond.answer(mode, cut, x);
    const bool whole =
        undefined || code % 6 == static_cast<std::uint64_t>(mode);  // the rest is the same Exact
    Outcome got = whole ? functions::apply(f.function, how, x) : project_function(how, exact, x);
    if (is_far) want.events &= ~direction, got.events.bits &= ~direction;
    all.expect(got, ieee_flags(got), want, [&] { return text(f, x, how, 0); });
  }
}

/// Random integers at which the direction changes, and the ends.
std::vector<std::uint32_t> random_integers(const oracle::Point& point, int n) {
  const std::uint64_t one = std::uint64_t{1} << n;
  const mpq_class scaled = point.place.fraction * mpq_class(mpz_class(one));
  const std::uint64_t turn = one - oracle::whole_part(scaled).get_ui();
  std::vector<std::uint32_t> all{0, static_cast<std::uint32_t>(one - 1)};
  for (const std::uint64_t r : {turn - 2, turn - 1, turn, turn + 1})
    if (r < one) all.push_back(static_cast<std::uint32_t>(r));
  return all;
}

void check_rationally(const functions::NamedFunction& f, const oracle::Model& model, double x, int salt,
                      oracle::Comparison& all) {
  const bool nan = f.function == Function::rsqrt && x == 0 && model.format().semantics == Semantics::p3109;
  const Cut cut = nan ? Cut{Cut::Kind::nan} : test::reference(f.function, x);
  const oracle::Point point = Beyond::point_of(model, cut, x);
  const auto saturation = static_cast<Saturation>(salt % 3);
  const bool huge = cut.kind == Cut::Kind::number && cut.exponent >= 2048;  // no direction is promised there
  const auto expect = [&](const Projection& how, std::uint32_t random) {
    Outcome got = functions::apply(f.function, how, x, random);
    oracle::Answer want = model.project(how, point, random);
    if (huge) want.events &= ~direction, got.events.bits &= ~direction;
    all.expect(got, ieee_flags(got), want, [&] { return text(f, x, how, random); });
  };
  for (const Rounding mode : deterministic) expect({model.format(), mode, saturation}, 0);
  const int n = std::array{1, 8, 16, 32}[static_cast<unsigned>(salt / 3 % 4)];
  for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c})
    for (const std::uint32_t random : random_integers(point, n))
      expect({model.format(), mode, saturation, n}, random);
}

bool every_code() { return std::getenv("EXMY_EVERY_CODE") != nullptr; }

void check_format(const char* name) {
  const Grid grid(name);
  const std::size_t rational_step = every_code() ? 17 : 401;
  for (const functions::NamedFunction& f : functions::named_functions()) {
    Beyond beyond(grid);
    oracle::Comparison all;
    for (std::size_t code = 0; code < 0x10000; ++code)
      check_code(f, grid, beyond, grid.values[code], code, all);
    int salt = 0;
    for (std::size_t code = 0; code < 0x10000; code += rational_step)
      check_rationally(f, grid.model, grid.values[code], ++salt, all);
    INFO(name << " " << f.name << "\n" << all.report());
    CHECK(all.differences() == 0);
  }
}

}  // namespace

/// Names in EXMY_FORMATS, separated by blanks: signed formats of 16 bits with zero and gradual subnormals.
TEST_CASE("every function of every number of the formats that the environment names", "[functions][mpfr]") {
  const char* const names = std::getenv("EXMY_FORMATS");
  std::istringstream list(names == nullptr ? "" : names);
  for (std::string name; list >> name;) check_format(name.c_str());
}

TEST_CASE("every function of every fp16 number", "[functions][mpfr]") { check_format("fp16"); }
TEST_CASE("every function of every bf16 number", "[functions][mpfr][slow]") { check_format("bf16"); }
TEST_CASE("every function of every e6m9 number", "[functions][mpfr][slow]") { check_format("e6m9"); }
TEST_CASE("every function of every Binary16p8se number", "[functions][mpfr][slow]") {
  check_format("Binary16p8se");
}
TEST_CASE("every function of every Binary16p11sf number", "[functions][mpfr][slow]") {
  check_format("Binary16p11sf");
}
