// The kernels of the orders pairwise, exact and block by themselves, on operands for which any plan would be right: every
// way of rounding, on every instruction-set level of this machine, beside a few lines of scalar reference.

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/counters.hpp"
#include "formats/kernels/orders.hpp"
#include "formats/wide_sum.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using test::SplitMix64;

NearestEven32 constants(const Format& f) {
  const auto e_min = static_cast<float>(pow2(f.e_min()));
  return {static_cast<std::uint32_t>(23 - f.mantissa_bits) << 23 | 0x00400000u,
          std::bit_cast<std::uint32_t>(e_min), static_cast<float>(f.max_finite()), e_min,
          static_cast<float>(pow2(f.e_min()) - pow2(f.e_min() - f.mantissa_bits - 2))};
}

/// Multiples of 2^-grid, up to 16 in magnitude.
struct Factors {
  std::size_t rows, width, k;
  std::vector<float> a, b;

  Factors(SplitMix64& random, const OrderKernels& level, const OrderTile& tile, std::size_t terms, int grid)
      : rows(tile.rows), width(level.width), k(terms), a(rows * k), b(k * width) {
    for (std::vector<float>* x : {&a, &b})
      for (float& v : *x) v = static_cast<float>((static_cast<double>(random.below(31)) - 15) * pow2(-grid));
  }
  TileOperands operands(float* sums) const { return {a.data(), k, 1, b.data(), k, sums}; }
  double at(std::size_t r, std::size_t i) const { return static_cast<double>(a[r * k + i]); }
  double at(std::size_t i, std::size_t j, int) const { return static_cast<double>(b[i * width + j]); }
};

/// acc(left + right), with counts.
struct TreeReference {
  const std::optional<Projection> product;
  const Projection sum;
  Counters products{}, sums{};

  double counted(Counters& into, const Outcome& out, bool swamped = false) {
    into.add(out.events);
    into[Counter::swamped] += swamped ? 1u : 0u;
    return out.value;
  }
  double leaf(double a, double b) {
    if (!product) return counted(sums, mul(sum, a, b));
    return counted(sums, convert(sum, counted(products, mul(*product, a, b))));
  }
  double of(const Factors& f, std::size_t r, std::size_t j, std::size_t first, std::size_t n) {
    if (n == 1) return leaf(f.at(r, first), f.at(first, j, 0));
    const std::size_t left = std::bit_ceil(n) / 2;
    const double x = of(f, r, j, first, left), y = of(f, r, j, first + left, n - left);
    const Outcome out = add(sum, x, y);
    const bool kept = (out.value == x && y != 0) || (out.value == y && x != 0);
    return counted(sums, out, kept && !out.events.has(Event::saturated));
  }
};

void check_counts(const TileCounts& got, const Counters& want) {
  CHECK(got.total == want[Counter::total]);
  CHECK(got.zero_in == want[Counter::zero_in]);
  CHECK(got.inexact == want[Counter::inexact]);
  CHECK(got.up == want[Counter::rounded_up]);
  CHECK(got.down == want[Counter::rounded_down]);
  CHECK(got.tie == want[Counter::tie]);
  CHECK(got.saturated == want[Counter::saturated]);
  CHECK(got.to_zero == want[Counter::underflow_to_zero]);
  CHECK(got.tiny == want[Counter::underflow_inexact]);
  CHECK(got.subnormal == want[Counter::subnormal_out]);
  CHECK(got.swamped == want[Counter::swamped]);
}

template <class Use>
void with_tiles(const Use& use) {
  for (const OrderKernels* level : available_order_kernels())
    for (const OrderTile* tile : {&level->one, &level->tall}) {
      INFO(level->isa << ", rows " << tile->rows);
      use(*level, *tile);
    }
}

void check_tree(const OrderKernels& level, const OrderTile& tile, const PairwiseRounding& how,
                const std::optional<Projection>& product, const Projection& sum, int grid) {
  SplitMix64 random(31);
  for (const std::size_t k : std::initializer_list<std::size_t>{1, 2, 7, 8, 21, 64})
    for (const bool counts : {false, true}) {
      const Factors f(random, level, tile, k, grid);
      std::vector<float> got(f.rows * f.width);
      TileResult result;
      tile.pairwise(how, counts, f.operands(got.data()), result);
      TreeReference reference{product, sum};
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < got.size(); ++i)
        wrong += static_cast<double>(got[i]) != reference.of(f, i / f.width, i % f.width, 0, k) ? 1u : 0u;
      CHECK(wrong == 0);
      if (!counts) continue;
      check_counts(result.sum, reference.sums);
      check_counts(result.product, reference.products);
    }
}

/// A matrix unit, its groups in exact sums.
double unit_sum(const BlockRounding& how, const Projection& sum, const Factors& f, std::size_t r,
                std::size_t j, Counters& counters) {
  double s = 0;
  for (std::size_t first = 0; first < f.k; first += how.terms) {
    const std::size_t last = std::min(first + how.terms, f.k);
    const auto exponent = [](double x) { return parts_of(x).exponent; };
    int e = s == 0 ? how.lowest : std::max(how.lowest, exponent(s));
    WideSum plain;
    for (std::size_t i = first; i < last; ++i) {
      plain.add_product(f.at(r, i), f.at(i, j, 0));
      if (f.at(r, i) != 0 && f.at(i, j, 0) != 0)
        e = std::max(e, exponent(f.at(r, i)) + exponent(f.at(i, j, 0)));
    }
    const double unit = pow2(e - how.fraction_bits);
    double total = static_cast<double>(static_cast<long long>(s / unit));
    for (std::size_t i = first; i < last; ++i)
      total += static_cast<double>(static_cast<long long>(f.at(r, i) * f.at(i, j, 0) / unit));
    const Outcome out = project(sum, total * unit);
    counters.add(out.events);
    const bool some = plain.value(ZeroSign::positive).kind != Exact::Kind::zero;
    counters[Counter::swamped] += out.value == s && some ? 1u : 0u;
    s = out.value;
  }
  return s;
}

void check_unit(const OrderKernels& level, const OrderTile& tile, const BlockRounding& how,
                const Projection& sum) {
  SplitMix64 random(32);
  for (const std::size_t k : std::initializer_list<std::size_t>{1, 5, 32, 70})
    for (const bool counts : {false, true}) {
      const Factors f(random, level, tile, k, 3);
      const auto exponent = [](float x) {
        return x == 0 ? exponent_of_zero
                      : static_cast<std::int16_t>(parts_of(static_cast<double>(x)).exponent);
      };
      std::vector<std::uint32_t> a;
      std::vector<std::int16_t> b;
      for (const float x : f.a) {
        const auto e = static_cast<std::uint16_t>(exponent(x));
        a.push_back(std::uint32_t{e} << 16 | e);
      }
      for (const float x : f.b) b.push_back(static_cast<std::int16_t>(exponent(x) + exponent_bias));
      std::vector<float> got(f.rows * f.width);
      TileResult result;
      tile.block(how, counts, {f.operands(got.data()), a.data(), k, b.data()}, result);
      Counters counters;
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < got.size(); ++i)
        wrong += static_cast<double>(got[i]) != unit_sum(how, sum, f, i / f.width, i % f.width, counters)
                     ? 1u
                     : 0u;
      CHECK(wrong == 0);
      if (counts) check_counts(result.sum, counters);
    }
}

void check_exact(const OrderKernels& level, const OrderTile& tile, const ExactSum& how,
                 const std::optional<Projection>& product) {
  SplitMix64 random(33);
  for (const std::size_t k : std::initializer_list<std::size_t>{1, 130, 300})
    for (const bool counts : {false, true}) {
      const Factors f(random, level, tile, k, 3);
      std::vector<double> high(f.rows * f.width), low(high.size());
      TileResult result;
      tile.exact(how, counts, f.operands(nullptr), high.data(), low.data(), result);
      Counters counters;
      std::size_t wrong = 0;
      for (std::size_t o = 0; o < high.size(); ++o) {
        double sum = 0;
        for (std::size_t i = 0; i < k; ++i) {
          const double t = f.at(o / f.width, i) * f.at(i, o % f.width, 0);
          const Outcome rounded = product ? project(*product, t) : Outcome{t};
          counters.add(rounded.events);
          sum += rounded.value;
        }
        wrong += high[o] + low[o] != sum ? 1u : 0u;
      }
      CHECK(wrong == 0);
      if (counts && product) check_counts(result.product, counters);
    }
}

}  // namespace

TEST_CASE("trees of every step and limit") {
  const Projection products{format_of("e5m2"), Rounding::nearest_even, Saturation::finite};
  with_tiles([&](const OrderKernels& level, const OrderTile& tile) {
    for (const TileStep step : {TileStep::native, TileStep::fused, TileStep::odd})
      for (const TileLimit limit : {TileLimit::excluded, TileLimit::watch, TileLimit::saturate})
        for (const bool rounds_product : {false, true}) {
          const char* name = step == TileStep::native       ? "fp32"
                             : step == TileStep::odd        ? "e6m11"
                             : limit == TileLimit::saturate ? "e3m4"
                                                            : "fp16";
          const Projection sum{format_of(name), Rounding::nearest_even,
                               limit == TileLimit::saturate ? Saturation::finite : Saturation::none};
          if (step == TileStep::native && limit == TileLimit::saturate) continue;
          INFO(name << ", product " << rounds_product << ", limit " << static_cast<int>(limit));
          PairwiseRounding how;
          how.each.step = step;
          how.each.limit = limit;
          how.each.rounds_product = rounds_product;
          how.each.sum = constants(sum.format);
          if (step == TileStep::native) how.each.sum = {0, 0, 0x1.fffffep127f, 0x1p-126f, 0};
          how.each.product = constants(products.format);
          const std::optional<Projection> product = rounds_product ? std::optional(products) : std::nullopt;
          for (const int grid : {3, 12}) check_tree(level, tile, how, product, sum, grid);
          if (rounds_product || step != TileStep::fused || limit == TileLimit::saturate) continue;
          how.rounds_leaf = false;
          check_tree(level, tile, how, product, sum, 3);
        }
  });
}

TEST_CASE("exact sums in one part, in two, and of rounded products") {
  const Projection products{format_of("e3m2fn"), Rounding::nearest_even, Saturation::finite};
  with_tiles([&](const OrderKernels& level, const OrderTile& tile) {
    if (tile.exact == nullptr) return;
    ExactSum how;
    check_exact(level, tile, how, std::nullopt);
    how.splits = true;
    how.cut = 0x1.8p52;
    check_exact(level, tile, how, std::nullopt);
    how.rounds_product = true;
    how.product = constants(products.format);
    check_exact(level, tile, how, products);
  });
}

TEST_CASE("matrix units, narrow and wide, toward zero and to nearest even") {
  with_tiles([&](const OrderKernels& level, const OrderTile& tile) {
    if (tile.block == nullptr) return;
    for (const bool nearest : {false, true})
      for (const int bits : {3, 13, 25}) {
        const Format f = format_of(nearest ? "fp16" : bits == 13 ? "e8m13" : "fp32");
        BlockRounding how;
        how.terms = 16;
        how.at_once = bits == 25 ? 8 : 16;
        how.fraction_bits = bits;
        how.lowest = std::max(f.e_min(), bits - 6);
        how.narrow = bits <= 13;
        how.nearest = nearest;
        how.mantissa_bits = f.mantissa_bits;
        how.min_normal = static_cast<float>(pow2(f.e_min()));
        how.cut = 0x1.8p52;
        INFO("nearest " << nearest << ", bits " << bits);
        check_unit(level, tile, how, {f, nearest ? Rounding::nearest_even : Rounding::toward_zero});
      }
  });
}

TEST_CASE("the orders in use are those of a level that this machine has") {
  bool found = false;
  for (const OrderKernels* level : available_order_kernels()) found = found || level == &order_kernels();
  CHECK(found);
}
