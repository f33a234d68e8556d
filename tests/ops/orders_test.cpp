// The kernels of the orders pairwise, exact and block against the definition: bit for bit and counter for counter, on
// every instruction-set level of this machine.

#include "sim/quant/matrix_unit.hpp"
#include "tests/ops/orders_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;
using Random = SplitMix64;

constexpr std::array operand_names{"e4m3fn",   "e5m2",   "e2m1fn", "e3m2fn", "fp16", "bf16",
                                   "e4m3fnuz", "e2m3fn", "e6m5",   "fp32",   "e7m15"};
constexpr std::array sum_names{"fp32", "fp16", "bf16", "e6m9",  "e5m6",  "e7m5",        "tf32", "e4m3fn",
                               "e5m2", "e4m3", "e5m7", "e6m11", "e8m17", "Binary8p4se", "e4m10"};

template <std::size_t n>
Format one_of(Random& random, const std::array<const char*, n>& names) {
  return format_of(names[random.below(n)]);
}

Projection nearest(Random& random) {
  if (random.below(3) == 0) return {};
  return {one_of(random, sum_names), Rounding::nearest_even, static_cast<Saturation>(random.below(3))};
}

/// All products but the first have an opposite.
void cancel(OrderCase& c) {
  for (std::size_t t = 1; 2 * t <= c.k; ++t) {
    for (std::size_t i = 0; i < c.m; ++i) c.a[i * c.k + c.k - t] = 2 * t == c.k ? 0.0f : -c.a[i * c.k + t];
    for (std::size_t j = 0; j < c.n; ++j) c.b[j * c.k + c.k - t] = c.b[j * c.k + t];
  }
}

void draw_matrices(Random& random, OrderCase& c) {
  const auto extent = [&] { return random.below(6) == 0 ? random.below(3) : 1 + random.below(75); };
  c.m = extent() % 12, c.n = extent(), c.k = extent();
  if (random.below(10) == 0) c.k = 300;
  const int spread = std::array{0, 1, 3, 8, 99}[random.below(5)];
  c.a = order_values(random, c.fa, c.m * c.k, spread);
  c.b = order_values(random, c.fb, c.n * c.k, spread);
  if (random.below(3) == 0) cancel(c);
  c.semantics = random.below(5) == 0 ? Semantics::p3109 : Semantics::ieee754;
}

OrderCase pairwise_case(Random& random) {
  OrderCase c;
  c.how.order = Order::pairwise;
  if (random.below(3) == 0) c.how.product = nearest(random);
  c.how.accumulator = nearest(random);
  c.fa = one_of(random, operand_names), c.fb = one_of(random, operand_names);
  draw_matrices(random, c);
  return c;
}

OrderCase exact_case(Random& random) {
  OrderCase c;
  c.how.order = Order::exact;
  if (random.below(3) == 0) c.how.product = nearest(random);
  constexpr std::array names{"fp32",   "fp16",        "bf16",        "e5m2",   "e4m3fn",
                             "e2m1fn", "Binary8p3sf", "Binary8p4ue", "e8m0fnu"};
  c.how.accumulator = {one_of(random, names), static_cast<Rounding>(random.below(9)),
                       static_cast<Saturation>(random.below(3)), 1 + static_cast<int>(random.below(32))};
  c.fa = one_of(random, operand_names), c.fb = one_of(random, operand_names);
  draw_matrices(random, c);
  return c;
}

OrderCase block_case(Random& random) {
  OrderCase c;
  c.how.order = Order::block;
  MatrixUnit unit{1 + random.below(40), static_cast<int>(random.below(30)),
                  static_cast<UnitOutput>(random.below(3)), UnitOperands::any};
  if (random.below(2) == 0) unit = matrix_units[random.below(matrix_units.size())].value;
  do c.fa = one_of(random, operand_names), c.fb = one_of(random, operand_names);
  while (!unit.accepts(c.fa) || !unit.accepts(c.fb));
  c.how.accumulator = unit.projection(static_cast<Saturation>(random.below(3)));
  c.how.block = {unit.terms, unit.fraction_bits, c.fa.e_min(), c.fb.e_min()};
  if (random.below(3) == 0) c.how.chunk = 1 + random.below(90), c.how.outer = nearest(random);
  draw_matrices(random, c);
  return c;
}

/// Whether there was a plan.
bool compare(const OrderCase& c, const Summed& want, const OrderKernels& level, bool counts, bool turns) {
  const OrderDecision decision = decide(c, counts, level.has_fma);
  if (!decision.plan) return false;
  const auto got = by_kernels(c, *decision.plan, counts, level, turns);
  if (!got) return false;
  const std::string found = difference(*got, want, counts);
  if (!found.empty()) {
    INFO(text(c) << "\n " << level.isa << ": " << describe(*decision.plan));
    CHECK(found == "");
  }
  return true;
}

/// How often there was a plan.
std::size_t compare_cases(OrderCase (*draw)(Random&), int count, std::uint64_t seed) {
  Random random(seed);
  std::size_t possible = 0;
  for (int i = 0; i < count; ++i) {
    const OrderCase c = draw(random);
    const Summed want = by_definition(c);
    const test::Threads threads(std::array{1, 2, 3}[random.below(3)]);
    for (const OrderKernels* level : available_order_kernels())
      for (const bool counts : {false, true})
        possible += compare(c, want, *level, counts, random.below(2) == 0) ? std::size_t{1} : 0;
  }
  return possible;
}

}  // namespace

TEST_CASE("sums in a tree give the values and counters of the definition") {
  CHECK(compare_cases(pairwise_case, 600, 71) > 1000);
}

TEST_CASE("exact sums give the values and counters of the definition") {
  CHECK(compare_cases(exact_case, 600, 72) > 1000);
}

TEST_CASE("matrix units give the values and counters of the definition") {
  CHECK(compare_cases(block_case, 600, 73) > 1000);
}
