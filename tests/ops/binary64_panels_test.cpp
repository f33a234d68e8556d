// Products in binary64 equal the definition, values and counters, in every order that they serve; and which those are.

#include <omp.h>

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/binary64_panels.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/counters.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;
const Projection fp64{format_of("fp64")};

MatmulTask task_of(Order order, bool rounds_products) {
  MatmulTask t{{}, {}, false, Semantics::ieee754, {{7, "p", 3}, {7, "a", 3}, {7, "a#2", 3}}};
  t.how.accumulator = t.how.outer = fp64;
  t.how.order = order;
  if (rounds_products) t.how.product = fp64;
  return t;
}

/// Few bits, for ties; all bits; what is beside a power of two; far from one another, so that sums swallow terms. `wild`:
/// anything that a double can be.
double draw(Random& random, std::uint64_t spread, bool wild) {
  if (wild) return random.below(4) == 0 ? infinity64 : std::bit_cast<double>(random.bits());
  if (random.below(15) == 0) return random.below(2) == 0 ? 0.0 : -0.0;
  constexpr std::uint64_t all_ones = (std::uint64_t{1} << 52) - 1;
  const std::array<std::uint64_t, 6> masks{all_ones << 50, all_ones << 25, all_ones << 26, all_ones, 0, 1};
  const std::uint64_t fraction = random.below(9) == 0 ? all_ones : random.bits() & masks[random.below(6)];
  const std::uint64_t exponent = 1023 - spread + random.below(2 * spread + 1);
  return std::bit_cast<double>((random.bits() & std::uint64_t{1} << 63) | exponent << 52 |
                               (fraction & all_ones));
}

/// In one row of `wild` ones of ten.
std::vector<double> matrix(Random& random, std::size_t rows, std::size_t columns, std::uint64_t spread,
                           bool wild) {
  std::vector<double> x(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool wild_row = wild && random.below(3) == 0;
    for (std::size_t j = 0; j < columns; ++j)
      x[i * columns + j] = draw(random, spread, wild_row && random.below(10) == 0);
  }
  return x;
}

MatmulTask some_task(Random& random) {
  constexpr std::array orders{Order::sequential, Order::chunked, Order::pairwise};
  MatmulTask t = task_of(orders[random.below(3)], random.below(2) == 0);
  const auto extent = [&] { return random.below(8) == 0 ? random.below(3) : random.below(37); };
  t.m = extent() % 6, t.n = extent(), t.k = extent();
  t.how.chunk = 1 + random.below(t.k + 3);
  t.float_operands = random.below(4) == 0;
  if (random.below(8) == 0) t.operands = Semantics::p3109;
  const std::uint64_t spread = std::array<std::uint64_t, 5>{1, 28, 54, 400, 480}[random.below(5)];
  t.a = matrix(random, t.m, t.k, spread, random.below(4) == 0);
  t.b = matrix(random, t.n, t.k, spread, random.below(6) == 0);
  if (random.below(3) == 0)  // pairs that cancel
    for (std::size_t i = 0; i < t.m; ++i)
      for (std::size_t k = 1; k < t.k; k += 2) {
        t.a[i * t.k + k] = -t.a[i * t.k + k - 1];
        for (std::size_t j = 0; j < t.n; ++j) t.b[j * t.k + k] = t.b[j * t.k + k - 1];
      }
  return t;
}

void compare(const MatmulTask& t, std::uint64_t* compared) {
  INFO(t.m << " x " << t.n << " x " << t.k << ", order " << static_cast<int>(t.how.order) << ", chunk "
           << t.how.chunk << (t.how.product ? ", rounded products" : ""));
  const MatmulResult want = matmul_by_definition(t, Counting::counters);
  for (const Counting counting : {Counting::nothing, Counting::counters}) {
    REQUIRE(path_of(t, counting) == MatmulPath::binary64);
    const MatmulResult got = matmul(t, counting);
    REQUIRE(got.y.size() == want.y.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < want.y.size(); ++i)
      if (bits_of(got.y[i]) != bits_of(want.y[i])) ++different;
    CHECK(different == 0);
    *compared += want.y.size();
    const DotCounters counters = counting == Counting::counters ? want.counters : DotCounters{};
    CHECK(test::differences(got.counters.product.counters, counters.product.counters) == "");
    CHECK(test::differences(got.counters.accumulator.counters, counters.accumulator.counters) == "");
    CHECK(got.nan_lost == want.nan_lost);
  }
}

}  // namespace

TEST_CASE("products in binary64 equal their definition", "[matmul]") {
  const test::Threads restore;
  Random random(64);
  std::uint64_t compared = 0;
  for (int i = 0; i < 400; ++i) {
    omp_set_num_threads(1 + i % 3);
    compare(some_task(random), &compared);
  }
  CHECK(compared > 10'000);
}

TEST_CASE("what products in binary64 count", "[matmul]") {
  MatmulTask t = task_of(Order::sequential, false);
  t.m = 1, t.n = 1, t.k = 7;
  // Exact; a tie below a power of two, rounded up to it; swamped twice, once at a tie; exact; inexact; exactly 0.
  t.a = {1, 1, 1, 1, -1, 0x1p-60, -1};
  t.b = {1, -0x1p-54, 0x1p-53, 0x1p-60, 0.5, 1, 0.5};
  const MatmulResult y = matmul(t, Counting::counters);
  CHECK(y.y == std::vector<double>{0});
  const Counters& c = y.counters.accumulator.counters;
  CHECK(c[Counter::total] == 7);
  CHECK(c[Counter::inexact] == 4);
  CHECK(c[Counter::rounded_up] == 1);
  CHECK(c[Counter::rounded_down] == 3);
  CHECK(c[Counter::tie] == 2);
  CHECK(c[Counter::swamped] == 4);
  CHECK(c[Counter::zero_in] == 1);
}

TEST_CASE("where products in binary64 are refused they would be wrong", "[matmul]") {
  const auto machine = [](const MatmulTask& t) {
    std::vector<double> sums(panel_width);
    DotCounters counters;
    Binary64Panels(t, false)(0, 0, sums.data(), counters);
    return sums[0];
  };
  const auto differs = [&](const auto& change, std::vector<double> a, std::vector<double> b) {
    MatmulTask t = task_of(Order::chunked, true);
    t.how.chunk = 2;
    change(t.how);
    t.m = t.n = 1, t.k = a.size();
    t.a = std::move(a), t.b = std::move(b);
    CHECK_FALSE(is_in_binary64(t.how));
    return bits_of(machine(t)) != bits_of(matmul_by_definition(t, Counting::nothing).y[0]);
  };
  const std::vector<double> ones{1, 1, 1}, tie{1, 0x1.8p-53, 0};
  CHECK(differs([](Reduction& r) { r.accumulator.rounding = Rounding::toward_zero; }, tie, ones));
  CHECK(differs([](Reduction& r) { r.accumulator.saturation = Saturation::finite; }, {0x1p1023, 0x1p1023},
                {1, 1}));
  CHECK(differs([](Reduction& r) { r.accumulator.format.mantissa_bits = 51; }, {1, 0x1p-52}, {1, 1}));
  CHECK(differs([](Reduction& r) { r.accumulator.format.subnormals = Subnormals::flush; }, {0x1p-1074}, {1}));
  CHECK(differs([](Reduction& r) { r.outer.format = format_of("fp32"); }, {1, 0x1p-40}, {1, 1}));
  CHECK(differs([](Reduction& r) { r.product->format = format_of("fp32"); }, {1 + 0x1p-40}, {1}));
}

TEST_CASE("which reductions are those of binary64", "[matmul]") {
  const auto path = [](const Reduction& how, Counting counting = Counting::counters) {
    MatmulTask t = task_of(Order::sequential, false);
    t.how = how;
    return path_of(t, counting);
  };
  for (const Order order : {Order::sequential, Order::chunked, Order::pairwise})
    for (const bool rounds : {false, true}) {
      const Reduction how = task_of(order, rounds).how;
      CHECK(path(how, Counting::nothing) == MatmulPath::binary64);
      CHECK(path(how, Counting::counters) == MatmulPath::binary64);
      CHECK(path(how, Counting::histograms) == MatmulPath::definition);
    }
  const auto changed = [&](const auto& change) {
    Reduction how = task_of(Order::chunked, true).how;
    change(how);
    return path(how);
  };
  const auto definition = MatmulPath::definition;
  CHECK(changed([](Reduction&) {}) == MatmulPath::binary64);
  CHECK(changed([](Reduction& r) { r.accumulator.random_bits = 3; }) ==
        MatmulPath::binary64);  // none are drawn
  CHECK(changed([](Reduction& r) { r.order = Order::exact; }) == definition);
  CHECK(changed([](Reduction& r) { r.order = Order::block; }) == definition);
  CHECK(changed([](Reduction& r) { r.product->format = format_of("fp32"); }) == definition);
  CHECK(changed([](Reduction& r) { r.outer.format = format_of("fp32"); }) == definition);
  for (Projection Reduction::*const member : {&Reduction::accumulator, &Reduction::outer}) {
    CHECK(changed([&](Reduction& r) { (r.*member).rounding = Rounding::toward_zero; }) == definition);
    CHECK(changed([&](Reduction& r) { (r.*member).rounding = Rounding::nearest_away; }) == definition);
    CHECK(changed([&](Reduction& r) { (r.*member).saturation = Saturation::finite; }) == definition);
    CHECK(changed([&](Reduction& r) { (r.*member).format.mantissa_bits = 51; }) == definition);
    CHECK(changed([&](Reduction& r) { (r.*member).format.subnormals = Subnormals::flush; }) == definition);
    CHECK(changed([&](Reduction& r) { (r.*member).format.semantics = Semantics::p3109; }) == definition);
  }
  Reduction in_order = task_of(Order::sequential, false).how;
  in_order.outer = {};  // there is no outer sum
  CHECK(path(in_order) == MatmulPath::binary64);
}
