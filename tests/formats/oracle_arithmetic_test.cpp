// add, sub, mul, div, fma, sqrt against the rational oracle: small formats exhaustively, wide and mixed
// ones on operands that are chosen to hurt.

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
using oracle::Comparison;
using oracle::Model;
using oracle::Operation;
using oracle::Point;
using oracle::Real;
using oracle::text;

const std::vector<Operation> operations{Operation::add, Operation::sub, Operation::mul,
                                        Operation::div, Operation::fma, Operation::sqrt};

// ---- one case in many modes ----------------------------------------------------------------------

struct Case {
  Operation operation;
  double x = 0, y = 0, z = 0;
  Semantics operands = Semantics::ieee754;
};

Outcome compute(const Case& c, const Projection& how, std::uint32_t random) {
  switch (c.operation) {
    case Operation::add: return add(how, c.x, c.y, random, c.operands);
    case Operation::sub: return sub(how, c.x, c.y, random, c.operands);
    case Operation::mul: return mul(how, c.x, c.y, random, c.operands);
    case Operation::div: return div(how, c.x, c.y, random, c.operands);
    case Operation::fma: return exmy::fma(how, c.x, c.y, c.z, random, c.operands);
    case Operation::sqrt: return exmy::sqrt(how, c.x, random, c.operands);
  }
  return {};
}

void compare(Comparison& comparison, const Model& model, const Case& c, const Point& point,
             const Projection& how, std::uint32_t random) {
  const Outcome got = compute(c, how, random);
  comparison.expect(got, ieee_flags(got), model.project(how, point, random), [&] {
    return text(how) + " R " + std::to_string(random) + " operation " +
           std::to_string(static_cast<int>(c.operation)) + " x " + text(c.x) + " y " + text(c.y) + " z " +
           text(c.z) + " p3109 operands " + std::to_string(static_cast<int>(c.operands));
  });
}

Point locate(const Model& model, const Case& c, bool toward_negative = false) {
  return model.locate(c.operation, toward_negative, c.x, c.y, c.z, c.operands);
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
  for (const double x : values(from)) {
    compare_deterministic(comparison, to, {Operation::sqrt, x, 0, 0, operands.semantics});
    for (const double y : values(from))
      for (const Operation op : {Operation::add, Operation::sub, Operation::mul, Operation::div}) {
        const Case c{op, x, y, 0, operands.semantics};
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
        compare_deterministic(comparison, to, {Operation::fma, x, y, z, operands.semantics});
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
  const auto exact = [](Operation op, const Real& x, const Real& y) {
    return oracle::exact_result(op, false, false, x, y, {});
  };
  const Real x = oracle::real_of(c.x), y = oracle::real_of(c.y);
  switch (c.operation) {
    case Operation::add: c.y = nearest(last, exact(Operation::sub, t, x)); break;
    case Operation::sub: c.y = nearest(last, exact(Operation::sub, x, t)); break;
    case Operation::mul: c.y = nearest(last, exact(Operation::div, t, x)); break;
    case Operation::div: c.y = nearest(last, exact(Operation::div, x, t)); break;
    case Operation::fma: c.z = nearest(last, exact(Operation::sub, t, exact(Operation::mul, x, y))); break;
    case Operation::sqrt: c.x = nearest(last, exact(Operation::mul, t, t)); break;
  }
}

struct Mix {
  std::string x, y, z, result;
};

void compare_mix(Comparison& comparison, const Mix& mix, int cases) {
  const Model x(format_of(mix.x)), y(format_of(mix.y)), z(format_of(mix.z)), to(format_of(mix.result));
  const bool p3109 = x.format().semantics == Semantics::p3109 || y.format().semantics == Semantics::p3109 ||
                     z.format().semantics == Semantics::p3109;
  Random random(oracle::whole_part(to.maximum() * to.maximum()).get_ui() + 7);
  for (const Operation op : operations) {
    const Model& last = op == Operation::fma ? z : op == Operation::sqrt ? x : y;
    for (int i = 0; i < cases; ++i) {
      Case c{op, draw(x, random), op == Operation::sqrt ? 0 : draw(y, random),
             op == Operation::fma ? draw(z, random) : 0, p3109 ? Semantics::p3109 : Semantics::ieee754};
      if (random.below(2) == 0) aim(c, last, target(to, locate(to, c), random));
      if (random.below(16) == 0) aim(c, last, oracle::real_of(0));
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
  const std::vector<Mix> mixes{
      {"fp16", "fp16", "fp16", "fp16"},        {"bf16", "bf16", "fp32", "fp32"},
      {"fp64", "fp64", "fp64", "fp64"},        {"fp64", "fp64", "fp64", "fp32"},
      {"fp32", "fp32", "fp32", "fp32"},        {"fp32", "fp32", "fp32", "tf32"},
      {"bf16", "fp16", "fp64", "e5m2"},        {"fp64", "fp64", "fp64", "e4m3fn"},
      {"fp16", "fp16", "fp32", "Binary8p4se"}, {"Binary8p4se", "Binary8p3se", "Binary16p11se", "fp16"},
      {"fp32", "bf16", "fp64", "e8m0fnu"},     {"e6m9", "e6m9", "e6m9", "e6m9"},
      {"e8m0fnu", "e5m2", "fp64", "e6m9"},     {"fp64", "fp64", "fp64", "e2m1fn"},
      {"fp64", "fp64", "fp64", "e4m3fnuz"},    {"fp64", "fp32", "fp64", "Binary16p12ue"},
      {"fp64", "fp64", "fp64", "bf16"}};
  Comparison comparison;
  for (const Mix& mix : mixes) compare_mix(comparison, mix, 1500);
  report(comparison, 1'000'000);
}
