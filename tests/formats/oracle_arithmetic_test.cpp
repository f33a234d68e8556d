// Operations whose results are rounded against the rational oracle, in every mode and saturation: small
// formats exhaustively, wide and mixed ones on operands that are chosen to hurt. (Longer than a source file:
// one table of cases. Formats of 8 bits are enumerated in oracle_pairs_test.cpp.)

#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/operations/operation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
using Op = oracle::Operation;
using oracle::Comparison;
using oracle::Model;
using oracle::Point;
using oracle::Real;
using oracle::text;

/// A row of the table of operations, and the oracle's word for it.
struct Tested {
  const Operation* row;
  Op op;
  std::size_t arity() const { return static_cast<std::size_t>(row->arity); }
};

Tested tested(std::string_view name) {
  const Operation* row = find_operation(name);
  const auto op = oracle::operation_named(name);
  if (row == nullptr || !op) throw std::logic_error("no operation " + std::string(name));
  return {row, *op};
}

// ---- one case in many modes ----------------------------------------------------------------------

struct Case {
  Tested what;
  std::array<double, 4> x{};
  Semantics operands = Semantics::ieee754;
  std::span<const double> used() const { return std::span(x).first(what.arity()); }
};

void compare(Comparison& comparison, const Model& model, const Case& c, const Point& point,
             const Projection& how, std::uint32_t random) {
  const Outcome got = c.what.row->project(*c.what.row, how, {c.x, c.operands}, random);
  comparison.expect(got, ieee_flags(got), model.project(how, point, random), [&] {
    std::string line = text(how) + " R " + std::to_string(random) + " " + std::string(c.what.row->name);
    for (const double x : c.used()) line += " " + text(x);
    return line + " p3109 operands " + std::to_string(static_cast<int>(c.operands));
  });
}

Point locate(const Model& model, const Case& c, bool toward_negative = false) {
  return model.locate(c.what.op, toward_negative, c.used(), c.operands);
}

void compare_deterministic(Comparison& comparison, const Model& model, const Case& c) {
  const Point point = locate(model, c), downward = locate(model, c, true);
  for (const Rounding rounding : {Rounding::nearest_even, Rounding::nearest_away, Rounding::toward_zero,
                                  Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd})
    for (const Saturation saturation : {Saturation::none, Saturation::finite, Saturation::propagate})
      compare(comparison, model, c, rounding == Rounding::toward_negative ? downward : point,
              {model.format(), rounding, saturation, 16}, 0);
}

/// The random integers around the one from which the result goes up, and any.
void compare_stochastic(Comparison& comparison, const Model& model, const Case& c, Random& random) {
  const Point point = locate(model, c);
  for (const Rounding rounding : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c}) {
    const int n = random.below(4) == 0 ? 32 : 1 + static_cast<int>(random.below(32));
    const std::uint64_t one = std::uint64_t{1} << n;
    const mpq_class scaled = point.place.fraction * oracle::power_of_two(n);
    const std::uint64_t threshold = one - oracle::whole_part(scaled).get_ui();
    for (const std::uint64_t r : {threshold - 2, threshold - 1, threshold, random.bits()})
      compare(comparison, model, c, point,
              {model.format(), rounding, static_cast<Saturation>(random.below(3)), n},
              static_cast<std::uint32_t>(r & (one - 1)));
  }
}

void report(const Comparison& comparison, std::uint64_t least_cases) {
  INFO(comparison.cases() << " cases");
  CHECK(comparison.report() == "");
  CHECK(comparison.differences() == 0);
  CHECK(comparison.cases() >= least_cases);
}

// ---- small formats, exhaustively -----------------------------------------------------------------

std::vector<double> values(const Model& model) {
  std::vector<double> result;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << model.format().bits(); ++code)
    result.push_back(oracle::double_of(model.decode(code)));
  return result;
}

void compare_pairs(Comparison& comparison, const Format& operands, const Format& result) {
  const Model from(operands), to(result);
  Random random(1);
  for (const Operation& row : operations()) {
    if (row.project == nullptr || row.arity > 2 || !oracle::operation_named(row.name)) continue;
    const Tested what = tested(row.name);
    const bool every = row.group == "arithmetic" || row.arity == 1;  // of choices every fourth pair
    for (const double x : values(from))
      for (const double y : row.arity == 1 ? std::vector{0.0} : values(from)) {
        if (!every && random.below(4) != 0) continue;
        const Case c{what, {x, y}, operands.semantics};
        compare_deterministic(comparison, to, c);
        if (random.below(8) == 0) compare_stochastic(comparison, to, c, random);
      }
  }
}

void compare_triples(Comparison& comparison, const Format& operands, const Format& result) {
  const Model from(operands), to(result);
  const std::vector<double> all = values(from);
  for (const double x : all)
    for (const double y : all)
      for (const double z : all)
        for (const char* name : {"fma", "faa", "clamp"})
          compare_deterministic(comparison, to, {tested(name), {x, y, z}, operands.semantics});
}

Format with(const std::string& name, Subnormals subnormals) {
  Format f = format_of(name);
  f.subnormals = subnormals;
  return f;
}

struct Pairing {
  Format operands, result;
};

std::vector<Pairing> small_pairings() {
  const Format e2m1fn = format_of("e2m1fn"), e2m2 = format_of("e2m2"), e3m2fn = format_of("e3m2fn");
  const Format b5 = format_of("Binary5p3se"), u5 = format_of("Binary5p2ue"), b4 = format_of("Binary4p2sf");
  Format e4m0u = format_of("Binary4p1uf");  // no zero among the values, as in e8m0fnu
  e4m0u.zero = false;
  e4m0u.subnormals = Subnormals::none;
  e4m0u.semantics = Semantics::ieee754;
  Format fnuz = e3m2fn;
  fnuz.negative_zero = false;
  fnuz.nan = NanCodes::negative_zero;
  return {{e2m1fn, e2m1fn},
          {e2m2, e2m2},
          {b5, b5},
          {u5, u5},
          {b4, b4},
          {fnuz, fnuz},
          {e4m0u, e4m0u},
          {e3m2fn, e3m2fn},
          {with("e2m2", Subnormals::none), with("e2m2", Subnormals::none)},
          {with("e2m2", Subnormals::flush), with("e2m2", Subnormals::flush)},
          {with("e2m2", Subnormals::flush_nearest), with("e2m2", Subnormals::flush_nearest)},
          {e2m2, e2m1fn},
          {e2m1fn, b5},
          {b5, e2m2},
          {e3m2fn, u5},
          {e2m2, e4m0u},
          {b4, fnuz}};
}

// ---- every number of 16-bit formats -----------------------------------------------------------------

/// The six deterministic modes, into the format itself.
void compare_every_number(Comparison& comparison, const std::string& name, const char* operation) {
  const Model model(format_of(name));
  const Tested what = tested(operation);
  for (std::uint64_t code = 0; code < std::uint64_t{1} << 16; ++code) {
    const Case c{what, {oracle::double_of(model.decode(code))}, model.format().semantics};
    const Point point = locate(model, c);
    for (const Rounding rounding : {Rounding::nearest_even, Rounding::nearest_away, Rounding::toward_zero,
                                    Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd})
      compare(comparison, model, c, point, {model.format(), rounding, Saturation::none, 16}, 0);
  }
}

// ---- wide and mixed formats ----------------------------------------------------------------------

/// A value of the format, often a bad one.
double draw(const Model& model, Random& random) {
  const Format& f = model.format();
  const int m = f.mantissa_bits, magnitude_bits = f.exponent_bits + m;
  const std::uint64_t one = 1, magnitudes = one << magnitude_bits;
  const auto few = [&](std::uint64_t n) { return random.below(n); };
  std::uint64_t code = random.bits() & (magnitudes - 1);
  switch (few(8)) {
    case 0: code = few(4); break;                                        // the smallest
    case 1: code = ((one << m) + few(5) - 2) & (magnitudes - 1); break;  // around the first normal
    case 2: code = magnitudes - 1 - (few(2) << m) - few(4); break;       // infinities, NaN, the largest
    case 3: code &= ~((one << m) - 1) | (few(4) << (m > 1 ? m - 2 : 0)); break;  // short significands
    case 4: code |= (one << m) - 1 - few(2); break;                              // long ones
    default: break;
  }
  if (few(2) == 0)
    code = (code & ((one << m) - 1)) |  // exponents near 0
           (static_cast<std::uint64_t>(f.bias) + few(9) - 4) << m;
  code = (code & (magnitudes - 1)) | (few(2) == 0 ? magnitudes : 0);
  return oracle::double_of(model.decode(code));
}

double nearest(const Model& model, const Real& x) {
  const Projection how{model.format(), Rounding::nearest_even, Saturation::finite, 16};
  return model.project(how, model.locate(x), 0).value;
}

/// A number that the result format finds hard to round: near x, the maximum or 2^e_min.
Real target(const Model& to, const Point& point, Random& random) {
  mpq_class size = point.x.is_number() ? point.x.size : mpq_class(1);
  if (random.below(4) == 0) size = to.maximum();
  const mpq_class below_normal = 1 - oracle::power_of_two(-to.format().mantissa_bits - 2);
  if (random.below(4) == 0) size = to.smallest_binade() * below_normal;
  const oracle::Place place = to.locate(Real{Real::Kind::number, false, size}).place;
  mpq_class eighths(static_cast<unsigned long>(random.below(9)), 8);
  eighths.canonicalize();
  if (random.below(2) == 0) eighths = mpq_class(1, 2);
  return {Real::Kind::number, point.x.negative, place.lower + (place.upper - place.lower) * eighths};
}

/// Replaces the last operand so that the exact result comes near `t`, or cancels.
void aim(Case& c, const Model& last, const Real& t) {
  std::vector<Real> x;
  for (const double each : c.used()) x.push_back(oracle::real_of(each));
  const auto exact = [](Op op, const Real& a, const Real& b) {
    return oracle::exact_result(op, false, false, a, b, {});
  };
  const auto become = [&](const Real& wanted) {
    if (wanted.kind != Real::Kind::nan) c.x[c.what.arity() - 1] = nearest(last, wanted);
  };
  const auto product = [&](std::size_t a, std::size_t b) { return exact(Op::mul, x[a], x[b]); };
  const std::string_view name = c.what.row->name;
  if (name == "add") become(exact(Op::sub, t, x[0]));
  if (name == "sub") become(exact(Op::sub, x[0], t));
  if (name == "mul") become(exact(Op::div, t, x[0]));
  if (name == "div") become(exact(Op::div, x[0], t));
  if (name == "fma") become(exact(Op::sub, t, product(0, 1)));
  if (name == "faa") become(exact(Op::sub, t, exact(Op::add, x[0], x[1])));
  if (name == "sqrt") become(exact(Op::mul, t, t));
  if (name == "recip") become(exact(Op::div, oracle::real_of(1), t));
  if (name == "hypot") become(exact(Op::sqrt, exact(Op::sub, exact(Op::mul, t, t), product(0, 0)), {}));
  if (name == "add_scaled") become(exact(Op::div, exact(Op::sub, t, product(0, 1)), x[2]));
  if (name == "sub_scaled") become(exact(Op::div, exact(Op::sub, product(0, 1), t), x[2]));
  if (name == "mul_scaled") become(exact(Op::div, t, exact(Op::mul, product(0, 1), x[2])));
}

struct Mix {
  std::string x, y, z, result;
};

void compare_mix(Comparison& comparison, const Mix& mix, int cases) {
  const Model x(format_of(mix.x)), y(format_of(mix.y)), z(format_of(mix.z)), to(format_of(mix.result));
  const std::array<const Model*, 4> from{&x, &y, &z, &y};  // scaled: y is the scales' format
  const bool p3109 = x.format().semantics == Semantics::p3109 || y.format().semantics == Semantics::p3109 ||
                     z.format().semantics == Semantics::p3109;
  Random random(oracle::whole_part(to.maximum() * to.maximum()).get_ui() + 7);
  for (const Operation& row : operations()) {
    if (row.project == nullptr || !oracle::operation_named(row.name)) continue;
    const Tested what = tested(row.name);
    const Model& last = *from[what.arity() - 1];
    const bool computes = row.group == "arithmetic" || row.group == "scaled";  // the others choose
    for (int i = 0; i < (computes ? cases : cases / 10); ++i) {
      Case c{what, {}, p3109 ? Semantics::p3109 : Semantics::ieee754};
      for (std::size_t k = 0; k < what.arity(); ++k) c.x[k] = draw(*from[k], random);
      if (what.arity() > 2 && random.below(8) == 0) c.x[1] = nearest(y, oracle::real_of(-c.x[0]));
      if (random.below(2) == 0) aim(c, last, target(to, locate(to, c), random));
      if (random.below(16) == 0) aim(c, last, oracle::real_of(0));
      compare_deterministic(comparison, to, c);
      compare_stochastic(comparison, to, c, random);
    }
  }
}

/// The last bits of a root, and of a sum whose smaller term lies anywhere below.
void compare_distances(Comparison& comparison, const Format& result) {
  const Model to(result);
  Random random(5);
  const auto significand = [&] {
    const double ends[] = {1, 0x1.fffffffffffffp0, 0x1.0000000000001p0};
    const std::uint64_t which = random.below(6);
    return which < 3 ? ends[which] : 1 + std::ldexp(static_cast<double>(random.bits() >> 12), -52);
  };
  for (int apart = 0; apart <= 140; ++apart)
    for (int i = 0; i < 12; ++i) {
      const double x = significand(), y = std::ldexp(significand(), -apart);
      for (const char* name : {"hypot", "faa", "add_scaled"}) {
        Case c{tested(name), {x, y, std::ldexp(-significand(), -2 * apart), x}, Semantics::ieee754};
        if (random.below(2) == 0) std::swap(c.x[0], c.x[1]);
        compare_deterministic(comparison, to, c);
        compare_stochastic(comparison, to, c, random);
      }
    }
}

}  // namespace

TEST_CASE("binary operations and sqrt equal the oracle on all pairs of small formats",
          "[oracle][arithmetic]") {
  Comparison comparison;
  for (const Pairing& p : small_pairings()) compare_pairs(comparison, p.operands, p.result);
  report(comparison, 1'000'000);
}

TEST_CASE("fma equals the oracle on all triples of small formats", "[oracle][arithmetic]") {
  Comparison comparison;
  for (const Pairing& p : small_pairings())
    if (p.operands.bits() <= 4) compare_triples(comparison, p.operands, p.result);
  for (const char* name : {"e2m2", "Binary5p3se"})
    compare_triples(comparison, format_of(name), format_of(name));
  report(comparison, 1'000'000);
}

TEST_CASE("operations on wide and mixed formats equal the oracle", "[oracle][arithmetic]") {
  const std::vector<Mix> mixes{{"fp16", "fp16", "fp16", "fp16"},
                               {"bf16", "bf16", "fp32", "fp32"},
                               {"fp64", "fp64", "fp64", "fp64"},
                               {"fp64", "fp64", "fp64", "fp32"},
                               {"fp32", "fp32", "fp32", "fp32"},
                               {"fp32", "fp32", "fp32", "tf32"},
                               {"bf16", "fp16", "fp64", "e5m2"},
                               {"fp64", "fp64", "fp64", "e4m3fn"},
                               {"fp16", "fp16", "fp32", "Binary8p4se"},
                               {"Binary8p4se", "Binary8p3se", "Binary16p11se", "fp16"},
                               {"fp32", "bf16", "fp64", "e8m0fnu"},
                               {"e6m9", "e6m9", "e6m9", "e6m9"},
                               {"e8m0fnu", "e5m2", "fp64", "e6m9"},
                               {"fp64", "fp64", "fp64", "e2m1fn"},
                               {"fp64", "fp64", "fp64", "e4m3fnuz"},
                               {"fp64", "fp32", "fp64", "Binary16p12ue"},
                               {"fp64", "fp64", "fp64", "bf16"},
                               {"fp16", "bf16", "bf16", "e4m3fn"},
                               {"tf32", "tf32", "fp32", "tf32"},
                               {"e4m3fn", "e8m0fnu", "e2m1fn", "bf16"},
                               {"Binary16p8se", "Binary16p5sf", "tf32", "Binary16p8se"}};
  Comparison comparison;
  for (const Mix& mix : mixes) compare_mix(comparison, mix, 2500);
  report(comparison, 15'000'000);
}

TEST_CASE("operands at every distance equal the oracle", "[oracle][arithmetic]") {
  Comparison comparison;
  for (const char* name : {"fp64", "fp32", "e5m2"}) compare_distances(comparison, format_of(name));
  report(comparison, 400'000);
}

TEST_CASE("operations of one operand equal the rational oracle: every number of five 16-bit formats",
          "[oracle][arithmetic]") {
  Comparison comparison;
  for (const char* name : {"fp16", "bf16", "e6m9", "Binary16p8se", "Binary16p11sf"})
    for (const char* operation : {"sqrt", "recip", "negate", "abs", "convert"})
      compare_every_number(comparison, name, operation);
  report(comparison, 5 * 5 * 6 * 65536);
}
