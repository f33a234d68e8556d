// Products of several pairs in one use of a site: every output, counter and random number is that of the definition, pair
// by pair, with outputs numbered through; whatever the kernel, and with any number of threads.

#include <omp.h>

#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/ops/dot.hpp"
#include "sim/ops/reduction.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

const DotPlace place{"attn", "scores", Pass::forward};
constexpr std::uint64_t seed = 11, step = 4;

struct Way {
  const char* name;
  const char* operands;
  Reduction how;
  bool special = false;  ///< an infinity and a NaN in one pair
};

Reduction sums(const char* format, Rounding rounding = Rounding::nearest_even, int bits = 0,
               Saturation saturation = Saturation::none) {
  Reduction how;
  how.accumulator = {format_of(format), rounding, saturation, bits};
  how.outer = how.accumulator;
  return how;
}

Reduction rounded_products(Reduction how) {
  how.product = how.accumulator;
  return how;
}

Reduction ordered(Reduction how, Order order, std::size_t chunk = 0) {
  how.order = order;
  how.chunk = chunk;
  return how;
}

std::vector<Way> ways() {
  const Rounding random = Rounding::stochastic_b;
  return {
      {"tiles", "e4m3fn", sums("fp32")},
      {"tiles, rounded products", "e4m3fn", rounded_products(sums("fp16"))},
      {"tiles, chunks", "e5m2", ordered(sums("fp16"), Order::chunked, 5)},
      {"tiles, a sum overflows", "e5m2", sums("e4m3")},
      {"strips", "e4m3fn", rounded_products(sums("fp16", random, 13, Saturation::finite))},
      {"strips, chunks", "e4m3fn", ordered(sums("bf16", random, 8, Saturation::finite), Order::chunked, 7)},
      {"pairwise", "e4m3fn", ordered(sums("fp16"), Order::pairwise)},
      {"exact", "e4m3fn", ordered(sums("bf16", random, 11), Order::exact)},
      {"panels", "e4m3fn", sums("fp16", random, 20, Saturation::finite)},
      {"definition", "fp16", ordered(sums("fp16", random, 20), Order::pairwise)},
      {"special numbers", "fp16", sums("fp16", random, 9), true},
  };
}

Policy policy_of(const Reduction& how) {
  Rule products, accumulator;
  products.match.roles = {Role::product};
  products.exact = !how.product;
  if (how.product) products.format = how.product->format;
  accumulator.match.roles = {Role::accumulator};
  accumulator.format = how.accumulator.format;
  accumulator.rounding = how.accumulator.rounding;
  accumulator.random_bits = how.accumulator.random_bits;
  accumulator.saturation = how.accumulator.saturation;
  accumulator.order = how.order;
  if (how.chunk > 0) accumulator.chunk = how.chunk;
  return Policy({accumulator, products});
}

Tensor<float> some_tensor(Random& random, const Shape& shape, const Format& f) {
  Tensor<float> x(shape, f);
  for (float& v : x.data)
    v = static_cast<float>(decode(f, random.below(f.max_finite_code() + 1)) *
                           (random.below(2) == 0 ? 1 : -1));
  return x;
}

struct Result {
  std::vector<std::uint32_t> y;
  Counters product, accumulator;

  friend bool operator==(const Result&, const Result&) = default;
};

constexpr std::size_t samples = 3, heads = 4, length = 19, width = 21;

Result by_batch(const Way& w, const Tensor<float>& q, const Tensor<float>& k, int threads, int uses) {
  omp_set_num_threads(threads);
  Telemetry telemetry;
  const Policy policy = policy_of(w.how);
  Context context(policy, telemetry, seed);
  context.begin_step(step);
  Result out;
  for (int use = 0; use < uses; ++use) {
    out.y.clear();
    Epilogue<float> nothing;
    const Tensor<float> y = dot(context, place, MatrixBatch<float>::of_heads(q, heads),
                                MatrixBatch<float>::of_heads(k, heads).transposed(), nothing);
    CHECK(y.shape == Shape{samples * heads * length, length});
    for (const float v : y.data) out.y.push_back(v != v ? 0x7fc00000u : std::bit_cast<std::uint32_t>(v));
  }
  out.accumulator = telemetry.records().at({place.layer, place.op, place.pass, Role::accumulator}).total;
  const auto product = telemetry.records().find({place.layer, place.op, place.pass, Role::product});
  if (product != telemetry.records().end()) out.product = product->second.total;
  return out;
}

/// Uses of the accumulator's site before this one: two a product if there are outer sums.
std::string nth(const std::string& site, int use) {
  return use == 1 ? site : site + "#" + std::to_string(use);
}

Result by_definition(const Way& w, const Tensor<float>& q, const Tensor<float>& k, int uses) {
  Result out;
  DotCounters counters;
  bool nan_lost = false;
  for (int use = 0; use < uses; ++use) {
    out.y.clear();
    const int a = (w.how.has_outer() ? 2 : 1) * use + 1;
    const std::string site = "attn/scores/forward/";
    const DotRandom random{{seed, nth(site + "product", use + 1), step},
                           {seed, nth(site + "accumulator", a), step},
                           {seed, nth(site + "accumulator", a + 1), step}};
    std::vector<double> row(width), column(width);
    std::uint64_t output = 0;
    for (std::size_t pair = 0; pair < samples * heads; ++pair)
      for (std::size_t i = 0; i < length; ++i)
        for (std::size_t j = 0; j < length; ++j) {
          const std::size_t first = pair / heads * length * heads * width + pair % heads * width;
          for (std::size_t l = 0; l < width; ++l) {
            row[l] = static_cast<double>(q.data[first + i * heads * width + l]);
            column[l] = static_cast<double>(k.data[first + j * heads * width + l]);
          }
          const auto y =
              static_cast<float>(reduce_by_definition(w.how, row.data(), column.data(), width, output++,
                                                      random, Semantics::ieee754, &counters, &nan_lost));
          out.y.push_back(y != y ? 0x7fc00000u : std::bit_cast<std::uint32_t>(y));
        }
  }
  out.product = counters.product.counters;
  out.accumulator = counters.accumulator.counters;
  return out;
}

TEST_CASE("a batch of products is the definition, pair by pair, with outputs numbered through") {
  for (const Way& w : ways()) {
    INFO(w.name);
    Random random(7);
    const Format f = format_of(w.operands);
    const Shape shape{samples, length, heads * width};
    Tensor<float> q = some_tensor(random, shape, f);
    const Tensor<float> k = some_tensor(random, shape, f);
    if (w.special)
      q.data[5] = std::numeric_limits<float>::infinity(),
      q.data[900] = std::numeric_limits<float>::quiet_NaN();
    const Result want = by_definition(w, q, k, 2);
    for (const int threads : {1, 2, 3}) CHECK(by_batch(w, q, k, threads, 2) == want);
  }
  omp_set_num_threads(2);
}

TEST_CASE("a batch of rows: p v, and its transpose, are the products of its matrices") {
  Random random(9);
  const Format f = format_of("e4m3fn");
  const Tensor<float> p = some_tensor(random, {samples * heads * length, length}, f);
  const Tensor<float> v = some_tensor(random, {samples, length, heads * width}, f);
  Telemetry telemetry;
  const Policy policy;
  Context context(policy, telemetry, seed);
  context.begin_step(step);
  const auto pairs = MatrixBatch<float>::of_rows(p, length, length);
  const auto values = MatrixBatch<float>::of_heads(v, heads);
  REQUIRE(pairs.count() == samples * heads);
  for (const bool turned : {false, true}) {
    const auto a = turned ? pairs.transposed() : pairs;
    Epilogue<float> nothing;
    const Tensor<float> y = dot(context, place, a, values, nothing);
    for (std::size_t i = 0; i < a.count(); ++i) {
      const Tensor<float> one = dot(context, place, a[i], values[i]);
      CHECK(std::equal(one.data.begin(), one.data.end(),
                       y.data.begin() + static_cast<std::ptrdiff_t>(i * length * width)));
    }
  }
}

}  // namespace
