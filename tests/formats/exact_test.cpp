// Exact results before they are rounded: 108 leading bits, and whether anything follows, against rationals.
// (Projections need 87 of them: 53, and 34 below for 32 random bits.)

#include <array>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "formats/exact.hpp"
#include "formats/integer_root.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rational_operations.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Op = oracle::Operation;
using Random = exmy::test::SplitMix64;

struct Leading {
  Exact::Kind kind;
  bool negative, sticky;
  int exponent;
  Uint128 bits;
  bool operator==(const Leading&) const = default;
};

Leading leading(const Exact& x) {
  constexpr int dropped = 20;
  const bool sticky = x.sticky || (x.significand & ((Uint128{1} << dropped) - 1)) != 0;
  return {x.kind, x.kind != Exact::Kind::nan && x.negative, sticky, x.exponent, x.significand >> dropped};
}

Exact computed(Op op, const std::array<double, 4>& x) {
  const ZeroSign positive = ZeroSign::positive;
  if (op == Op::add) return exact_add(x[0], x[1], positive);
  if (op == Op::mul) return exact_mul(x[0], x[1]);
  if (op == Op::div) return exact_div(x[0], x[1]);
  if (op == Op::fma) return exact_fma(x[0], x[1], x[2], positive);
  if (op == Op::faa) return exact_faa(x[0], x[1], x[2], positive);
  if (op == Op::sqrt) return exact_sqrt(x[0]);
  if (op == Op::hypot) return exact_hypot(x[0], x[1]);
  if (op == Op::add_scaled) return exact_add_scaled(x[0], x[1], x[2], x[3], positive);
  return exact_mul_scaled(x[0], x[1], x[2], x[3]);
}

const std::array ops{Op::add,  Op::mul,   Op::div,        Op::fma,       Op::faa,
                     Op::sqrt, Op::hypot, Op::add_scaled, Op::mul_scaled};

/// A significand with few or many bits, times 2^exponent.
double number(Random& random, int exponent) {
  const std::uint64_t zeros = random.below(4) == 0 ? random.below(52) : 0;
  const std::uint64_t ones = random.below(4) == 0 ? ~std::uint64_t{0} : random.bits();
  const std::uint64_t significand = (std::uint64_t{1} << 52) | ((ones >> 12 >> zeros) << zeros);
  const double x = std::ldexp(static_cast<double>(significand), exponent - 52);
  return random.below(2) == 0 ? x : -x;
}

std::string differences(int exponents, int cases) {
  Random random(static_cast<std::uint64_t>(exponents));
  std::string result;
  for (int i = 0; i < cases; ++i) {
    std::array<double, 4> x{};
    std::vector<oracle::Real> reals;
    for (double& each : x) {
      each = number(random,
                    static_cast<int>(random.below(static_cast<std::uint64_t>(2 * exponents))) - exponents);
      reals.push_back(oracle::real_of(each));
    }
    for (const Op op : ops) {
      const oracle::Real want = oracle::exact_result(op, {}, reals);
      if (leading(computed(op, x)) == leading(oracle::exact_of(want)) || result.size() > 2000) continue;
      result += std::to_string(static_cast<int>(op));
      for (const double each : x) result += " " + oracle::text(each);
      result += "\n";
    }
  }
  return result;
}

mpz_class integer(Uint128 x) {
  return (mpz_class(static_cast<std::uint64_t>(x >> 64)) << 64) + static_cast<std::uint64_t>(x);
}

Uint128 low128(const mpz_class& x) {
  const mpz_class high = (x >> 64) % (mpz_class(1) << 64), low = x % (mpz_class(1) << 64);
  return (Uint128{high.get_ui()} << 64) | low.get_ui();
}

/// floor(sqrt(n) 2^-16) and whether that loses anything, by GMP.
bool is_root(const mpz_class& n) {
  const IntegerRoot got = root_of(low128(n >> 128), low128(n));
  const mpz_class want = ::sqrt(n) >> 16;
  return integer(got.root) == want && got.inexact == ((want << 16) * (want << 16) != n);
}

}  // namespace

TEST_CASE("integer roots equal GMP's", "[formats][exact]") {
  Random random(9);
  const auto one = [](unsigned long bit) { return mpz_class(mpz_class(1) << bit); };
  const auto wide = [&] { return mpz_class((mpz_class(random.bits()) << 64) + random.bits()); };
  int wrong = 0;
  constexpr std::array modes{FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};  // must not matter
  for (int i = 0; i < 40'000; ++i) {
    std::fesetround(modes[static_cast<std::size_t>(i % 4)]);
    const unsigned long top = 126 + random.below(2);
    mpz_class root = one(top) + wide() % one(random.below(top));  // sqrt(n), up to 2^127.5
    if (top == 127) root = one(127) + wide() % one(124);
    const unsigned long zeros = 16 * random.below(5);  // 64: the first step's root is exact
    root = (root >> zeros) << zeros;
    for (const mpz_class& n : {mpz_class(root * root), mpz_class(root * root + 1), mpz_class(root * root - 1),
                               mpz_class(root * root + one(random.below(120)))})
      if (n >= one(252) && n < one(255)) wrong += is_root(n) ? 0 : 1;
  }
  std::fesetround(FE_TONEAREST);
  CHECK(wrong == 0);
  CHECK(is_root(one(252)));
  CHECK(is_root(one(255) - 1));
}

TEST_CASE("exact results have 108 right bits", "[formats][exact]") {
  for (const int exponents : {2, 20, 40, 70, 110, 200, 1020}) CHECK(differences(exponents, 3000) == "");
}

TEST_CASE("the last of 212 bits of a product of four numbers is not lost", "[formats][exact]") {
  const double above = 1 + 0x1p-52, below = 1 - 0x1p-52;  // (1 - 2^-104)^2 = 1 - 2^-103 + 2^-208
  const Leading want = {Exact::Kind::finite, false, true, -1, ((Uint128{1} << 103) - 1) << 5};
  CHECK(leading(exact_mul_scaled(above, below, above, below)) == want);
}
