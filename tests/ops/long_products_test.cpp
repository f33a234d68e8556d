// Of products with many terms some steps are packed at a time: values, counters and random numbers are those of the
// definition.

#include <string>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/kernels/orders.hpp"
#include "sim/ops/float_matrix.hpp"
#include "sim/ops/matmul.hpp"
#include "tests/ops/defined_dot.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr int threads = 64;  // of each of them a panel has 8192 steps at most
constexpr std::size_t m = 5, n = 18, k = 17'003;

/// How sums are made: as a rule, and as the definition has it.
struct Sum {
  const char* name;
  const char* kernel;  ///< what the report says of it
  Rule rule;
  Reduction how;
};

Sum sum_in(const char* name, const char* kernel, const char* format, Rounding rounding, int random_bits) {
  Sum s{name, kernel, {}, {}};
  s.rule.match.roles = {Role::accumulator};
  s.rule.format = format_of(format);
  s.rule.rounding = rounding;
  if (random_bits > 0) s.rule.random_bits = random_bits;
  s.rule.saturation = Saturation::finite;
  s.how.accumulator = {format_of(format), rounding, Saturation::finite, random_bits};
  return s;
}

Sum ordered(Order order, Sum s, std::size_t chunk = 0) {
  s.rule.order = s.how.order = order;
  if (chunk == 0) return s;
  s.rule.chunk = s.how.chunk = chunk;
  s.rule.outer = format_of("bf16");
  s.how.outer = {format_of("bf16"), s.rule.rounding.value_or(Rounding::nearest_even),
                 s.rule.saturation.value_or(Saturation::none), s.rule.random_bits.value_or(0)};
  return s;
}

Sum unit(const char* name, std::size_t terms) {
  const Format operands = format_of("e4m3fn");
  Sum s{name, "orders", {}, {}};
  s.rule.match.roles = {Role::accumulator};
  s.rule.order = s.how.order = Order::block;
  s.rule.block = MatrixUnit{terms, 13, UnitOutput::fp32, UnitOperands::any};
  s.how.block = {terms, 13, operands.e_min(), operands.e_min()};
  s.how.accumulator = {format_of("fp32"), Rounding::toward_zero};
  return s;
}

/// `term`: of element i. The first 8192 terms are small beside the next ones, and the last ones too: sums swallow them.
template <class Term>
Tensor<float> some_tensor(Random& random, std::size_t rows, std::size_t columns, const Term& term) {
  Tensor<float> x({rows, columns}, format_of("e4m3fn"));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool large = term(i) / 8192 == 1;
    x.data[i] = static_cast<float>(decode(x.format, random.below(large ? 0x58 : 0x10)) *
                                   (random.below(2) == 0 ? 1 : -1));
  }
  return x;
}

/// Some outputs: the definition takes its time.
bool is_looked_at(std::size_t i, std::size_t j) { return (i == 0 && j < 2) || (i == m - 1 && j == n - 1); }

/// A product by the engine.
struct Product {
  Product(const Sum& s, const Tensor<float>& a, const Tensor<float>& b, bool counted)
      : policy({s.rule}),
        telemetry({counted, Histograms::none, 10}),
        context(policy, telemetry, test::dot_seed) {
    context.begin_step(test::dot_step);
    y = dot(context, test::dot_place, matrix(a), matrix(b));
  }
  const SiteRecord& record() const { return telemetry.records().at(test::dot_sums); }

  Policy policy;
  Telemetry telemetry;
  Context context;
  Tensor<float> y;
};

/// `all`: every output, and the counters.
void compare(const Sum& s, bool all) {
  INFO(s.name);
  Random random(7);
  const Tensor<float> a = some_tensor(random, m, k, [](std::size_t i) { return i % k; }),
                      b = some_tensor(random, k, n, [](std::size_t i) { return i / n; });
  const Product quick(s, a, b, false), counted(s, a, b, true);
  REQUIRE(counted.record().kernels.counts().size() == 1);
  const std::string served = counted.record().kernels.counts().begin()->first;
  INFO(served);
  if (order_kernels().one.exact != nullptr) CHECK(served.starts_with(s.kernel));  // there are vectors

  test::DefinedDot<float> defined(s.how, a, b);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (!all && !is_looked_at(i, j)) continue;
      const double want = defined.output(i, j);
      for (const Product* product : {&quick, &counted})
        if (const float got = product->y.data[i * n + j]; static_cast<double>(got) != want)
          FAIL_CHECK(i << ", " << j << ": " << got << " for " << want);
    }
  if (all) CHECK(counted.record().total == defined.sums());
}

const Sum pairwise =
              ordered(Order::pairwise, sum_in("pairwise", "orders", "bf16", Rounding::nearest_even, 0)),
          exact = ordered(Order::exact, sum_in("exact", "orders", "fp16", Rounding::stochastic_c, 9)),
          strips = sum_in("strips", "strips", "fp16", Rounding::stochastic_a, 8),
          panels = sum_in("panels", "panels", "fp16", Rounding::stochastic_b, 20);

TEST_CASE("products of many terms: some outputs, in every order") {
  const test::Threads many(threads);
  REQUIRE(steps_at_once(16) < k / 2);
  for (const Sum& s :
       {pairwise, exact, strips, panels, unit("unit", 5),
        ordered(Order::chunked, sum_in("small chunks", "strips", "fp16", Rounding::toward_zero, 0), 100),
        ordered(Order::chunked, sum_in("long chunks", "strips", "fp16", Rounding::toward_zero, 0), 9001),
        ordered(Order::block, unit("unit, chunks", 5), 33),
        ordered(Order::block, unit("unit, long chunks", 5), 9001)})
    compare(s, false);
}

TEST_CASE("products of many terms: what is counted") {
  const test::Threads many(threads);
  for (const Sum& s :
       {pairwise, exact, strips, unit("unit", 5), ordered(Order::block, unit("unit, long chunks", 5), 9001)})
    compare(s, true);
}

TEST_CASE("products of so many terms that no panel is packed at once") {
  constexpr std::size_t long_k = 270'001;  // times 8 columns, more than 2^21 numbers
  Random random(9);
  const auto number = [&] { return decode(format_of("bf16"), 0x3f00 + random.below(0x100)); };
  const RandomStream none(0, std::uint64_t{0}, 0);
  MatmulTask t{{}, {}, true, Semantics::ieee754, {none, none, none}};
  t.m = 1, t.n = 2, t.k = long_k;
  for (std::size_t i = 0; i < long_k; ++i) t.a.push_back(number() - 1);
  for (std::size_t i = 0; i < 2 * long_k; ++i) t.b.push_back(number() - 1);
  const auto check = [&](MatmulPath path, Projection sum, Order order) {
    t.how.accumulator = t.how.outer = sum;
    t.how.order = order, t.how.chunk = 1000;
    t.fast = {std::nullopt, fast_projection_of(sum), fast_projection_of(sum)};
    REQUIRE(path_of(t, Counting::nothing) == path);
    CHECK(matmul(t, Counting::nothing).y == matmul_by_definition(t, Counting::nothing).y);
  };
  const Projection fp64{.format = Format{11, 52, 1023}};
  for (const Order order : {Order::sequential, Order::chunked}) {
    check(MatmulPath::panels, {format_of("bf16"), Rounding::toward_zero}, order);
    check(MatmulPath::fp32, Projection{}, order);
    check(MatmulPath::binary64, fp64, order);
  }
  check(MatmulPath::binary64, fp64, Order::pairwise);
}

}  // namespace
