// The definition of a reduction against numerics section 4, step by step in exact rationals, random numbers
// included.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/ops/reduction_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using test::Computed;
using test::computed;
using test::difference;
using test::numbers;
using test::Random;
using test::some_projection;
using test::Values;

// ---- cases at random --------------------------------------------------------------------------------

Reduction some_reduction(Random& random, std::size_t n) {
  Reduction how;
  if (random.below(2) == 0) how.product = some_projection(random);
  how.accumulator = some_projection(random);
  how.order = random.below(2) == 0 ? Order::chunked : Order::sequential;
  how.chunk = 1 + random.below(n + 3);
  how.outer = some_projection(random);
  return how;
}

Values repeated(std::size_t n, double x) { return Values(n, x); }

}  // namespace

TEST_CASE("reductions equal exact rationals projected step by step", "[oracle][reduction]") {
  Random random(31);
  for (int i = 0; i < 12000; ++i) {
    const std::size_t n = random.below(20);
    const Reduction how = some_reduction(random, n);
    const Values a = numbers(random, n), b = numbers(random, n);
    const std::uint64_t o = random.below(4) == 0 ? random.bits() >> 20 : random.below(50);
    const Semantics operands = random.below(4) == 0 ? Semantics::p3109 : Semantics::ieee754;
    INFO("case " << i << " n " << n << " output " << o << " chunk " << how.chunk << "\n product "
                 << (how.product ? oracle::text(*how.product) : "exact") << "\n accumulator "
                 << oracle::text(how.accumulator) << "\n outer " << oracle::text(how.outer));
    const Computed got = computed(how, a, b, o, operands);
    CHECK(difference(got, test::ReductionOracle(how, operands).reduce(a, b, o)) == "");
    bool nan_lost = false;
    const double silent =
        reduce_by_definition(how, a.data(), b.data(), n, o, test::streams(), operands, nullptr, &nan_lost);
    CHECK(bits_of(silent) == bits_of(got.sum));
    CHECK(nan_lost == got.nan_lost);
  }
}

TEST_CASE("a reduction that is zero is +0 in every mode and order; no terms give +0", "[reduction]") {
  for (int mode = 0; mode < 9; ++mode)
    for (const Order order : {Order::sequential, Order::chunked, Order::pairwise, Order::exact})
      for (const bool rounded : {false, true}) {
        Reduction how;
        how.accumulator = {format_of("e4m3fn"), static_cast<Rounding>(mode), Saturation::finite, 16};
        how.outer = how.accumulator;
        if (rounded) how.product = how.accumulator;
        how.order = order;
        how.chunk = 2;
        INFO("rounding " << mode << " order " << static_cast<int>(order) << " product rounded " << rounded);
        const auto sum = [&](const Values& a, const Values& b) { return bits_of(computed(how, a, b).sum); };
        CHECK(sum({}, {}) == 0);
        CHECK(sum({-0.0}, {1}) == 0);
        CHECK(sum({1, -1}, {3, 3}) == 0);
        CHECK(sum({1, 1, -1, -1}, {3, 2, 2, 3}) == 0);
      }
}

TEST_CASE("a negative sum that rounds to zero is +0", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("e4m3fn");
  CHECK(bits_of(computed(how, {-0x1p-11}, {1}).sum) == 0);
}

TEST_CASE("a sum of ones stalls at 2048 in fp16, and does not in chunks", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("fp16");
  how.outer = how.accumulator;
  const Values ones = repeated(4096, 1.0);
  const Computed stalled = computed(how, ones, ones);
  CHECK(stalled.sum == 2048);
  CHECK(stalled.sums()[Counter::swamped] == 2048);
  CHECK(stalled.sums()[Counter::tie] == 2048);
  CHECK(stalled.sums()[Counter::total] == 4096);
  how.order = Order::chunked;
  how.chunk = 64;
  const Computed whole = computed(how, ones, ones);
  CHECK(whole.sum == 4096);
  CHECK(whole.sums()[Counter::swamped] == 0);
  CHECK(whole.sums()[Counter::total] == 4096 + 64);
}

TEST_CASE("the outer projection acts on a single chunk too", "[reduction]") {
  Reduction how;
  how.order = Order::chunked;
  how.chunk = 100;
  how.outer.format = format_of("fp16");
  CHECK(computed(how, {1, 0x1p-20}, {1, 1}).sum == 1);
  how.order = Order::sequential;
  CHECK(computed(how, {1, 0x1p-20}, {1, 1}).sum == 1 + 0x1p-20);
}

TEST_CASE("an exact product is rounded with the sum, a rounded one before it", "[reduction]") {
  Reduction how;
  how.accumulator.format = format_of("fp16");
  const Values a{-1, 1 + 0x1p-10}, b{1, 1 - 0x1p-10};  // -1 + (1 - 2^-20)
  CHECK(computed(how, a, b).sum == -0x1p-20);
  how.product = how.accumulator;
  CHECK(bits_of(computed(how, a, b).sum) == 0);
}
