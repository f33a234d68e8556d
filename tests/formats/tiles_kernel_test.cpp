// Tiles of every shape and instruction-set level against the scalar operations, step by step: values, counters, the
// largest sum. Whether a tile may be used is another question (tests/ops/tile_plan_test.cpp).

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/counters.hpp"
#include "formats/kernels/tiles.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/counters.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

/// The constants of a format, written out from their definition.
NearestEven32 constants(const Format& f) {
  const auto power = [](int e) { return std::bit_cast<float>(static_cast<std::uint32_t>(e + 127) << 23); };
  NearestEven32 k;
  k.unit = static_cast<std::uint32_t>(23 - f.mantissa_bits) * 0x00800000u + 0x00400000u;
  k.min_normal = power(f.e_min());
  k.e_min_bits = std::bit_cast<std::uint32_t>(k.min_normal);
  k.max_finite = static_cast<float>(f.max_finite());
  k.tiny_below = k.min_normal - power(f.e_min()) * power(-f.mantissa_bits - 2);
  return k;
}

struct Way {
  const char* name;
  TileRounding how;
  Projection product, sum;
  std::uint64_t codes = 0x5f;  ///< of operands, e4m3fn: up to 30
};

Way way(const char* name, TileStep step, const char* product, const char* sum, TileLimit limit, bool clamps) {
  Way w{name, {}, {}, {format_of(sum), Rounding::nearest_even, Saturation::none}};
  w.how.step = step;
  w.how.limit = limit;
  w.how.clamps = clamps;
  if (limit == TileLimit::saturate) w.sum.saturation = Saturation::finite;
  w.how.sum = constants(w.sum.format);
  if (step == TileStep::native) w.how.sum = {0, 0, std::numeric_limits<float>::max(), 0x1p-126f, 0};
  if (product != nullptr) {
    w.product = {format_of(product), Rounding::nearest_even, Saturation::finite};
    w.how.rounds_product = w.how.saturates_product = true;
    w.how.product = constants(w.product.format);
  }
  return w;
}

/// The quick steps of a way, where they are proven: exact products are below 900, the others are not saturated.
void add_quick(std::vector<Way>& all) {
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    Way w = all[i];
    if (w.how.rounds_product && (w.product.format.max_finite() < 900 || w.how.step == TileStep::native))
      continue;
    w.how.quick = true;
    w.how.quick_least = 4 * w.how.sum.min_normal;
    all.push_back(w);
    w.how.quick_least = w.how.sum.min_normal;
    all.push_back(w);
    w.how.quick_normal = true;
    w.codes = 0x40;  // up to 1.875: products are below 4
    all.push_back(w);
  }
}

/// Sums of products up to 1.875^2 in binary32, of multiples of 2^-18; the last way allows less than is proven.
void add_exact(std::vector<Way>& all) {
  Way w = way("exact", TileStep::native, nullptr, "fp32", TileLimit::watch, false);
  w.codes = 0x40;
  w.how.quick = true;
  w.how.exact_below = 64, w.how.exact_between = 32;
  w.how.exact_first = 17, w.how.exact_steps = 9;
  all.push_back(w);
  w.how.exact_first = 0, w.how.exact_steps = 1;
  all.push_back(w);
  w.codes = 0x30;  // below 1/2
  w.how.exact_below = 0.5f, w.how.exact_between = 0.25f;
  all.push_back(w);
}

/// Operands are e4m3fn numbers up to 30: products are multiples of 2^-18, up to 900.
std::vector<Way> ways() {
  std::vector<Way> all{
      way("native", TileStep::native, nullptr, "fp32", TileLimit::watch, false),
      way("native, rounded products", TileStep::native, "e4m3fn", "fp32", TileLimit::watch, false)};
  for (const TileLimit limit : {TileLimit::excluded, TileLimit::saturate, TileLimit::watch}) {
    all.push_back(way("fused", TileStep::fused, nullptr, "fp16", limit, false));
    all.push_back(way("fused, clamped", TileStep::fused, nullptr, "e5m7", limit, true));
    all.push_back(way("fused, rounded products", TileStep::fused, "e4m3fn", "fp16", limit, true));
    all.push_back(way("odd", TileStep::odd, nullptr, "e5m6", limit, true));
    all.push_back(way("odd, rounded products", TileStep::odd, "e5m7", "e5m6", limit, true));
    all.push_back(way("odd, coarse products", TileStep::odd, "e5m2", "e5m6", limit, true));
  }
  all.push_back(way("saturating sums", TileStep::odd, nullptr, "e4m3fn", TileLimit::saturate, true));
  all.push_back(way("saturating fused sums", TileStep::fused, nullptr, "e4m7", TileLimit::saturate, true));
  add_quick(all);
  add_exact(all);
  for (Way wide : {all.front(), way("wide products", TileStep::odd, nullptr, "fp16", TileLimit::watch, true),
                   way("wide products", TileStep::odd, nullptr, "e5m6", TileLimit::saturate, true),
                   way("wide products", TileStep::odd, nullptr, "e8m21", TileLimit::watch, true),
                   way("wide products", TileStep::odd, nullptr, "e2m1fn", TileLimit::saturate, true)}) {
    wide.how.wide_products = true;
    all.push_back(wide);
  }
  return all;
}

std::vector<float> numbers(Random& random, std::size_t n, bool wide, std::uint64_t codes) {
  const Format f = format_of("e4m3fn");
  std::vector<float> x(n);
  for (float& v : x) {
    const std::uint64_t code = random.below(8) == 0 ? random.below(4) : random.below(codes);
    const double magnitude =
        wide ? 1.0 + static_cast<double>(random.below(1 << 23)) * 0x1p-23 : f.finite_value(code);
    v = static_cast<float>((random.bits() & 1) != 0 ? magnitude : -magnitude);
  }
  return x;
}

struct Expected {
  float s = 0, largest = 0;
  Counters product, sum;

  void step(const Way& w, double a, double b) {
    double t = 1, u = a * b;  // exact: 48 bits
    if (w.how.rounds_product) {
      const Outcome p = mul(w.product, a, b);
      product.add(p.events);
      u = p.value;
    }
    const Outcome next = w.how.rounds_product ? fma(w.sum, u, t, static_cast<double>(s))
                                              : fma(w.sum, a, b, static_cast<double>(s));
    sum.add(next.events);
    const bool still = next.value == static_cast<double>(s) && u != 0 && !next.events.has(Event::saturated);
    sum[Counter::swamped] += still ? 1 : 0;
    s = static_cast<float>(next.value);
    largest = std::max(largest, std::abs(s));
  }
};

std::string difference(const TileCounts& got, const Counters& want) {
  Counters all;
  all[Counter::total] = got.total;
  all[Counter::zero_in] = got.zero_in;
  all[Counter::inexact] = got.inexact;
  all[Counter::rounded_up] = got.up;
  all[Counter::rounded_down] = got.down;
  all[Counter::tie] = got.tie;
  all[Counter::saturated] = got.saturated;
  all[Counter::underflow_to_zero] = got.to_zero;
  all[Counter::underflow_inexact] = got.tiny;
  all[Counter::subnormal_out] = got.subnormal;
  all[Counter::swamped] = got.swamped;
  return test::differences(all, want);
}

/// Two tiles, the second of which goes on.
TileResult run(const TileShape& shape, const TileRounding& how, const std::vector<float>& a,
               const std::vector<float>& b, std::size_t k, std::vector<float>& sums) {
  const std::size_t half = k / 2;
  TileResult got;
  TileOperands x{a.data(), k, 1, b.data(), half, sums.data()};
  x.begins = true;
  shape.run(how, x, got);
  const float largest = got.largest;
  shape.run(how, {a.data() + half, k, 1, b.data() + half * shape.width, k - half, sums.data()}, got);
  got.largest = std::max(got.largest, largest);
  return got;
}

void compare(const TileKernels& level, const TileShape& shape, bool counts, const Way& w, Random& random,
             std::size_t k = 17) {
  const bool wide = w.how.wide_products;
  std::vector<float> a = numbers(random, shape.rows * k, wide, w.codes),
                     b = numbers(random, k * shape.width, wide, w.codes);
  for (float& v : a) v = random.below(4) == 0 ? 0 : v;
  std::vector<float> sums(shape.rows * shape.width, std::numeric_limits<float>::quiet_NaN());
  const TileResult got = run(shape, w.how, a, b, k, sums);
  Expected all;
  std::size_t wrong = 0;
  for (std::size_t r = 0; r < shape.rows; ++r)
    for (std::size_t j = 0; j < shape.width; ++j) {
      all.s = 0;
      for (std::size_t i = 0; i < k; ++i)
        all.step(w, static_cast<double>(a[r * k + i]), static_cast<double>(b[i * shape.width + j]));
      const float s = sums[r * shape.width + j];
      wrong +=
          std::bit_cast<std::uint32_t>(s) == std::bit_cast<std::uint32_t>(all.s + 0.0f) || !counts ? 0u : 1u;
      wrong += s == all.s ? 0u : 1u;
    }
  INFO(level.isa << " " << shape.rows << " x " << shape.width << " " << w.name << " into "
                 << w.how.sum.max_finite << ", quick from " << w.how.quick_least << ", exact "
                 << w.how.exact_first << " " << w.how.exact_steps);
  CHECK(wrong == 0);
  const bool beyond = all.largest > w.how.sum.max_finite;
  if (w.how.limit == TileLimit::watch && (counts || w.how.step != TileStep::native))
    CHECK((got.largest > w.how.sum.max_finite) == beyond);
  if (w.how.limit == TileLimit::watch && !counts && w.how.step != TileStep::native)
    CHECK(got.largest == all.largest);
  if (!counts || beyond) return;
  CHECK(difference(got.sum, all.sum) == "");
  if (w.how.rounds_product) CHECK(difference(got.product, all.product) == "");
}

std::vector<TileShape> shapes_of(const TileKernels& level, bool counts) {
  std::vector<TileShape> all;
  for (const std::span<const TileShape> shapes : counts ? level.counting : level.fast)
    all.insert(all.end(), shapes.begin(), shapes.end());
  return all;
}

/// Whether a way is one that this level can go.
bool can(const TileKernels& level, bool counts, const Way& w) {
  return !w.how.wide_products || ((counts || w.how.step == TileStep::odd) && level.has_fma);
}

}  // namespace

TEST_CASE("shapes are in groups of one width, which is a power of two, and begin with one row") {
  for (const TileKernels* level : available_tile_kernels())
    for (const bool counts : {false, true})
      for (const std::span<const TileShape> shapes : counts ? level->counting : level->fast) {
        CHECK((shapes.front().rows == 1 && std::has_single_bit(shapes.front().width)));
        CHECK((std::has_single_bit(level->lanes) && shapes.front().width % level->lanes == 0));
        for (const TileShape& shape : shapes) CHECK(shape.width == shapes.front().width);
      }
}

TEST_CASE("tiles of every shape and level do what the scalar operations do") {
  Random random(5);
  for (const TileKernels* level : available_tile_kernels())
    for (const bool counts : {false, true})
      for (const TileShape& shape : shapes_of(*level, counts))
        for (const Way& w : ways())
          if (can(*level, counts, w)) compare(*level, shape, counts, w, random);
}

TEST_CASE("tiles that count, of many steps and with operands of one magnitude") {
  Random random(6);
  for (const TileKernels* level : available_tile_kernels())
    for (Way w : ways())
      if (can(*level, true, w)) {
        w.how.exact_first = 0;
        compare(*level, level->counting.front().front(), true, w, random,
                700);                                   // longer than a list of factors
        w.codes = std::min<std::uint64_t>(w.codes, 9);  // 2^-9 to 2^-6: results are subnormal
        compare(*level, level->counting.back().front(), true, w, random, 40);
      }
}

TEST_CASE(
    "sums that leave the range in which they are exact, at the end or in between, or start off the grid") {
  struct Terms {
    float start;
    std::vector<float> b;
  };
  Way w = way("exact", TileStep::native, nullptr, "fp32", TileLimit::watch, false);
  w.how.exact_below = 64, w.how.exact_between = 32, w.how.exact_steps = 1;  // grid 2^-18
  w.how.quick = GENERATE(false, true);
  const float unit = 0x1p-18f;
  const std::vector<Terms> all{{0, {31, 32, 32, unit, -32, -30, 1}},
                               {0, {31 + unit, 32}},
                               {0, {30, 30, 30, unit}},
                               {1 + unit / 2, {30, 30}},
                               {31, {30, 30, unit, -30, 1}},
                               {-40 - unit, {30, unit, -unit, 1, 2}}};
  for (const TileKernels* level : available_tile_kernels())
    for (const TileShape& shape : shapes_of(*level, true))
      for (const auto& [start, terms] : all) {
        std::vector<float> a(terms.size(), 1), b, sums(shape.width, start);
        for (const float t : terms) b.insert(b.end(), shape.width, t);
        Expected want;
        want.s = start;
        for (const float t : terms) want.step(w, 1, static_cast<double>(t));
        TileResult got;
        shape.run(w.how, {a.data(), 0, 1, b.data(), terms.size(), sums.data()}, got);
        CHECK(sums.back() == want.s);
        CHECK(got.sum.inexact == shape.width * want.sum[Counter::inexact]);
        CHECK(got.sum.tie == shape.width * want.sum[Counter::tie]);
      }
}

TEST_CASE("factors that are all 0 leave sums as they are, and are counted") {
  const Way w = way("odd", TileStep::odd, "e5m7", "e4m3", TileLimit::watch, true);
  for (const TileKernels* level : available_tile_kernels())
    for (const TileShape& shape : shapes_of(*level, true)) {
      const std::vector<float> a(300, -0.0f), b(300 * shape.width, 1);
      std::vector<float> sums(shape.width, 0x1p-9f);  // subnormal
      sums.front() = 0;
      TileResult got;
      shape.run(w.how, {a.data(), 0, 1, b.data(), 300, sums.data()}, got);
      CHECK((got.sum.zero_in == 300 && got.sum.subnormal == 300 * (shape.width - 1)));
      CHECK((got.product.zero_in == 300 * shape.width && got.product.total == 300 * shape.width));
      CHECK((got.sum.inexact == 0 && got.sum.swamped == 0 && sums.back() == 0x1p-9f));
    }
}

TEST_CASE("tininess is that of the exact sum, where its binary32 neighbour is not tiny any more") {
  // e4m3: 7 2^-9, then 3 2^-11 - 2^-32 more: 15.5 2^-10 - 2^-32 rounds to 15 2^-10 < 2^-6 without a lower limit.
  const Way w = way("odd", TileStep::odd, nullptr, "e4m3", TileLimit::watch, true);
  const std::vector<float> a{1, 1};
  for (const TileKernels* level : available_tile_kernels())
    for (const TileShape& shape : shapes_of(*level, true)) {
      std::vector<float> b(2 * shape.width, 0x7p-9f), sums(shape.rows * shape.width);
      std::fill(b.begin() + static_cast<std::ptrdiff_t>(shape.width), b.end(), 0x3p-11f - 0x1p-32f);
      TileResult got;
      shape.run(w.how, {a.data(), 0, 1, b.data(), 2, sums.data()}, got);
      CHECK(sums.front() == 0x1p-6f);
      CHECK(got.sum.tiny == shape.rows * shape.width);
      CHECK(got.sum.tie == 0);
    }
}

TEST_CASE("magnitudes of an array: the largest, and the smallest that is not 0") {
  const float infinity = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  for (const TileKernels* level : available_tile_kernels())
    for (std::size_t n = 0; n < 70; ++n) {
      std::vector<float> x(n, -0.0f);
      Magnitudes m = level->magnitudes(x.data(), n);
      CHECK((m.largest == 0 && m.smallest == infinity));
      if (n == 0) continue;
      x[n / 2] = -0x1p-149f;
      x[n - 1] = n == 1 ? -0x1p-149f : 5;
      m = level->magnitudes(x.data(), n);
      CHECK(m.smallest == (n == 2 ? 5 : 0x1p-149f));
      CHECK(m.largest == (n == 1 ? 0x1p-149f : 5));
      for (const float bad : {infinity, -infinity, nan}) {
        x[n / 3] = bad;
        CHECK(level->magnitudes(x.data(), n).largest == infinity);
      }
    }
}

TEST_CASE("an infinity or a NaN is found wherever it is in an array") {
  const float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
  std::size_t wrong = 0;
  for (const TileKernels* level : available_tile_kernels())
    for (std::size_t n = 0; n < 140; ++n) {
      std::vector<float> x(n + 1, -most);  // a number behind the array is not looked at
      for (std::size_t i = 0; i < n; i += 3) x[i] = i % 2 == 0 ? 0x1p-149f : most;
      x[n] = infinity;
      wrong += level->any_non_finite(x.data(), n) ? 1u : 0u;
      for (std::size_t i = 0; i < n; ++i)
        for (const float bad :
             {infinity, -infinity, std::bit_cast<float>(0x7f800001u), std::bit_cast<float>(0xffffffffu)}) {
          const float good = std::exchange(x[i], bad);
          wrong += level->any_non_finite(x.data(), n) ? 0u : 1u;
          x[i] = good;
        }
    }
  CHECK(wrong == 0);
}

TEST_CASE("copies, gathered rows and transposes of every size write what they should, and nothing else") {
  constexpr std::size_t most = 41, step = 45;  // more than a block of columns
  const float untouched = -1;
  std::vector<float> from(step * step);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i);
  std::vector<std::size_t> at(most);  // in any order, and some twice
  for (std::size_t r = 0; r < most; ++r) at[r] = r * r * 7 % 1900;
  std::size_t wrong = 0;
  for (const TileKernels* level : available_tile_kernels())
    for (std::size_t rows = 0; rows <= most; ++rows)
      for (std::size_t columns = 0; columns <= most; ++columns) {
        std::vector<float> same(from.size(), untouched), turned(from.size(), untouched), gathered = same;
        level->copy(from.data(), step, rows, columns, same.data(), step - 1);
        level->transpose(from.data(), step, rows, columns, turned.data(), step - 2);
        level->gather(from.data(), at.data(), rows, columns, gathered.data(), step - 3);
        std::vector<float> same_want(from.size(), untouched), turned_want = same_want,
                                                              gathered_want = same_want;
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t c = 0; c < columns; ++c) {
            same_want[r * (step - 1) + c] = turned_want[c * (step - 2) + r] = from[r * step + c];
            gathered_want[r * (step - 3) + c] = from[at[r] + c];
          }
        wrong += same != same_want || turned != turned_want || gathered != gathered_want ? 1u : 0u;
      }
  CHECK(wrong == 0);
}

TEST_CASE("the tiles in use are those of a level that this machine has") {
  const auto all = available_tile_kernels();
  CHECK(std::any_of(all.begin(), all.end(), [](const TileKernels* k) { return k == &tile_kernels(); }));
}
