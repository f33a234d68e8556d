// Steps that follow a product, done block by block by whatever makes it, against the same steps over the whole tensor
// afterwards: every bit, counter, histogram, random number and note.

#include <omp.h>

#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/ops/dot.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

const DotPlace place{"l", "dot", Pass::wgrad};

Rule rule(Role role, const char* format, Rounding rounding = Rounding::nearest_even, int bits = 0,
          Saturation saturation = Saturation::none) {
  Rule r;
  r.match.roles = {role};
  r.format = format_of(format);
  r.rounding = rounding;
  r.saturation = saturation;
  if (bits > 0) r.random_bits = bits;
  return r;
}

Rule in_order(Rule r, Order order, std::size_t chunk = 0) {
  r.order = order;
  if (chunk > 0) r.chunk = chunk;
  return r;
}

Rule in_unit() {
  Rule r;
  r.match.roles = {Role::accumulator};
  r.order = Order::block;
  r.block = matrix_units[2].value;  // hopper
  return r;
}

struct Way {
  const char* name;
  const char* operands;
  std::vector<Rule> rules;
  bool special = false;  ///< an infinity and a NaN among the factors
};

std::vector<Way> ways() {
  const Rounding random = Rounding::stochastic_b;
  const auto sum = [](auto... how) { return rule(Role::accumulator, how...); };
  const auto product = [](auto... how) { return rule(Role::product, how...); };
  return {
      {"tiles", "e4m3fn", {sum("fp32")}},
      {"tiles, special numbers", "e4m3fn", {sum("fp32")}, true},
      {"tiles, rounded products", "e4m3fn", {product("fp16"), sum("fp16")}},
      {"tiles, chunks", "e5m2", {in_order(sum("fp16"), Order::chunked, 5)}},
      {"tiles, a sum overflows", "e5m2", {sum("e4m3")}},
      {"strips", "e4m3fn", {product("fp16"), sum("fp16", random, 13, Saturation::finite)}},
      {"strips, chunks", "e4m3fn", {in_order(sum("bf16", random, 8, Saturation::finite), Order::chunked, 7)}},
      {"pairwise", "e4m3fn", {in_order(sum("fp16"), Order::pairwise)}},
      {"exact", "e4m3fn", {in_order(sum("bf16", random, 11), Order::exact)}},
      {"block", "fp16", {in_unit()}},
      {"panels", "e4m3fn", {sum("fp16", random, 20, Saturation::finite)}},
      {"definition", "fp16", {in_order(sum("fp16", random, 20), Order::pairwise)}},
      {"definition, special numbers", "fp16", {sum("fp16", random, 9)}, true},
  };
}

std::vector<Rule> gradients() {
  const auto gradient = [](auto... how) { return rule(Role::weight_grad, how...); };
  return {gradient("e5m2"),
          gradient("bf16", Rounding::stochastic_b, 9),
          gradient("e4m3fn", Rounding::toward_zero, 0, Saturation::finite),
          gradient("Binary8p4se", Rounding::to_odd),
          gradient("fp16", Rounding::stochastic_a, 3, Saturation::finite),
          gradient("fp32")};
}

struct Factors {
  std::size_t m, n, k;
};

template <class T>
Quantized<T> factor(Random& random, std::size_t rows, std::size_t columns, const Way& way, bool scaled) {
  Quantized<T> x{Tensor<T>({rows, columns}, format_of(way.operands)), scaled, 0.375};
  for (T& v : x.q.data)
    v = static_cast<T>(decode(x.q.format, random.below(x.q.format.max_finite_code() + 1)) *
                       (random.below(2) == 0 ? 1 : -1));
  if (way.special && x.q.size() > 3)
    x.q.data[2] = std::numeric_limits<T>::quiet_NaN(), x.q.data[x.q.size() - 2] = x.q.data[2];
  return x;
}

/// What may be seen of a step.
struct Traces {
  Tensor<double> y;
  Telemetry telemetry;
  std::vector<std::string> names;
};

template <class T>
Tensor<double> widened(const Tensor<T>& y) {
  Tensor<double> out(y.shape, y.format);
  std::copy(y.data.begin(), y.data.end(), out.data.begin());
  return out;
}

struct Case {
  std::vector<Rule> rules;
  StatsOptions stats;
  bool evaluates = false;
};

template <class Make>
Traces traces(const Case& c, const Make& make) {
  Traces out{{}, Telemetry(c.stats), {}};
  const Policy policy(c.rules);
  Context context(policy, out.telemetry, 5);
  if (c.evaluates)
    context.begin_evaluation(3);
  else
    context.begin_step(3);
  for (int use = 0; use < 2; ++use) out.y = widened(make(context));
  out.names = context.names_of_step();
  return out;
}

void check_same(const Traces& a, const Traces& b) {
  CHECK(a.y.shape == b.y.shape);
  CHECK(a.y.format == b.y.format);
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.y.size() && i < b.y.size(); ++i) {
    const double x = a.y.data[i], y = b.y.data[i];
    different +=
        (x != x && y != y) || std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) ? 0u : 1u;
  }
  CHECK(different == 0);
  REQUIRE(a.telemetry.records().size() == b.telemetry.records().size());
  for (const auto& [site, record] : a.telemetry.records()) {
    INFO(site.name());
    const SiteRecord& other = b.telemetry.records().at(site);
    CHECK(record.total == other.total);
    CHECK(record.interval == other.interval);
    CHECK(record.before.packed() == other.before.packed());
    CHECK(record.after.packed() == other.after.packed());
  }
  CHECK(a.telemetry.projections == b.telemetry.projections);
  CHECK(a.telemetry.casts.count == b.telemetry.casts.count);
  CHECK(a.telemetry.casts.bits_out == b.telemetry.casts.bits_out);
  CHECK(a.telemetry.first_non_finite() == b.telemetry.first_non_finite());
  CHECK(a.telemetry.nan_lost() == b.telemetry.nan_lost());
  CHECK(a.names == b.names);
}

template <class T>
Projector<T> gradient_site(Context& context) {
  return {context, "l", "dot", Pass::wgrad, Role::weight_grad};
}

/// The definition: one step after the other, over everything.
template <class T>
Tensor<T> afterwards(Context& context, Tensor<T> y, const Quantized<T>& a, const Quantized<T>& b) {
  if (a.scaled || b.scaled)
    y = Projector<T>(context, "l", "rescale", Pass::wgrad, Role::elementwise)
            .mul(y, static_cast<double>(static_cast<float>(a.scale * b.scale)));
  return gradient_site<T>(context).quantize(y);
}

template <class T>
Tensor<T> fused(Context& context, const Quantized<T>& a, const Quantized<T>& b) {
  Epilogue<T> then(context, place);
  then.rescale(a, b);
  then.quantize(gradient_site<T>(context));
  Tensor<T> y = dot(context, place, QuantizedView<T>(a).matrices, QuantizedView<T>(b).matrices, then);
  then.finish();
  return y;
}

template <class T>
void compare(const Way& way, const Factors& f, const Case& c, bool scaled) {
  Random random(f.m * 100 + f.n);
  const Quantized<T> a = factor<T>(random, f.m, f.k, way, scaled),
                     b = factor<T>(random, f.k, f.n, way, false);
  omp_set_num_threads(1);
  const Traces want = traces(c, [&](Context& context) {
    return afterwards(context, dot(context, place, matrix(a.q), matrix(b.q)), a, b);
  });
  for (const int threads : {1, 2, 3}) {
    INFO(way.name << ", " << f.m << " x " << f.k << " x " << f.n << ", threads " << threads);
    omp_set_num_threads(threads);
    check_same(traces(c, [&](Context& context) { return fused(context, a, b); }), want);
  }
  omp_set_num_threads(2);
}

/// A test's random choice of everything but way and shape.
template <class T>
void compare(const Way& way, const Factors& f, Random& random) {
  const std::vector<Rule> all = gradients();
  Case c{way.rules, {.counters = random.below(4) != 0}, random.below(8) == 0};
  c.stats.histograms = static_cast<Histograms>(random.below(2));
  c.rules.push_back(all[random.below(all.size())]);
  c.rules.push_back(
      rule(Role::elementwise, random.below(2) == 0 ? "fp32" : "fp16", Rounding::stochastic_b, 12));
  if (random.below(2) == 0) c.rules.back().rounding = Rounding::nearest_even;
  compare<T>(way, f, c, random.below(3) != 0);
}

}  // namespace

TEST_CASE("an epilogue does what steps after the product do") {
  Random random(1);
  for (const Way& way : ways())
    for (const Factors& f :
         {Factors{37, 53, 9}, {3, 300, 5}, {700, 2, 6}, {1, 1, 1}, {4, 5, 0}, {0, 3, 2}, {3, 0, 2}})
      for (int i = 0; i < 3; ++i) compare<float>(way, f, random);
}

TEST_CASE("an epilogue of a product that threads share") {
  Random random(2);
  for (const Way& way : ways()) compare<float>(way, {90, 130, 24}, random);
  for (const Way& way : ways()) compare<float>(way, {260, 150, 9}, random);
  for (int i = 0; i < 4; ++i) compare<float>(ways()[0], {260, 300, 48}, random);
  for (int i = 0; i < 4; ++i)
    compare<float>(ways()[0], {2, 5000, 48}, random);  // longer rows than a step's block
}

TEST_CASE("an epilogue in binary64") {
  Random random(3);
  for (const Way& way : ways())
    for (const Factors& f : {Factors{37, 53, 9}, {4, 5, 0}}) compare<double>(way, f, random);
  // Beyond the range of the kernels.
  Case c{
      {rule(Role::accumulator, "fp64"), rule(Role::weight_grad, "fp64", Rounding::toward_zero)}, {}, false};
  Quantized<double> a{Tensor<double>({1, 1}, format_of("fp64")), false, 1}, b = a;
  b.q = Tensor<double>({1, 700}, format_of("fp64"));
  a.q.data[0] = 0x1p500;
  for (std::size_t j = 0; j < 700; ++j) b.q.data[j] = j < 300 ? 1.0 : 0x1.8p450 * static_cast<double>(j);
  c.rules[1].format = format_of("fp32");
  check_same(traces(c, [&](Context& context) { return fused(context, a, b); }),
             traces(c, [&](Context& context) {
               return afterwards(context, dot(context, place, matrix(a.q), matrix(b.q)), a, b);
             }));
}

TEST_CASE("all products of an epilogue are one use of its sites, numbered where they are placed") {
  Random random(4);
  const std::vector<Way> all = ways();
  for (const Way& way : {all[0], all[5], all[9]}) {
    INFO(way.name);
    const Quantized<float> a = factor<float>(random, 70, 8, way, true),
                           b = factor<float>(random, 8, 60, way, false);
    Case c{way.rules, {}, false};
    c.rules.push_back(rule(Role::weight_grad, "e5m2", Rounding::stochastic_b, 10));
    // Two products side by side: columns [0, 24) and [24, 60).
    const auto part = [&](std::size_t first, std::size_t count) {
      MatrixView<float> view = matrix(b.q);
      view.data += first, view.columns = count;
      return view;
    };
    const auto put = [](const Tensor<float>& from, std::size_t first, Tensor<float>& into) {
      for (std::size_t i = 0; i < from.rows(); ++i)
        for (std::size_t j = 0; j < from.columns(); ++j)
          into.data[i * 60 + first + j] = from.data[i * from.columns() + j];
    };
    const Traces got = traces(c, [&](Context& context) {
      Epilogue<float> then(context, place);
      then.rescale(a, b);
      then.quantize(gradient_site<float>(context));
      Tensor<float> y({70, 60}, then.format());
      for (const auto& [first, count] : {std::pair<std::size_t, std::size_t>{0, 24}, {24, 36}}) {
        then.place({first, 60});
        put(dot(context, place, MatrixBatch(matrix(a.q)), MatrixBatch(part(first, count)), then), first, y);
      }
      then.finish();
      return y;
    });
    check_same(got, traces(c, [&](Context& context) {
                 Tensor<float> y({70, 60}, {});
                 for (const auto& [first, count] : {std::pair<std::size_t, std::size_t>{0, 24}, {24, 36}}) {
                   const Tensor<float> one = dot(context, place, matrix(a.q), part(first, count));
                   y.format = one.format;
                   put(one, first, y);
                 }
                 return afterwards(context, y, a, b);
               }));
  }
}

TEST_CASE("an epilogue over sums that were made without it") {
  Random random(5);
  const Way way = ways()[0];
  const Quantized<float> x = factor<float>(random, 1, 100'000, way, true),
                         one = factor<float>(random, 1, 1, way, false);
  for (const Rounding rounding : {Rounding::nearest_even, Rounding::stochastic_b})
    for (const int threads : {1, 2, 3}) {
      omp_set_num_threads(threads);
      Case c{way.rules, {.histograms = Histograms::tensors}, false};
      c.rules.push_back(
          rule(Role::weight_grad, "e5m2", rounding, rounding == Rounding::stochastic_b ? 10 : 0));
      check_same(traces(c,
                        [&](Context& context) {
                          Tensor<float> y = x.q;
                          y.format = format_of("fp32");
                          Epilogue<float> then(context, place);
                          then.rescale(x, one);
                          then.quantize(gradient_site<float>(context));
                          then.over(y);
                          y.format = then.format();
                          then.finish();
                          return y;
                        }),
                 traces(c, [&](Context& context) {
                   const Epilogue<float> known(context, place);  // whose sums it knows
                   Tensor<float> y = x.q;
                   y.format = format_of("fp32");
                   return afterwards(context, y, x, one);
                 }));
    }
  omp_set_num_threads(2);
}

TEST_CASE("an epilogue of pairs of matrices") {
  Random random(6);
  for (const Way& way : ways()) {
    INFO(way.name);
    const Quantized<float> a = factor<float>(random, 12 * 9, 7, way, true),
                           b = factor<float>(random, 12 * 7, 11, way, false);
    Case c{way.rules, {}, false};
    c.rules.push_back(rule(Role::weight_grad, "bf16", Rounding::stochastic_b, 10));
    const auto left = MatrixBatch<float>::of_rows(a.q, 9, 7), right = MatrixBatch<float>::of_rows(b.q, 7, 11);
    const auto make = [&](bool is_fused) {
      return traces(c, [&](Context& context) {
        Epilogue<float> then(context, place), nothing(context, place);
        if (is_fused) then.rescale(a, b), then.quantize(gradient_site<float>(context));
        Tensor<float> y = dot(context, place, left, right, is_fused ? then : nothing);
        then.finish();
        return is_fused ? y : afterwards(context, std::move(y), a, b);
      });
    };
    omp_set_num_threads(1);
    const Traces want = make(false);
    for (const int threads : {1, 2, 3}) {
      omp_set_num_threads(threads);
      check_same(make(true), want);
    }
  }
  omp_set_num_threads(2);
}
