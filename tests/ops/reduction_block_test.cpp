// Order block, the matrix units, against exact rationals and by hand.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/quant/matrix_unit.hpp"
#include "tests/ops/reduction_block_oracle.hpp"
#include "tests/ops/reduction_support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using test::BlockOracle;
using test::computed;
using test::Random;
using test::Values;

/// The smallest normal exponents, after the standards.
const std::map<std::string, int> e_mins{{"fp16", -14},  {"bf16", -126},  {"e4m3fn", -6}, {"e5m2", -14},
                                        {"fp32", -126}, {"e8m13", -126}, {"e2m1fn", 0},  {"e4m3fnuz", -7},
                                        {"tf32", -126}, {"fp64", -1022}};

struct Case {
  std::size_t terms;
  int fraction_bits;
  std::string output, a, b;
};

Reduction reduction_of(const Case& c, Saturation saturation = Saturation::none) {
  Reduction how;
  how.order = Order::block;
  how.accumulator = {format_of(c.output), c.output == "fp16" ? Rounding::nearest_even : Rounding::toward_zero,
                     saturation};
  how.block = {c.terms, c.fraction_bits, e_mins.at(c.a), e_mins.at(c.b)};
  return how;
}

double block_sum(const Case& c, const Values& a, const Values& b) {
  return computed(reduction_of(c), a, b).sum;
}
double block_sum(const Case& c, const Values& a) { return block_sum(c, a, Values(a.size(), 1.0)); }

/// Codes near each other or anywhere; zeros, pairs that cancel, sometimes infinities and NaN.
Values operands(Random& random, const std::string& name, std::size_t n) {
  const Format f = format_of(name);
  const std::uint64_t codes = std::uint64_t{1} << (f.bits() - 1);
  const std::uint64_t spread = std::uint64_t{1}
                               << (1 + random.below(static_cast<std::uint64_t>(f.bits() - 1)));
  const std::uint64_t low = random.below(2) == 0 ? 0 : random.below(codes);
  const bool specials = random.below(3) == 0;
  Values x(n);
  for (std::size_t k = 0; k < n; ++k) {
    do {
      const std::uint64_t code =
          random.below(8) == 0 ? random.below(codes) : (low + random.below(spread)) % codes;
      x[k] = decode(f, code) * (random.below(2) == 0 ? 1 : -1);
    } while (!specials && !is_finite(x[k]));
    if (!is_finite(x[k]) && random.below(n) != 0) x[k] = is_nan(x[k]) ? 1 : 0.0;
    if (k > 0 && random.below(6) == 0) x[k] = -x[random.below(k)];
  }
  return x;
}

void check(const Case& c, std::size_t n, Random& random) {
  const auto saturation = static_cast<Saturation>(random.below(3));
  Reduction how = reduction_of(c, saturation);
  if (random.below(3) == 0) {
    how.chunk = 1 + random.below(n + 3);
    how.outer = test::some_projection(random);
  }
  const BlockOracle::Unit unit{c.terms,        c.fraction_bits, how.accumulator, e_mins.at(c.output),
                               e_mins.at(c.a), e_mins.at(c.b)};
  const Values a = operands(random, c.a, n), b = operands(random, c.b, n);
  const std::uint64_t o = random.below(50);
  INFO("L " << c.terms << " F " << c.fraction_bits << " " << c.output << " of " << c.a << " " << c.b << " n "
            << n << " chunk " << how.chunk << " saturation " << static_cast<int>(saturation));
  const test::Computed got = computed(how, a, b, o);
  CHECK(difference(got, BlockOracle(how, unit).reduce(a, b, o)) == "");
  CHECK(got.sums()[Counter::total] == projections_of(how, n));
}

}  // namespace

TEST_CASE("units with a name equal exact rationals", "[oracle][reduction]") {
  const std::vector<std::pair<std::string, Case>> rows{{"volta", {4, 23, "fp32", "fp16", "fp16"}},
                                                       {"ampere", {8, 24, "fp32", "fp16", "fp16"}},
                                                       {"ampere", {8, 24, "fp32", "bf16", "bf16"}},
                                                       {"hopper", {16, 25, "fp32", "fp16", "fp16"}},
                                                       {"hopper", {16, 25, "fp32", "bf16", "bf16"}},
                                                       {"ada_fp8", {16, 13, "e8m13", "e4m3fn", "e4m3fn"}},
                                                       {"ada_fp8", {16, 13, "e8m13", "e5m2", "e4m3fn"}},
                                                       {"hopper_fp8", {32, 13, "e8m13", "e4m3fn", "e4m3fn"}},
                                                       {"hopper_fp8", {32, 13, "e8m13", "e4m3fn", "e5m2"}},
                                                       {"blackwell_fp8", {32, 25, "fp32", "e5m2", "e5m2"}}};
  Random random(51);
  for (const auto& [name, row] : rows) {
    INFO(name);
    const auto found = std::find_if(matrix_units.begin(), matrix_units.end(),
                                    [&](const NamedUnit& u) { return u.name == name; });
    REQUIRE(found != matrix_units.end());
    const MatrixUnit& unit = found->value;
    CHECK(unit.terms == row.terms);
    CHECK(unit.fraction_bits == row.fraction_bits);
    CHECK(unit.projection(Saturation::finite) ==
          Projection{format_of(row.output), Rounding::toward_zero, Saturation::finite});
    CHECK(unit.accepts(format_of(row.a)));
    CHECK(unit.accepts(format_of(row.b)));
    for (std::size_t n = 0; n <= 70; ++n)
      for (int i = 0; i < 4; ++i) check(row, n, random);
  }
}

TEST_CASE("any unit equals exact rationals", "[oracle][reduction]") {
  constexpr const char* factors[] = {"fp16", "bf16", "e4m3fn", "e5m2", "e2m1fn", "e4m3fnuz", "tf32", "fp32"};
  constexpr const char* outputs[] = {"fp32", "e8m13", "fp16"};
  Random random(52);
  for (int i = 0; i < 4000; ++i) {
    const std::size_t n = random.below(71);
    const int bits = static_cast<int>(random.below(4) == 0 ? random.below(101) : random.below(30));
    check({1 + random.below(n + 3), bits, outputs[random.below(3)], factors[random.below(8)],
           factors[random.below(8)]},
          n, random);
  }
}

TEST_CASE("the factors that units with a name accept", "[reduction]") {
  const auto accepts = [](const char* unit, const char* format) {
    for (const NamedUnit& u : matrix_units)
      if (u.name == unit) return u.value.accepts(format_of(format));
    return false;
  };
  for (const char* unit : {"ampere", "hopper"}) {
    CHECK(accepts(unit, "fp16"));
    CHECK(accepts(unit, "bf16"));
    CHECK_FALSE(accepts(unit, "fp32"));
    CHECK_FALSE(accepts(unit, "e5m2"));
  }
  CHECK(accepts("volta", "fp16"));
  CHECK_FALSE(accepts("volta", "bf16"));
  for (const char* unit : {"ada_fp8", "hopper_fp8", "blackwell_fp8"}) {
    CHECK(accepts(unit, "e4m3fn"));
    CHECK(accepts(unit, "e5m2"));
    for (const char* no : {"fp16", "e4m3", "e4m3fnuz", "e2m1fn"}) CHECK_FALSE(accepts(unit, no));
  }
  CHECK(MatrixUnit{}.accepts(format_of("e3m4")));
  CHECK(MatrixUnit{4, 4, UnitOutput::fp16}.projection(Saturation::none) == Projection{format_of("fp16")});
}

TEST_CASE("addends are truncated toward zero below the largest exponent", "[reduction]") {
  const Case unit{4, 13, "fp32", "fp32", "fp32"};
  CHECK(block_sum(unit, {1, 0x1p-13}) == 1 + 0x1p-13);
  CHECK(block_sum(unit, {1, 0x1p-14}) == 1);
  CHECK(block_sum(unit, {1, -0x1p-14}) == 1);             // toward zero, not down
  CHECK(block_sum(unit, {1, 0x1.8p-13}) == 1 + 0x1p-13);  // not to nearest
  CHECK(block_sum(unit, {1, -0x1.8p-13}) == 1 - 0x1p-13);
  CHECK(block_sum(unit, {1, 0x1p-14, 0x1p-14, 0x1p-14}) == 1);  // each by itself, before they are added
  CHECK(block_sum(unit, {0x1p-14, 0x1p-14, 0x1p-14, 0x1p-14, 1}) ==
        1 + 0x1p-12);  // the running sum is one addend
}

TEST_CASE("groups have `terms` products, the last may be shorter", "[reduction]") {
  // Truncation depends on the largest exponent of the group alone.
  CHECK(block_sum({2, 4, "fp32", "fp32", "fp32"}, {0x1p-5, 0x1p-5, 1}) == 1 + 0x1p-4);
  CHECK(block_sum({3, 4, "fp32", "fp32", "fp32"}, {0x1p-5, 0x1p-5, 1}) == 1);
  CHECK(block_sum({3, 4, "fp32", "fp32", "fp32"}, {0x1p-5, 0x1p-5, 0, 1}) == 1 + 0x1p-4);
  CHECK(computed(reduction_of({3, 4, "fp32", "fp32", "fp32"}), Values(7, 1), Values(7, 1))
            .sums()[Counter::total] == 3);
}

TEST_CASE("products are not renormalised; subnormal factors have the smallest normal exponent",
          "[reduction]") {
  CHECK(block_sum({2, 2, "fp32", "fp32", "fp32"}, {1.5, 0.5}, {1.5, 0.5}) == 2.5);  // 2.25 has exponent 0
  CHECK(block_sum({2, 2, "fp32", "fp32", "fp32"}, {2.25, 0.25}) == 2);              // exponent 1
  // 2^-9 in e4m3fn counts as 2^-6: with two bits below that it is gone.
  CHECK(block_sum({2, 2, "fp32", "e4m3fn", "e4m3fn"}, {0x1p-9}) == 0);
  CHECK(block_sum({2, 3, "fp32", "e4m3fn", "e4m3fn"}, {0x1p-9}) == 0x1p-9);
  CHECK(block_sum({2, 2, "fp32", "fp16", "fp16"}, {0x1p-9}) == 0x1p-9);
}

TEST_CASE("a running sum of zero has the smallest exponent of the output, a product of zero has none",
          "[reduction]") {
  CHECK(block_sum({2, 2, "fp16", "fp32", "fp32"}, {0x1p-17}) == 0);
  CHECK(block_sum({2, 3, "fp16", "fp32", "fp32"}, {0x1p-17}) == 0x1p-17);
  CHECK(block_sum({2, 2, "fp32", "fp32", "fp32"}, {0x1p-17, 0}, {1, 1024}) == 0x1p-17);
}

TEST_CASE("the output: toward zero, fp16 to nearest even, saturation as the policy says", "[reduction]") {
  CHECK(block_sum({2, 30, "fp32", "fp64", "fp64"}, {1, 0x1.8p-23}) == 1 + 0x1p-23);
  CHECK(block_sum({2, 30, "fp32", "fp64", "fp64"}, {-1, -0x1.8p-23}) == -1 - 0x1p-23);
  CHECK(block_sum({2, 30, "e8m13", "fp64", "fp64"}, {1, 0x1.8p-13}) == 1 + 0x1p-13);
  CHECK(block_sum({2, 30, "fp16", "fp64", "fp64"}, {1, 0x1.8p-10}) == 1 + 0x1p-9);
  CHECK(block_sum({2, 30, "fp16", "fp64", "fp64"}, {65504, 65504}) == infinity64);
  CHECK(block_sum({2, 30, "fp32", "fp64", "fp64"}, {0x1p127, 0x1p127}) == 0x1.fffffep127);  // toward zero
  const Reduction clamped = reduction_of({2, 30, "fp16", "fp64", "fp64"}, Saturation::finite);
  CHECK(computed(clamped, {65504, 65504}, {1, 1}).sum == 65504);
}

TEST_CASE("infinities and NaN in a unit", "[reduction]") {
  const Case unit{2, 13, "e8m13", "e5m2", "e5m2"};
  const double inf = infinity64;
  CHECK(block_sum(unit, {inf, 1, 1}) == inf);
  CHECK(block_sum(unit, {1, 1, -inf}) == -inf);
  CHECK(is_nan(block_sum(unit, {inf, 1, -inf})));  // the running sum is infinite
  CHECK(is_nan(block_sum(unit, {inf, -inf})));
  CHECK(is_nan(block_sum(unit, {inf, 1}, {0, 1})));
  CHECK(is_nan(block_sum(unit, {1, 1, 1}, {1, 1, nan64})));
  const test::Computed made = computed(reduction_of(unit), {inf, 1, -inf, 1, 1}, Values(5, 1.0));
  CHECK(made.sums()[Counter::nan_generated] == 1);  // then it is there already
  CHECK(made.sums()[Counter::nan_in] == 2);
}

TEST_CASE("a unit's group is swamped when its products leave no trace", "[reduction]") {
  const Case unit{2, 13, "e8m13", "fp32", "fp32"};
  const auto swamped = [&](const Values& x) {
    return computed(reduction_of(unit), x, Values(x.size(), 1.0)).sums()[Counter::swamped];
  };
  CHECK(swamped({1, 0, 0x1p-14, 0x1p-14}) == 1);
  CHECK(swamped({1, 0, 0x1p-13, 0}) == 0);
  CHECK(swamped({1, 0, 0, 0}) == 0);
  CHECK(swamped({1, 0, 1, -1}) == 0);  // they add nothing
}

TEST_CASE("chunks of a unit are promoted to the outer format", "[reduction]") {
  Reduction how = reduction_of({32, 13, "e8m13", "e4m3fn", "e4m3fn"});
  CHECK(computed(how, {448, 0x1p-6}, {448, 1}).sum == 448 * 448);
  how.chunk = 1;
  CHECK(computed(how, {448, 0x1p-6}, {448, 1}).sum == 448 * 448 + 0x1p-6);
  CHECK(computed(how, {448, 0x1p-6}, {448, 1}).sums()[Counter::total] == 4);
  CHECK(projections_of(how, 2) == 4);
}
