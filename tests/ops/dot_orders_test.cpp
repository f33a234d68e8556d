// Every order through dot and sum_rows: views, threads, streams, what is noted and counted.

#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/ops/dot.hpp"
#include "sim/ops/matmul.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

const DotPlace place{"fc1", "dot", Pass::wgrad};
constexpr std::uint64_t seed = 9, step = 5;

/// Values of codes below `codes`: a few are subnormal alone.
Tensor<float> random_tensor(Random& random, std::size_t rows, std::size_t columns, const char* format,
                            std::uint64_t codes = 0x60) {
  Tensor<float> x({rows, columns}, format_of(format));
  for (float& v : x.data) {
    const double size = decode(x.format, random.below(codes));
    v = static_cast<float>(random.below(2) == 0 ? size : -size);
  }
  return x;
}

Tensor<float> transposed(const Tensor<float>& x) {
  Tensor<float> t({x.columns(), x.rows()}, x.format);
  for (std::size_t i = 0; i < x.rows(); ++i)
    for (std::size_t j = 0; j < x.columns(); ++j) t.data[j * x.rows() + i] = x.data[i * x.columns() + j];
  return t;
}

Rule summed(Order order) {
  Rule rule;
  rule.match.roles = {Role::accumulator};
  rule.order = order;
  if (order == Order::block) {
    rule.block = MatrixUnit{4, 9, UnitOutput::e8m13, UnitOperands::fp8};
    rule.outer_rounding = Rounding::stochastic_b;
  } else {
    rule.format = format_of("fp16");
    rule.rounding = Rounding::stochastic_b;
  }
  if (order == Order::block || order == Order::chunked) {
    rule.chunk = 7;
    rule.outer = format_of("bf16");
  }
  return rule;
}

struct Ran {
  Tensor<float> y;
  Counters counters;
  std::uint64_t projections;
  std::size_t problems;
};

template <class Sum>
Ran run(Order order, const Sum& sum) {
  Telemetry telemetry;
  const Policy policy({summed(order)});
  Context context(policy, telemetry, seed);
  context.begin_step(step);
  Tensor<float> y = sum(context);
  const Site site{place.layer, place.op, place.pass, Role::accumulator};
  return {y, telemetry.records().at(site).total, telemetry.projections, context.problems().size()};
}

/// By the definition, with the streams by name.
Elements<float> defined(Order order, const Tensor<float>& a, const Tensor<float>& b) {
  const Treatment t = Policy({summed(order)}).resolve({place.layer, place.op, place.pass, Role::accumulator});
  Reduction how;
  how.accumulator = t.quantizer.projection;
  how.order = order;
  how.chunk = t.chunk;
  how.outer = t.outer;
  how.block = {4, 9, -6, -14};  // e4m3fn and e5m2
  const DotRandom random{{seed, "none", step},
                         {seed, "fc1/dot/wgrad/accumulator", step},
                         {seed, "fc1/dot/wgrad/accumulator#2", step}};
  const std::vector<double> x(a.data.begin(), a.data.end()), w(b.data.begin(), b.data.end());
  Elements<float> y;
  bool nan_lost = false;
  for (std::size_t o = 0; o < a.rows() * b.rows(); ++o)
    y.push_back(static_cast<float>(reduce_by_definition(how, x.data() + o / b.rows() * a.columns(),
                                                        w.data() + o % b.rows() * a.columns(), a.columns(), o,
                                                        random, Semantics::ieee754, nullptr, &nan_lost)));
  return y;
}

}  // namespace

TEST_CASE("every order through dot: by the definition, for any view and number of threads", "[dot]") {
  const Order order =
      GENERATE(Order::sequential, Order::chunked, Order::pairwise, Order::exact, Order::block);
  INFO("order " << static_cast<int>(order));
  Random random(61);
  const std::uint64_t codes = GENERATE(0x60u, 0x0au);
  const Tensor<float> a = random_tensor(random, 9, 40, "e4m3fn", codes);
  const Tensor<float> b = random_tensor(random, 11, 40, "e5m2", codes);
  const Ran first = run(order, [&](Context& c) { return dot(c, place, matrix(a), matrix(b).transposed()); });
  CHECK(first.y.data == defined(order, a, b));
  CHECK(first.problems == 0);
  CHECK(first.projections == first.counters[Counter::total]);
  const Tensor<float> at = transposed(a), bt = transposed(b);
  for (const int n : {1, 2, 3}) {
    const test::Threads threads(n);
    const Ran other =
        run(order, [&](Context& c) { return dot(c, place, matrix(at).transposed(), matrix(bt)); });
    CHECK(other.y.data == first.y.data);
    CHECK(other.counters.counts == first.counters.counts);
  }
}

TEST_CASE("every order through sum_rows is that of a product with ones", "[dot]") {
  const Order order =
      GENERATE(Order::sequential, Order::chunked, Order::pairwise, Order::exact, Order::block);
  INFO("order " << static_cast<int>(order));
  Random random(62);
  const Tensor<float> x = random_tensor(random, 13, 37, "e5m2");
  Tensor<float> ones({1, 37}, format_of("e4m3fn"));
  for (float& v : ones.data) v = 1;
  const Ran sums = run(order, [&](Context& c) { return sum_rows(c, place, matrix(x)); });
  CHECK(sums.y.data == defined(order, ones, x));
  CHECK(sums.problems == 0);  // a unit is asked about the terms' format alone
}

TEST_CASE("a matrix unit says which factors it does not take", "[dot]") {
  Random random(63);
  const Tensor<float> fp8 = random_tensor(random, 2, 5, "e4m3fn"), fp16 = random_tensor(random, 2, 5, "fp16");
  for (const auto& [a, b] : {std::pair{&fp8, &fp16}, std::pair{&fp16, &fp8}})
    CHECK(run(Order::block, [&, x = a, w = b](Context& c) {
            return dot(c, place, matrix(*x), matrix(*w).transposed());
          }).problems == 1);
  CHECK(run(Order::block, [&](Context& c) { return sum_rows(c, place, matrix(fp16)); }).problems == 1);
}
