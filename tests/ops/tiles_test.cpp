// Binary32 tiles against the definition of a reduction: bit for bit and counter for counter, on every instruction-set
// level of this machine.

#include <omp.h>

#include <cmath>

#include "tests/ops/tiles_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

/// How often tiles were possible.
std::size_t compare_cases(int count, std::uint64_t seed) {
  Random random(seed);
  std::size_t possible = 0;
  for (int i = 0; i < count; ++i) {
    const Case c = some_case(random);
    const Defined want = by_definition(c);
    omp_set_num_threads(std::array{1, 2, 3, 7}[random.below(4)]);
    for (const TileKernels* level : available_tile_kernels())
      for (const bool counts : {false, true})
        possible += compare(c, want, *level, counts, random) ? std::size_t{1} : 0;
  }
  return possible;
}

}  // namespace

TEST_CASE("tiles give the values and counters of the definition") { CHECK(compare_cases(100, 1) > 250); }

TEST_CASE("tiles give the values and counters of the definition, many times") {
  CHECK(compare_cases(1500, 20261125) > 4000);
}

namespace {

/// A row by columns, whose sums are, from the second step on, in the middle of two values of the accumulator or, by an error of
/// the product, beside it: b = v / a, rounded, where v is an odd number of half units of the sum so far.
Case middles(Random& random) {
  Case c;
  c.how.accumulator = some_projection(random);
  c.fa = c.fb = format_of("fp32");
  c.m = 1, c.n = 37, c.k = 12;
  const Format& f = c.how.accumulator.format;
  for (std::size_t k = 0; k < c.k; ++k)
    c.a.push_back(random.below(4) == 0 ? 1.0f : 1 + static_cast<float>(random.below(1 << 23)) * 0x1p-23f);
  std::vector<double> a(c.a.begin(), c.a.end()), b(c.k);
  for (std::size_t j = 0; j < c.n; ++j)
    for (std::size_t k = 0; k < c.k; ++k) {
      bool lost = false;
      const double s = reduce_by_definition(c.how, a.data(), b.data(), k, 0, no_random, Semantics::ieee754,
                                            nullptr, &lost);
      const int e = std::max(s == 0 ? f.e_min() : std::ilogb(s), f.e_min());
      const double odd = static_cast<double>(2 * random.below(8)) - 7;
      b[k] = k == 0 ? 1 / a[k] : std::ldexp(odd, e - f.precision()) / a[k];
      if (random.below(6) == 0) b[k] = -s / a[k];  // cancels nearly all
      b[k] = static_cast<double>(static_cast<float>(b[k]));
      if (!std::isfinite(b[k])) b[k] = 1;
      c.b.push_back(static_cast<float>(b[k]));
    }
  return c;
}

}  // namespace

TEST_CASE("wide products whose sums are middles of two values, or nearly so") {
  Random random(11);
  int possible = 0;
  for (int i = 0; i < 60; ++i) {
    const Case c = middles(random);
    const Defined want = by_definition(c);
    for (const TileKernels* level : available_tile_kernels())
      for (const bool counts : {false, true}) possible += compare(c, want, *level, counts, random) ? 1 : 0;
  }
  CHECK(possible > 60 * static_cast<int>(tile_kernels().has_fma));
}

namespace {

struct Extents {
  std::size_t m, n, k;
};

Case shaped(const Extents& e, const Reduction& how, Random& random) {
  Case c{how, format_of("e4m3fn"), format_of("e5m2"), e.m, e.n, e.k, {}, {}};
  c.a = matrix(random, c.m * c.k, c.fa, 4);
  c.b = matrix(random, c.n * c.k, c.fb, 4);
  return c;
}

Reduction sums(const char* format, std::size_t chunk = 0) {
  Reduction how;
  how.accumulator.format = format_of(format);
  if (chunk == 0) return how;
  how.order = Order::chunked;
  how.chunk = chunk;
  how.outer.format = format_of("fp16");
  return how;
}

/// How often tiles were possible, of all levels and numbers of threads.
int compare_shape(const Extents& e, const Reduction& how, bool counts) {
  Random random(e.m * 1000 + e.n * 10 + e.k);
  const Case c = shaped(e, how, random);
  const Defined want = by_definition(c);
  int possible = 0;
  for (const int threads : {1, 2, 3, 7}) {
    omp_set_num_threads(threads);
    for (const TileKernels* level : available_tile_kernels())
      possible += compare(c, want, *level, counts, random) ? 1 : 0;
  }
  return possible;
}

}  // namespace

// Blocks of a panel end within a chunk and at its end; rows and sums are more than one thread keeps; and some are so
// large that threads share them.
TEST_CASE("narrow, ragged, deep and large products by tiles") {
  const int all = 4 * static_cast<int>(available_tile_kernels().size());
  const bool counts = GENERATE(false, true);
  const Reduction how = GENERATE(sums("fp32"), sums("bf16"), sums("fp32", 7), sums("fp16", 300));
  for (const Extents e : {Extents{1, 300, 70},
                          {300, 1, 70},
                          {10, 300, 40},
                          {300, 10, 40},
                          {1, 40, 1500},
                          {37, 1, 1500},
                          {19, 35, 1100},
                          {3, 600, 20},
                          {600, 3, 20},
                          {530, 33, 9},
                          {1, 1, 2100},
                          {5, 0, 7},
                          {0, 5, 7},
                          {5, 7, 0},
                          {70, 75, 72},
                          {140, 32, 260}})
    CHECK(compare_shape(e, how, counts) == all);
}

TEST_CASE("factors by offsets: several panels of several blocks, of which the last is not full") {
  Random random(12);
  const bool counts = GENERATE(false, true);
  for (const Extents e : {Extents{2, 136, 1200}, {136, 2, 1200}, {70, 70, 600}, {1, 520, 900}}) {
    const Case c = shaped(e, sums("fp16"), random);
    const Defined want = by_definition(c);
    for (const TileKernels* level : available_tile_kernels())
      for (const int threads : {1, 2, 3}) {
        omp_set_num_threads(threads);
        const Laid a = laid_by_offsets(c.a, c.m, c.k, random), b = laid_by_offsets(c.b, c.n, c.k, random);
        CHECK(compare(c, a, b, want, *level, counts));
      }
  }
}

TEST_CASE("a product without counters that threads share") {
  const int all = 4 * static_cast<int>(available_tile_kernels().size());
  CHECK(compare_shape({160, 160, 160}, sums("bf16"), false) == all);
  CHECK(compare_shape({1000, 13, 300}, sums("bf16"), false) == all);
}
