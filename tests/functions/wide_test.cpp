// Wide and mixed formats: random and adversarial arguments, all modes and saturations, against exact rationals
// around MPFR's values; and the two ways to a value (approximation, MPFR) against each other.

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/functions/mpfr_value.hpp"
#include "formats/operations/operation.hpp"
#include "tests/functions/arguments.hpp"
#include "tests/functions/reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using functions::Function;
using functions::Function2;
using test::Cut;
using test::SplitMix64;

constexpr Rounding modes[] = {Rounding::nearest_even,    Rounding::nearest_away,    Rounding::toward_zero,
                              Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd,
                              Rounding::stochastic_a,    Rounding::stochastic_b,    Rounding::stochastic_c};

constexpr std::uint32_t direction = static_cast<std::uint32_t>(Event::rounded_up) |
                                    static_cast<std::uint32_t>(Event::rounded_down) |
                                    static_cast<std::uint32_t>(Event::tie);

std::vector<oracle::Model> models(std::initializer_list<const char*> names) {
  std::vector<oracle::Model> all;
  for (const char* name : names) all.emplace_back(format_of(name));
  return all;
}

/// R at or next to the turning point, or anything.
std::uint32_t random_integer(const oracle::Point& point, int n, SplitMix64& random) {
  const std::uint64_t one = std::uint64_t{1} << n;
  const mpq_class scaled = point.place.fraction * mpq_class(mpz_class(one));
  const std::uint64_t turn = one - oracle::whole_part(scaled).get_ui() - 2 + random.bits() % 4;
  return static_cast<std::uint32_t>(turn < one ? turn : random.bits() % one);
}

template <class F>
void check_modes(const functions::Named<F>& f, const oracle::Model& model, const Cut& cut, double x, double y,
                 SplitMix64& random, oracle::Comparison& all) {
  oracle::Point point = model.locate(cut.real());
  point.operation = true;
  point.nan_operand = std::isnan(x) || std::isnan(y);
  point.infinite_operand = std::isinf(x) || std::isinf(y);
  const bool huge = cut.kind == Cut::Kind::number && cut.exponent >= 2048;  // no direction is promised there
  for (const Rounding mode : modes) {
    const int n = 1 + static_cast<int>(random.bits() % 32);
    const Projection how{model.format(), mode, static_cast<Saturation>(random.bits() % 3), n};
    const std::uint32_t r = is_stochastic(mode) ? random_integer(point, n, random) : 0;
    Outcome got;
    if constexpr (std::is_same_v<F, Function>)
      got = functions::apply(f.function, how, x, r);
    else
      got = functions::apply(f.function, how, y, x, r);
    oracle::Answer want = model.project(how, point, r);
    if (huge) want.events &= ~direction, got.events.bits &= ~direction;
    all.expect(got, ieee_flags(got), want, [&] {
      return std::string(f.name) + " of " + oracle::text(x) + " " + oracle::text(y) + ", " +
             oracle::text(how) + ", R = " + std::to_string(r);
    });
  }
}

void check(const functions::NamedFunction& f, const std::vector<oracle::Model>& targets,
           const std::vector<double>& arguments, std::uint64_t seed) {
  oracle::Comparison all;
  SplitMix64 random(seed);
  for (const double x : arguments) {
    const Cut cut = test::reference(f.function, x);
    for (const oracle::Model& model : targets) check_modes(f, model, cut, x, 0, random, all);
  }
  INFO(f.name << "\n" << all.report());
  CHECK(all.differences() == 0);
}

/// Near 0 every function is close to a boundary: x itself is one (a number of 25 or 54 bits), or f(0) is.
std::vector<double> near_zero() {
  std::vector<double> all;
  for (int e = -12; e > -120; e -= 3)
    for (const double m : {1.0, 1 + 0x1p-24, 1 + 3 * 0x1p-24, 1 + 0x1p-52, 1 + 0x1p-12, 2 - 0x1p-24})
      for (const double sign : {1.0, -1.0}) all.push_back(sign * std::ldexp(m, e));
  return all;
}

/// Where a function ends, turns, is exact or settles.
const std::vector<double> landmarks{0.0,
                                    -0.0,
                                    0.25,
                                    0.5,
                                    0.75,
                                    1,
                                    1.25,
                                    1.5,
                                    2,
                                    2.5,
                                    3,
                                    4,
                                    8,
                                    10,
                                    16,
                                    100,
                                    1000,
                                    1e22,
                                    1e23,
                                    64,
                                    128,
                                    600,
                                    708.4,
                                    709.8,
                                    745.1,
                                    746,
                                    1100,
                                    1420,
                                    2047,
                                    2049,
                                    3000,
                                    1e10,
                                    1e300,
                                    0x1p60,
                                    0x1p-1022,
                                    0x1p-1074,
                                    0x1.fffffffffffffp1023,
                                    0x1.fffffffffffffp-1,
                                    0x1.0000000000001p0,
                                    87.3,
                                    88.7,
                                    103.97,
                                    11.09,
                                    17.3,
                                    5.5,
                                    9.01,
                                    1.2784645427610738,
                                    0.7517915246935645,
                                    0.7524614};

std::vector<double> with_both_signs(std::vector<double> all) {
  const std::size_t n = all.size();
  for (std::size_t i = 0; i < n; ++i) all.push_back(-all[i]);
  return all;
}

/// Arguments whose value lies next to a number of 25 bits, closer than 2^-50: f^-1 of that number as a double.
std::vector<double> preimages(Function inverse, double low, double high, std::uint64_t seed) {
  std::vector<double> all;
  SplitMix64 random(seed);
  for (int n = 0; n < 300; ++n) {
    const double u = static_cast<double>(random.bits() >> 11) * 0x1p-53;
    const auto y = static_cast<double>(static_cast<float>(low + (high - low) * u));
    const double middle = y * (1 + 0x1p-24);  // 25 bits, or a few more
    all.push_back(functions::apply(inverse, {format_of("fp64")}, middle).value);
  }
  return all;
}

struct Inverse {
  Function f, inverse;
  double low, high;
};
constexpr Inverse inverses[] = {
    {Function::exp, Function::log, 1e-30, 1e3},     {Function::exp2, Function::log2, 1e-30, 1e3},
    {Function::expm1, Function::log1p, -0.9, 1e3},  {Function::log, Function::exp, -80, 80},
    {Function::log2, Function::exp2, -100, 100},    {Function::log1p, Function::expm1, -3, 30},
    {Function::sin, Function::asin, -1, 1},         {Function::cos, Function::acos, -1, 1},
    {Function::tan, Function::atan, -100, 100},     {Function::asin, Function::sin, -1.5, 1.5},
    {Function::acos, Function::cos, 0, 3.1},        {Function::atan, Function::tan, -1.5, 1.5},
    {Function::sinpi, Function::asinpi, -1, 1},     {Function::cospi, Function::acospi, -1, 1},
    {Function::tanpi, Function::atanpi, -100, 100}, {Function::asinpi, Function::sinpi, -0.5, 0.5},
    {Function::acospi, Function::cospi, 0, 1},      {Function::atanpi, Function::tanpi, -0.5, 0.5},
    {Function::sinh, Function::asinh, -1e3, 1e3},   {Function::cosh, Function::acosh, 1, 1e3},
    {Function::tanh, Function::atanh, -1, 1},       {Function::asinh, Function::sinh, -10, 10},
    {Function::acosh, Function::cosh, 0, 10},       {Function::atanh, Function::tanh, -10, 10}};

/// Doubles whose value agrees with a number of 54 bits to at least 50 further bits: found by exhaustive search, as in
/// Lefevre, Muller, "Worst cases for correct rounding of the elementary functions in double precision" (2003).
struct Hard {
  Function f;
  double x;
};
constexpr Hard hard[] = {{Function::exp, 0x1.9e9cbbfd6080bp-31},    {Function::exp, 0x1.83d4bcdebb3f4p+2},
                         {Function::exp, 0x1.fffffffffffffp-53},    {Function::exp, -0x1.ed318efb627eap-27},
                         {Function::log, 0x1.62a88613629b6p+678},   {Function::exp2, 0x1.e4596526bf94dp-10},
                         {Function::exp2, 0x1.12b14a318f904p-27},   {Function::log2, 0x1.b4ebe40c95a01p+0},
                         {Function::log2, 0x1.1ba39ff28e3eap+2},    {Function::log2, 0x1.b4ebe40c95a01p-1},
                         {Function::log10, 0x1.e12d66744ff81p+429}, {Function::sin, 0x1.e0000000001c2p-20},
                         {Function::cos, 0x1.8000000000009p-23},    {Function::cos, 0x1.06b505550e6b2p-9},
                         {Function::tan, 0x1.dffffffffff1fp-22},    {Function::tan, 0x1.50486b2f87014p-5},
                         {Function::acos, 0x1.53ea6c7255e88p-4},    {Function::acos, 0x1.fd737be914578p-11},
                         {Function::atan, 0x1.e000000000546p-21},   {Function::atan, 0x1.6298b5896ed3cp+1},
                         {Function::sinh, 0x1.dfffffffffe3ep-20},   {Function::cosh, 0x1.7fffffffffff7p-23},
                         {Function::cosh, 0x1.ea5f2f2e4b0c5p+1},    {Function::expm1, 0x1.7fffffffffffdp-49},
                         {Function::expm1, 0x1.83d4bcdebb3f4p+2},   {Function::expm1, -0x1.19e53fcd490dp-23},
                         {Function::expm1, 0x1.274bbf1efb1a2p-10},  {Function::log1p, 0x1.8000000000003p-50},
                         {Function::log1p, 0x1.ab50b409c8aeep+8}};

const functions::NamedFunction& named(Function f) {
  return functions::named_functions()[static_cast<std::size_t>(f)];
}

/// Every function at its random arguments: near 1, over the whole range, and its landmarks.
std::vector<double> arguments(std::uint64_t seed, std::size_t count) {
  return test::joined({test::log_uniform(count, -8, 8, seed),
                       test::log_uniform(count / 4, -1074, 1024, seed + 1),
                       with_both_signs(landmarks),
                       {test::infinity, -test::infinity, test::not_a_number}});
}

bool same(const Exact& a, const Exact& b) {
  if (a.kind != b.kind || a.kind == Exact::Kind::nan) return a.kind == b.kind;
  return a.negative == b.negative && a.sticky == b.sticky && a.exponent == b.exponent &&
         a.significand == b.significand;
}

}  // namespace

TEST_CASE("functions into fp32 and fp64", "[functions][mpfr]") {
  const auto targets = models({"fp32", "fp64"});
  for (const functions::NamedFunction& f : functions::named_functions())
    check(f, targets, arguments(100 + static_cast<std::uint64_t>(f.function), 600), 1);
}

TEST_CASE("functions near zero, where boundaries are near", "[functions][mpfr]") {
  const auto targets = models({"fp32", "fp64", "bf16"});
  for (const functions::NamedFunction& f : functions::named_functions()) check(f, targets, near_zero(), 2);
}

TEST_CASE("functions of doubles into other formats", "[functions][mpfr]") {
  const auto targets =
      models({"e4m3fn", "e2m1fn", "e8m0fnu", "dlfloat16", "tf32", "Binary8p4se", "Binary8p3uf"});
  for (const functions::NamedFunction& f : functions::named_functions()) {
    auto all = test::log_uniform(200, -10, 7, 200 + static_cast<std::uint64_t>(f.function));
    check(f, targets, all, 3);
  }
}

TEST_CASE("values next to a number of 25 bits", "[functions][mpfr]") {
  const auto targets = models({"fp32", "fp64"});
  for (const Inverse& i : inverses) check(named(i.f), targets, preimages(i.inverse, i.low, i.high, 7), 4);
}

TEST_CASE("hardest cases of binary64", "[functions][mpfr]") {
  const auto targets = models({"fp64"});
  for (const Hard& h : hard) {
    const Cut cut = test::reference(h.f, h.x);
    const auto after = static_cast<std::uint64_t>(cut.significand) & ((std::uint64_t{1} << 46) - 1);
    const std::uint64_t third = after >> 8;  // of the 46 bits after the 54th the first 38
    INFO(named(h.f).name << " of " << oracle::text(h.x));
    CHECK((third == 0 || third == (std::uint64_t{1} << 38) - 1));
    check(named(h.f), targets, {h.x}, 5);
  }
}

TEST_CASE("exact values", "[functions]") {
  const auto is = [](Function f, double x, double want) {
    for (const Rounding mode : modes) {
      const Outcome got = functions::apply(f, {format_of("fp64"), mode, Saturation::none, 32}, x, 0xffffffff);
      INFO(named(f).name << " of " << oracle::text(x));
      CHECK(oracle::text(got.value) == oracle::text(want));
      CHECK(got.events.bits == (want == 0 ? static_cast<std::uint32_t>(Event::zero_in) : 0U));
    }
  };
  for (int n = -1022; n < 1024; n += 31) is(Function::exp2, n, std::ldexp(1, n));
  for (int n = -1074; n < 1024; n += 37) is(Function::log2, std::ldexp(1, n), n);
  for (int n = -537; n < 512; n += 31) is(Function::rsqrt, std::ldexp(1, 2 * n), std::ldexp(1, -n));
  double power = 1;
  for (int n = 0; n <= 22; ++n, power *= 10) is(Function::log10, power, n);
  for (const double x : {0x1p53, 4.0, 2.0, 0.0}) is(Function::cospi, x, 1), is(Function::cospi, -x, 1);
  for (const double x : {0.5, 2.5, -1.5}) is(Function::sinpi, x, 1), is(Function::cospi, x, 0.0);
  for (const double x : {0.25, 1.25, -0.75, 0x1p50 + 0.25}) is(Function::tanpi, x, 1);
  is(Function::asinpi, 1, 0.5), is(Function::asinpi, -1, -0.5);
  is(Function::acospi, 1, 0.0), is(Function::acospi, 0, 0.5), is(Function::acospi, -1, 1);
  is(Function::atanpi, 1, 0.25), is(Function::atanpi, -1, -0.25), is(Function::atanpi, test::infinity, 0.5);
  is(Function::sigmoid, 0, 0.5), is(Function::sigmoid_grad, 0, 0.25), is(Function::tanh_grad, 0, 1);
  for (const Function f : {Function::silu_grad, Function::gelu_grad, Function::gelu_tanh_grad}) is(f, 0, 0.5);
  for (const Function f : {Function::exp, Function::exp2, Function::cos, Function::cosh}) is(f, 0, 1);
  for (const Function f : {Function::log, Function::acos, Function::acosh}) is(f, 1, 0.0);
}

TEST_CASE("two variables: atan2, atan2pi", "[functions][mpfr]") {
  const auto targets = models({"fp64", "fp32", "bf16", "Binary8p4se"});
  std::vector<double> ends = with_both_signs({0.0, 1, 0.5, 3, 0x1p-1074, 1e300, test::infinity, 1 + 0x1p-24});
  ends.push_back(test::not_a_number);
  const auto ys = test::log_uniform(1000, -30, 30, 41), xs = test::log_uniform(1000, -30, 30, 42);
  for (const functions::NamedFunction2& f : functions::named_functions2()) {
    oracle::Comparison all;
    SplitMix64 random(6);
    const auto pair = [&](double y, double x) {
      const Cut cut = test::reference(f.function, y, x);
      for (const oracle::Model& model : targets) check_modes(f, model, cut, x, y, random, all);
    };
    for (const double y : ends)
      for (const double x : ends) pair(y, x);
    for (std::size_t n = 0; n < xs.size(); ++n)
      pair(ys[n], xs[n]), pair(xs[n], xs[n]), pair(0x1p-60 * xs[n], xs[n]);
    INFO(f.name << "\n" << all.report());
    CHECK(all.differences() == 0);
  }
}

TEST_CASE("the approximation and MPFR lead to the same number", "[functions][mpfr]") {
  for (const functions::NamedFunction& f : functions::named_functions()) {
    std::size_t cases = 0, differences = 0;
    for (const double x :
         test::joined({arguments(300 + static_cast<std::uint64_t>(f.function), 1200), near_zero()}))
      for (const int bits : {1, 13, 26, 55, 64, 65, 71, 87, 90}) {
        ++cases;
        const Exact expected = functions::mpfr_value(f.function, x, bits);
        differences += same(functions::exact_value(f.function, x, bits), expected) ? 0U : 1U;
      }
    INFO(f.name);
    CHECK(cases > 10'000);
    CHECK(differences == 0);
  }
}

TEST_CASE("functions leave MPFR's state alone, in every thread", "[functions]") {
  const auto values = [] {
    std::vector<Exact> all;
    for (const Function f : {Function::tan, Function::gelu_grad, Function::acosh, Function::exp})
      for (int n = 1; n <= 200; ++n) all.push_back(functions::mpfr_value(f, 1 + 0.03 * n, 87));
    return all;
  };
  const std::vector<Exact> expected = values();
  std::vector<int> good(4, 0);
  std::vector<std::thread> threads;
  for (int& is_good : good)
    threads.emplace_back([&] {
      mpfr_set_emin(-3);
      mpfr_set_emax(3);
      mpfr_clear_flags();
      mpfr_set_divby0();
      is_good = std::ranges::equal(values(), expected, same) && mpfr_get_emin() == -3 &&
                mpfr_get_emax() == 3 && mpfr_flags_save() == MPFR_FLAGS_DIVBY0;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 1));
}

TEST_CASE("a number rounded to odd at that many bits is projected like the number itself", "[functions]") {
  SplitMix64 random(8);
  std::size_t differences = 0;
  for (int n = 0; n < 40'000; ++n) {
    const int random_bits = 1 + static_cast<int>(random.below(32));
    const Projection how{{.exponent_bits = 8, .mantissa_bits = static_cast<int>(1 + random.below(19))},
                         modes[random.below(std::size(modes))],
                         Saturation::none,
                         random_bits};
    const int bits = functions::deciding_bits(how);
    // A little more than a number that ends in zeros: a boundary, if it ends soon enough.
    const std::uint64_t zeros = (std::uint64_t{1} << random.below(static_cast<std::uint64_t>(bits))) - 1;
    const std::uint64_t top = (random.bits() >> (64 - bits) & ~zeros) | std::uint64_t{1} << (bits - 1);
    const int scale = static_cast<int>(random.below(300)) - 170;
    const Exact exact = Exact::scaled(n % 3 == 0, Uint128{top}, scale, true);
    const Exact odd = Exact::scaled(n % 3 == 0, Uint128{top | 1}, scale);
    const auto r = static_cast<std::uint32_t>(random.below(std::uint64_t{1} << random_bits));
    const Outcome a = project(how, exact, r), b = project(how, odd, r);
    differences += bits_of(a.value) != bits_of(b.value) || a.events.bits != b.events.bits ? 1U : 0U;
  }
  CHECK(differences == 0);
}

TEST_CASE("projections take as many bits as they see", "[functions]") {
  CHECK(functions::deciding_bits({format_of("fp64"), Rounding::stochastic_b, Saturation::none, 32}) == 87);
  CHECK(functions::deciding_bits({format_of("fp64")}) == 55);
  CHECK(functions::deciding_bits({format_of("e8m0fnu"), Rounding::to_odd}) == 3);
}

TEST_CASE("functions with P3109 semantics", "[functions]") {
  const Projection ieee{format_of("fp32")}, p3109{format_of("Binary16p8se")};
  const auto value = [](Function f, const Projection& how, double x, Semantics operands) {
    return oracle::text(functions::apply(f, how, x, 0, operands).value);
  };
  const std::string nan = oracle::text(test::not_a_number), inf = oracle::text(test::infinity);
  const auto other = Semantics::p3109, same = Semantics::ieee754;
  CHECK(value(Function::rsqrt, ieee, 0, same) == inf);
  CHECK(value(Function::rsqrt, ieee, -0.0, same) == oracle::text(-test::infinity));
  CHECK(value(Function::rsqrt, ieee, 0, other) == nan);
  CHECK(value(Function::rsqrt, p3109, 0, same) == nan);
  CHECK(functions::apply(Function::rsqrt, p3109, 0).events.has(Event::invalid));
  CHECK(functions::apply(Function::rsqrt, ieee, 0).events.has(Event::infinite));
  for (const Function f :
       {Function::sin, Function::tanpi, Function::asinh, Function::silu, Function::sinpi}) {
    CHECK(value(f, ieee, -0.0, same) == oracle::text(-0.0));
    CHECK(value(f, ieee, -0.0, other) == oracle::text(0.0));
    CHECK(value(f, p3109, -0.0, same) == oracle::text(0.0));
  }
  CHECK(value(Function::silu, p3109, -test::infinity, other) == oracle::text(0.0));
  CHECK(value(Function::log, p3109, 0, other) == oracle::text(-test::infinity));
  CHECK(value(Function::atanh, p3109, 1, other) == inf);
  CHECK(value(Function::tanpi, p3109, 0.5, other) == inf);
  const auto angle = functions::apply(Function2::atan2, p3109, 0, 0, 0, other);
  CHECK(oracle::text(angle.value) == oracle::text(0.0));
}

TEST_CASE("functions have names", "[functions]") {
  const auto names = functions::named_functions();
  REQUIRE(names.size() == static_cast<std::size_t>(Function::rsqrt) + 1);
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(static_cast<std::size_t>(names[i].function) == i);
  CHECK(functions::named_functions2().size() == 2);
  const Projection how{format_of("fp32")};
  const Operation* const tangent = find_operation("Tan");
  const Operation* const angle = find_operation("ArcTan2Pi");
  REQUIRE((tangent != nullptr && angle != nullptr));
  CHECK(tangent->arity == 1);
  CHECK(tangent->project(*tangent, how, {{1.0}}, 0).value ==
        static_cast<double>(0x1.8eb246p0F));  // 1.5574077
  CHECK(angle->arity == 2);
  CHECK(angle->project(*angle, how, {{1.0, -1.0}}, 0).value == 0.75);  // y, x
}
