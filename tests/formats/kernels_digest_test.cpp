// What the kernels of every level give for fixed numbers, as one hash: the same on every machine. (Whether it is right, the
// other tests of the kernels say, on each machine.)

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/kernels/kernels.hpp"
#include "formats/kernels/tiles.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

/// FNV-1a over 64-bit words.
class Digest {
 public:
  void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3; }
  void add(const std::vector<double>& x) {
    for (const double v : x) add(std::bit_cast<std::uint64_t>(v));
  }
  void add(const std::vector<float>& x) {
    for (const float v : x) add(std::uint64_t{std::bit_cast<std::uint32_t>(v)});
  }
  void add(const Counters& c) {
    for (const std::uint64_t n : c.counts) add(n);
  }
  void add(const TileCounts& c) {
    for (const std::uint64_t n : {c.total, c.zero_in, c.inexact, c.up, c.down, c.tie, c.saturated, c.to_zero,
                                  c.tiny, c.subnormal, c.swamped})
      add(n);
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

/// Float values of every exponent, few bits or many, both signs; with `specials` zeros, infinities and NaN too.
std::vector<float> floats(Random& random, std::size_t n, int binades, bool specials) {
  std::vector<float> x(n);
  for (float& v : x) {
    const std::uint32_t keep = ~std::uint32_t{0} << random.below(24);
    const auto field = static_cast<std::uint32_t>(
        127 - binades / 2 + static_cast<int>(random.below(static_cast<std::uint64_t>(binades))));
    v = std::bit_cast<float>((static_cast<std::uint32_t>(random.bits()) & 0x807fffff & keep) | field << 23);
    const std::uint64_t special = random.below(40);
    if (specials && special < 2) v = special == 0 ? 0.0f : -0.0f;
    if (specials && special == 2) v = std::numeric_limits<float>::infinity();
    if (specials && special == 3) v = std::bit_cast<float>(0xffc01234u);
  }
  return x;
}

std::vector<double> doubles(const std::vector<float>& x) { return {x.begin(), x.end()}; }

std::uint64_t digest_of(const Kernels& k) {
  Digest digest;
  Random random(11);
  const std::vector<double> x = doubles(floats(random, 997, 250, true)),
                            y = doubles(floats(random, 997, 40, false));
  std::vector<double> q(x.size());
  std::vector<std::uint32_t> r(x.size());
  for (const auto operation : {k.add, k.mul, k.div})
    operation(x.data(), y.data(), q.data(), x.size()), digest.add(q);
  for (const char* format : {"e4m3fn", "e5m2", "fp16", "bf16", "fp32", "e4m3fnuz", "e2m1fn", "e6m9"})
    for (int rounding = 0; rounding < 9; ++rounding)
      for (int saturation = 0; saturation < 3; ++saturation) {
        const Projection how{format_of(format), static_cast<Rounding>(rounding),
                             static_cast<Saturation>(saturation), 12};
        const auto fast = fast_projection_of(how);
        REQUIRE(fast);
        Counters counters;
        k.random({{1, 2}, {3, 4}}, 5, 12, r.data(), r.size());
        k.round(*fast, x.data(), q.data(), x.size(), &counters, r.data());
        digest.add(q), digest.add(counters);
        std::vector<double> sums(panel_width);
        Counters products;
        const PanelSteps steps{&*fast, &*fast, &products, &counters, r.data(), r.data()};
        k.panel(steps, x.data(), y.data(), 30, sums.data());
        digest.add(sums), digest.add(counters), digest.add(products);
      }
  std::vector<float> sums(panel_width);
  const std::vector<float> a = floats(random, 40, 60, false), b = floats(random, 40 * panel_width, 60, false);
  k.panel_fp32(a.data(), b.data(), 40, sums.data());
  digest.add(sums);
  return digest.value();
}

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

constexpr std::size_t rows = 8, columns = 512, terms = 9;  // every shape's rows and width divide these

/// The whole matrix by tiles of one shape; its width is that of a packed panel.
void add_product(Digest& digest, const TileShape& shape, const TileRounding& how, const std::vector<float>& a,
                 const std::vector<float>& b) {
  std::vector<float> y(rows * columns), panel(terms * shape.width), sums(shape.rows * shape.width);
  TileCounts product, sum;
  for (std::size_t first = 0; first < columns; first += shape.width) {
    for (std::size_t k = 0; k < terms; ++k)
      std::memcpy(panel.data() + k * shape.width, b.data() + k * columns + first,
                  shape.width * sizeof(float));
    for (std::size_t row = 0; row < rows; row += shape.rows) {
      sums.assign(sums.size(), 0.0f);
      TileResult result;
      shape.run(how, {a.data() + row * terms, terms, 1, panel.data(), terms, sums.data()}, result);
      for (std::size_t r = 0; r < shape.rows; ++r)
        std::memcpy(y.data() + (row + r) * columns + first, sums.data() + r * shape.width,
                    shape.width * sizeof(float));
      for (const auto member :
           {&TileCounts::total, &TileCounts::zero_in, &TileCounts::inexact, &TileCounts::up,
            &TileCounts::down, &TileCounts::tie, &TileCounts::saturated, &TileCounts::to_zero,
            &TileCounts::tiny, &TileCounts::subnormal, &TileCounts::swamped}) {
        product.*member += result.product.*member;
        sum.*member += result.sum.*member;
      }
    }
  }
  digest.add(y), digest.add(product), digest.add(sum);
}

std::uint64_t digest_of(const TileShape& shape) {
  Digest digest;
  Random random(12);
  std::vector<float> a = floats(random, rows * terms, 12, false),
                     b = floats(random, terms * columns, 12, false);
  for (std::vector<float>* x : {&a, &b})  // 12 bits, so that products are binary32 numbers
    for (float& v : *x) v = std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & 0xfffff000u);
  for (const char* format : {"fp16", "e5m7", "bf16"})
    for (const TileStep step : {TileStep::native, TileStep::fused, TileStep::odd})
      for (const TileLimit limit : {TileLimit::saturate, TileLimit::watch})
        for (const bool rounds : {false, true}) {
          TileRounding how;
          how.step = step;
          how.rounds_product = how.saturates_product = rounds;
          how.limit = limit;
          how.product = how.sum = constants(format_of(format));
          if (step == TileStep::native) {
            how.sum = {0, 0, std::numeric_limits<float>::max(), 0x1p-126f, 0};
            how.clamps = false;
            how.limit = TileLimit::watch;
          }
          add_product(digest, shape, how, a, b);
        }
  return digest.value();
}

}  // namespace

TEST_CASE("kernels give the same bits on every machine") {
  for (const Kernels* level : available_kernels()) {
    INFO(level->isa);
    CHECK(digest_of(*level) == 0xf320f9ef25ffd540);
  }
}

TEST_CASE("tiles of every shape give the same bits on every machine") {
  for (const TileKernels* level : available_tile_kernels()) {
    INFO(level->isa);
    for (const std::span<const TileShape> shapes : level->fast)
      for (const TileShape& shape : shapes) CHECK(digest_of(shape) == 0xc3eced8611694715);
    for (const std::span<const TileShape> shapes : level->counting)
      for (const TileShape& shape : shapes) CHECK(digest_of(shape) == 0xefe37f39c929fe81);
  }
}
