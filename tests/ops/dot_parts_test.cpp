// Products by the definition and by binary64 panels are made in parts: values, counters and random numbers are those of
// the whole.

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "tests/ops/defined_dot.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr std::size_t m = 30, n = 25, k = 6000;  // 21 rows or columns are made at a time

template <class T>
Tensor<T> some_tensor(Random& random, std::size_t rows, std::size_t columns) {
  Tensor<T> x({rows, columns}, format_of("e4m3fn"));
  for (T& v : x.data)
    v = static_cast<T>(decode(x.format, random.below(0x50)) * (random.below(2) == 0 ? 1 : -1));
  return x;
}

/// With more random bits than strips serve.
Rule summed(int random_bits) {
  Rule rule;
  rule.match.roles = {Role::accumulator};
  rule.format = format_of("fp16");
  rule.rounding = Rounding::stochastic_b;
  rule.random_bits = random_bits;
  rule.saturation = Saturation::finite;
  return rule;
}

template <class T>
void compare(int random_bits) {
  Random random(static_cast<std::uint64_t>(random_bits));
  const Tensor<T> a = some_tensor<T>(random, m, k), b = some_tensor<T>(random, k, n);
  Telemetry telemetry;
  const Policy policy({summed(random_bits)});
  Context context(policy, telemetry, test::dot_seed);
  context.begin_step(test::dot_step);
  const Tensor<T> y = dot(context, test::dot_place, matrix(a), matrix(b));

  Reduction how;
  how.accumulator = {format_of("fp16"), Rounding::stochastic_b, Saturation::finite, random_bits};
  test::DefinedDot<T> defined(how, a, b);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (static_cast<double>(y.data[i * n + j]) != defined.output(i, j)) FAIL_CHECK(i << ", " << j);
  CHECK(telemetry.records().at(test::dot_sums).total == defined.sums());
}

TEST_CASE("a product in parts is the whole product") {
  compare<float>(20);   // panels
  compare<double>(20);  // definition
}

}  // namespace
