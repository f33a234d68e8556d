// Strips of every instruction-set level against the scalar operations, step by step: values, counters, the largest sum.
// Whether strips may be used is another question (tests/ops/strips_test.cpp).

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/counters.hpp"
#include "formats/kernels/strips.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr RandomKey product_key{{1, 2}, {3, 4}}, sum_key{{5, 6}, {7, 0}};
constexpr std::uint64_t steps = 19;  // no multiple of 8: every output's numbers begin elsewhere in a block

/// The constants of a rounding, written out from their definition.
ModeRounding32 constants(const Projection& how, StripGrid grid, int drop) {
  const auto power = [](int e) { return std::bit_cast<float>(static_cast<std::uint32_t>(e + 127) << 23); };
  ModeRounding32 r;
  r.grid = grid;
  r.drop = drop;
  r.point = how.format.mantissa_bits + drop;
  r.sticky = how.rounding == Rounding::toward_negative ? 1 : 0;
  r.draws = is_stochastic(how.rounding);
  r.bits = r.draws ? how.random_bits : 0;
  if (how.rounding == Rounding::stochastic_b) r.half = std::uint32_t{1} << (drop - how.random_bits - 1);
  if (how.rounding == Rounding::toward_negative) r.negative = (std::uint32_t{1} << drop) - 1;
  r.min_normal = power(how.format.e_min());
  r.e_min_bits = std::bit_cast<std::uint32_t>(r.min_normal);
  r.max_finite = r.highest = static_cast<float>(how.format.max_finite());
  r.lowest = -r.highest;
  return r;
}

struct Way {
  const char* name;
  bool rounds_product;
  Projection product, sum;
  ModeRounding32 product32, sum32;
};

/// Operands are e4m3fn numbers up to 30: products are multiples of 2^-18, up to 900.
std::vector<Way> ways() {
  const Format fp16 = format_of("fp16"), e5m7 = format_of("e5m7");
  std::vector<Way> all;
  const auto add = [&](const char* name, bool rounds, Projection product, StripGrid product_grid,
                       int product_drop, Projection sum, StripGrid grid, int drop) {
    product.saturation = sum.saturation = Saturation::finite;
    all.push_back({name, rounds, product, sum, constants(product, product_grid, product_drop),
                   constants(sum, grid, drop)});
  };
  const auto mode = [](const Format& f, Rounding rounding, int bits = 1) {
    return Projection{f, rounding, Saturation::finite, bits};
  };
  const StripGrid plain = StripGrid::plain, clamped = StripGrid::clamped, wide = StripGrid::wide;
  const Projection down = mode(fp16, Rounding::toward_negative),
                   some = mode(fp16, Rounding::stochastic_a, 13),
                   many = mode(fp16, Rounding::stochastic_b, 16);
  add("toward_negative", false, down, plain, 13, down, plain, 13);
  add("13 bits", false, down, plain, 13, some, plain, 13);
  add("16 bits", false, down, plain, 13, many, wide, 17);
  for (const Rounding rounding :
       {Rounding::toward_negative, Rounding::stochastic_a, Rounding::stochastic_b}) {
    const Projection coarse = mode(e5m7, rounding, 9);
    add("coarse", false, coarse, clamped, 16, coarse, clamped, 16);
    add("coarse products", true, coarse, clamped, 16, mode(e5m7, Rounding::stochastic_b, 7), plain, 16);
  }
  add("plain products", true, mode(e5m7, Rounding::toward_negative), plain, 16, down, plain, 13);
  add("plain products, 4 bits", true, mode(fp16, Rounding::stochastic_a, 4), plain, 13, down, clamped, 13);
  add("wide products", true, many, wide, 17, down, plain, 13);
  return all;
}

std::vector<float> numbers(Random& random, std::size_t n) {
  const Format f = format_of("e4m3fn");
  std::vector<float> x(n);
  for (float& v : x) {
    v = static_cast<float>(
        f.finite_value(random.below(8) == 0 ? random.below(4) : random.below(0x5f)));  // up to 30
    if (random.below(2) == 0) v = -v;
  }
  return x;
}

struct Expected {
  double s = 0, largest = 0;
  Counters product, sum;

  static std::uint32_t draw(const Projection& how, const RandomKey& key, std::uint64_t index) {
    std::uint32_t r = 0;
    kernels().random(key, index, how.random_bits, &r, 1);
    return r;
  }
  void step(const Way& w, double a, double b, std::uint64_t index) {
    if (w.rounds_product) {
      const Outcome p = mul(w.product, a, b, draw(w.product, product_key, index));
      product.add(p.events);
      a = p.value, b = 1;
    }
    const Outcome next = fma(w.sum, a, b, s, draw(w.sum, sum_key, index));
    sum.add(next.events);
    const bool still = next.value == s && a * b != 0 && !next.events.has(Event::saturated);
    sum[Counter::swamped] += still ? 1 : 0;
    s = next.value;
    largest = std::max(largest, s < 0 ? -s : s);
  }
};

std::string difference(const TileCounts& got, const Counters& want) {
  const auto text = [](const char* name, std::uint64_t n, std::uint64_t m) {
    return n == m ? "" : std::string(name) + " " + std::to_string(n) + " for " + std::to_string(m) + "; ";
  };
  return text("total", got.total, want[Counter::total]) + text("zero", got.zero_in, want[Counter::zero_in]) +
         text("inexact", got.inexact, want[Counter::inexact]) +
         text("up", got.up, want[Counter::rounded_up]) + text("down", got.down, want[Counter::rounded_down]) +
         text("tie", got.tie, want[Counter::tie]) +
         text("saturated", got.saturated, want[Counter::saturated]) +
         text("to zero", got.to_zero, want[Counter::underflow_to_zero]) +
         text("tiny", got.tiny, want[Counter::underflow_inexact]) +
         text("subnormal", got.subnormal, want[Counter::subnormal_out]) +
         text("swamped", got.swamped, want[Counter::swamped]);
}

/// Steps `first` to 18 of some outputs, from +0.
void compare(const StripKernels& level, const Way& w, bool counts, std::uint64_t first, Random& random) {
  const std::size_t k = steps - first;
  const std::vector<float> a = numbers(random, level.strips * k), b = numbers(random, k * level.width);
  std::vector<Strip> strips(level.strips);
  for (std::size_t i = 0; i < level.strips; ++i) strips[i] = {a.data() + i * k, b.data(), 1000 * i + 3};
  std::vector<float> sums(level.strips * level.width);
  StripSteps how{
      w.rounds_product ? &w.product32 : nullptr, w.sum32, true, counts, product_key, sum_key, steps};
  StripResult got;
  level.run(how, strips.data(), first, k, sums.data(), got);
  Expected all;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t strip = i / level.width, lane = i % level.width;
    all.s = 0;
    for (std::size_t j = 0; j < k; ++j)
      all.step(w, static_cast<double>(a[strip * k + j]), static_cast<double>(b[j * level.width + lane]),
               (strips[strip].output + lane) * steps + first + j);
    wrong += static_cast<double>(sums[i]) == all.s ? 0u : 1u;
  }
  INFO(level.isa << " " << w.name << (counts ? ", counted" : ""));
  CHECK(wrong == 0);
  CHECK(static_cast<double>(got.largest) == all.largest);
  if (!counts) {
    how.guards = false;  // sums stay below the maximum of these formats
    std::vector<float> unguarded(sums.size());
    level.run(how, strips.data(), first, k, unguarded.data(), got);
    CHECK(unguarded == sums);
    return;
  }
  CHECK(difference(got.sum, all.sum) == "");
  if (w.rounds_product) CHECK(difference(got.product, all.product) == "");
}

}  // namespace

TEST_CASE("strips of every level do what the scalar operations do") {
  Random random(5);
  for (const StripKernels* level : available_strip_kernels())
    for (const Way& w : ways())
      for (const bool counts : {false, true})
        for (const std::uint64_t first : {0u, 8u, 11u}) compare(*level, w, counts, first, random);
}

TEST_CASE("the strips in use are those of a level that this machine has") {
  const auto all = available_strip_kernels();
  CHECK(std::any_of(all.begin(), all.end(), [](const StripKernels* k) { return k == &strip_kernels(); }));
}
