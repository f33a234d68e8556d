// Orders pairwise and exact (and the old ones) against exact rationals: every rounding and saturation, products
// exact and rounded, 0 to 70 terms, numbers that hurt.

#include <string>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "tests/ops/reduction_support.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;
using test::adversarial;
using test::computed;
using test::drawn;
using test::Random;
using test::some_projection;
using test::Values;

void check(const Reduction& how, const Values& a, const Values& b, std::uint64_t o, Semantics operands) {
  const test::Computed got = computed(how, a, b, o, operands);
  CHECK(difference(got, test::ReductionOracle(how, operands).reduce(a, b, o)) == "");
  CHECK(got.sums()[Counter::total] + got.counters.product.counters[Counter::total] ==
        projections_of(how, a.size()));
  bool nan_lost = false;
  const double silent = reduce_by_definition(how, a.data(), b.data(), a.size(), o, test::streams(), operands,
                                             nullptr, &nan_lost);
  CHECK(bits_of(silent) == bits_of(got.sum));
  CHECK(nan_lost == got.nan_lost);
}

Reduction summed(const char* format, Order order) {
  Reduction how;
  how.accumulator.format = format_of(format);
  how.outer = how.accumulator;
  how.order = order;
  how.chunk = 3;
  return how;
}

double sum(const Reduction& how, const Values& terms) {
  return computed(how, terms, Values(terms.size(), 1.0)).sum;
}

}  // namespace

TEST_CASE("orders equal exact rationals for every rounding, saturation and number of terms",
          "[oracle][reduction]") {
  const Order order = GENERATE(Order::sequential, Order::chunked, Order::pairwise, Order::exact);
  Random random(41 + static_cast<std::uint64_t>(order));
  for (std::size_t n = 0; n <= 70; ++n)
    for (int rounding = 0; rounding < 9; ++rounding)
      for (int saturation = 0; saturation < 3; ++saturation) {
        Reduction how;
        how.order = order;
        how.accumulator = some_projection(random);
        how.accumulator.rounding = static_cast<Rounding>(rounding);
        how.accumulator.saturation = static_cast<Saturation>(saturation);
        how.chunk = 1 + random.below(n + 3);
        how.outer = some_projection(random);
        if (random.below(2) == 0) how.product = some_projection(random);
        const Values a = adversarial(random, n), b = adversarial(random, n);
        const std::uint64_t o = random.below(4) == 0 ? random.bits() >> 20 : random.below(50);
        INFO("order " << static_cast<int>(order) << " n " << n << " output " << o << "\n product "
                      << (how.product ? oracle::text(*how.product) : "exact") << "\n accumulator "
                      << oracle::text(how.accumulator));
        check(how, a, b, o, random.below(4) == 0 ? Semantics::p3109 : Semantics::ieee754);
      }
}

TEST_CASE("pairwise: the left half is the largest power of two below n", "[reduction]") {
  // 3 terms: (t0 + t1) + t2; 5: ((t0 + t1) + (t2 + t3)) + t4; 6: ... + (t4 + t5). fp16 rounds 2048 + 1 to even.
  const Reduction how = summed("fp16", Order::pairwise);
  CHECK(sum(how, {2048, 1, 1}) == 2048);  // 2049 -> 2048, 2049 -> 2048
  CHECK(sum(how, {1, 1, 2048}) == 2050);  // not 1 + (1 + 2048)
  CHECK(sum(how, {1, 2048, 1}) == 2048);
  CHECK(sum(how, {2048, 0, 1, 1, 1}) == 2052);     // (2048 + 2) + 1 = 2051 -> 2052, tie to even
  CHECK(sum(how, {2048, 0, 0, 0, 1, 1}) == 2050);  // 2048 + (1 + 1)
  CHECK(sum(how, {2048, 0, 0, 1, 0, 1}) == 2048);
  CHECK(sum(how, {2048, 0, 0, 0, 0, 1, 1}) == 2050);  // 7 = 4 + 3, 3 = 2 + 1: 2048 + ((0 + 1) + 1)
}

TEST_CASE("pairwise: a leaf is projected before it is added", "[reduction]") {
  const Reduction how = summed("fp16", Order::pairwise);
  CHECK(sum(how, {1 + 0x1p-11}) == 1);
  CHECK(sum(how, {1 + 0x1p-11, 1 + 0x1p-11}) == 2);  // exact: 2 + 2^-10
  CHECK(sum(summed("fp16", Order::exact), {1 + 0x1p-11, 1 + 0x1p-11, 0x1p-11}) == 2 + 0x1p-9);
}

TEST_CASE("pairwise: what counts as swamped", "[reduction]") {
  const Reduction how = summed("fp16", Order::pairwise);
  const auto swamped = [&](const Values& terms) {
    return computed(how, terms, Values(terms.size(), 1.0)).sums()[Counter::swamped];
  };
  CHECK(swamped({4096, 1}) == 1);
  CHECK(swamped({1, 4096}) == 1);  // either side can be lost
  CHECK(swamped({0, 4096}) == 0);
  CHECK(swamped({0x1p-30}) == 0);  // a leaf that underflows is no lost addend
  CHECK(swamped({2, -2}) == 0);
  CHECK(swamped({4096, 1, 4096, 1}) == 2);
}

TEST_CASE("pairwise: random numbers of leaves and nodes", "[reduction]") {
  Reduction how = summed("e5m2", Order::pairwise);
  how.accumulator.rounding = Rounding::stochastic_a;
  how.accumulator.random_bits = 16;
  int up = 0;
  for (std::uint64_t o = 0; o < 200; ++o) {
    INFO("output " << o);
    // Two terms. Node: 1 + 1/16 lies a quarter between 1 and 1.25; index 2 o 2 + 2 + 1.
    const bool away = drawn(test::accumulator_name, 4 * o + 3, 16) >= 0xc000;
    CHECK(computed(how, {1, 0x1p-4}, {1, 1}, o).sum == (away ? 1.25 : 1));
    // Leaf 1 of two: 1 + 1/8 is half way; index 2 o 2 + 1.
    const bool leaf = drawn(test::accumulator_name, 4 * o + 1, 16) >= 0x8000;
    CHECK(computed(how, {0, 1.125}, {1, 1}, o).sum == (leaf ? 1.25 : 1));
    // Three terms: the root joins {0, 1} and {2}, index 2 o 3 + 3 + 2.
    const bool root = drawn(test::accumulator_name, 6 * o + 5, 16) >= 0xc000;
    CHECK(computed(how, {1, 0, 0x1p-4}, {1, 1, 1}, o).sum == (root ? 1.25 : 1));
    up += away ? 1 : 0;
  }
  CHECK(up > 20);
  CHECK(up < 80);
}

TEST_CASE("exact: the random number of output o is number o", "[reduction]") {
  Reduction how = summed("e5m2", Order::exact);
  how.accumulator.rounding = Rounding::stochastic_a;
  how.accumulator.random_bits = 20;
  for (std::uint64_t o = 0; o < 200; ++o) {
    const bool away = drawn(test::accumulator_name, o, 20) >= 0xc0000;
    CHECK(computed(how, {1, 0x1p-5, 0x1p-5}, {1, 1, 1}, o).sum == (away ? 1.25 : 1));
  }
}

TEST_CASE("exact: neither order nor size of the terms matters", "[reduction]") {
  const Reduction how = summed("fp32", Order::exact);
  const double most = 0x1.fffffffffffffp1023;
  CHECK(sum(how, {most, 1, most, -most, 0x1p-1074, -most}) == 1 + 0);
  CHECK(computed(how, {most, -most, 0x1p-100}, {most, most, 0x1p-40}).sum == 0x1p-140);
  CHECK(sum(summed("fp16", Order::exact), Values(4096, 1.0)) == 4096);
  CHECK(sum(summed("fp16", Order::exact), {65504, 65504, -65504, -65504, 0x1p-24}) == 0x1p-24);
  CHECK(sum(summed("fp16", Order::exact), {infinity64, 1, -65504}) == infinity64);
  CHECK(is_nan(sum(summed("fp16", Order::exact), {infinity64, 1, -infinity64})));
  CHECK(is_nan(sum(summed("fp16", Order::exact), {1, nan64})));
  CHECK(bits_of(sum(how, {-0.0, -0.0})) == 0);
}

TEST_CASE("exact: rounded products are rounded first", "[reduction]") {
  Reduction how = summed("fp16", Order::exact);
  const Values a{-1, 1 + 0x1p-10}, b{1, 1 - 0x1p-10};
  CHECK(computed(how, a, b).sum == -0x1p-20);
  how.product = how.accumulator;
  const test::Computed got = computed(how, a, b);
  CHECK(bits_of(got.sum) == 0);
  CHECK(got.counters.product.counters[Counter::total] == 2);
  CHECK(got.sums()[Counter::total] == 1);
}
