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
#include "tests/ops/reduction_oracle.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/rational_oracle.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
using test::Counted;
using test::Expected;
using test::Values;

// ---- the definition of the library ------------------------------------------------------------------

struct Computed {
  double sum = 0;
  DotCounters counters;
  bool nan_lost = false;
  const Counters& sums() const { return counters.accumulator.counters; }
};

Computed computed(const Reduction& how, const Values& a, const Values& b, std::uint64_t o = 0,
                  Semantics operands = Semantics::ieee754) {
  Computed c;
  c.counters.histograms = true;
  c.sum = reduce_by_definition(how, a.data(), b.data(), a.size(), o, test::streams(), operands, &c.counters,
                               &c.nan_lost);
  return c;
}

std::map<long, std::uint64_t> counts_of(const ExponentHistogram& h) {
  std::map<long, std::uint64_t> counts;
  const auto [first, numbers] = h.trimmed();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != 0) counts[first + static_cast<long>(i)] = numbers[i];
  return counts;
}

std::string difference(const StepCounters& got, const Counted& want, const std::string& role) {
  std::string out;
  for (std::size_t i = 0; i < counters_count; ++i)
    if (got.counters.counts[i] != want.counters.counts[i]) out += role + std::string(counter_names[i]);
  if (counts_of(got.before) != want.before) out += role + "before";
  if (counts_of(got.after) != want.after) out += role + "after";
  return out;
}

std::string difference(const Computed& got, const Expected& want) {
  std::string out;
  if (bits_of(got.sum) != bits_of(want.sum))
    out += oracle::text(got.sum) + " is not " + oracle::text(want.sum);
  if (got.nan_lost != want.nan_lost) out += " nan_lost";
  return out + difference(got.counters.product, want.product, " product ") +
         difference(got.counters.accumulator, want.accumulator, " accumulator ");
}

// ---- cases at random --------------------------------------------------------------------------------

Projection some_projection(Random& random) {
  constexpr std::array names{"fp16", "bf16",        "tf32",        "fp32",        "fp64",
                             "e5m2", "e4m3fn",      "e4m3fnuz",    "e2m1fn",      "e3m2fn",
                             "e6m9", "Binary8p4se", "Binary8p3sf", "Binary8p4ue", "e8m0fnu"};
  return {format_of(names[random.below(names.size())]), static_cast<Rounding>(random.below(9)),
          static_cast<Saturation>(random.below(3)), 1 + static_cast<int>(random.below(32))};
}

Reduction some_reduction(Random& random, std::size_t n) {
  Reduction how;
  if (random.below(2) == 0) how.product = some_projection(random);
  how.accumulator = some_projection(random);
  how.order = random.below(2) == 0 ? Order::chunked : Order::sequential;
  how.chunk = 1 + random.below(n + 3);
  how.outer = some_projection(random);
  return how;
}

double draw(Random& random) {
  const auto x = [&](std::uint64_t exponents, std::uint64_t lowest) {
    const std::uint64_t keep = ~std::uint64_t{0} << (52 - random.below(24));
    const std::uint64_t field = lowest + random.below(exponents);
    return std::bit_cast<double>((random.bits() & keep & 0x800fffffffffffff) | field << 52);
  };
  switch (random.below(24)) {
    case 0: return 0.0;
    case 1: return -0.0;
    case 2: return random.below(8) == 0 ? infinity64 : 1.0;
    case 3: return random.below(8) == 0 ? nan64 : -1.0;
    case 4: return x(250, 898);  // any float exponent
    default: return x(12, 1019);
  }
}

Values numbers(Random& random, std::size_t n) {
  Values x(n);
  for (double& v : x) v = draw(random);
  return x;
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
    for (const Order order : {Order::sequential, Order::chunked})
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
