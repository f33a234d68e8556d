// One row of outputs by binary32 tiles, which is done where everything lies if it can be.

#include <omp.h>

#include <cmath>

#include "tests/ops/tiles_support.hpp"

namespace {

using namespace exmy;
using namespace exmy::test;

Reduction sums_in(const char* format) {
  Reduction how;
  how.accumulator.format = format_of(format);
  return how;
}

/// One row by the columns of a matrix that lies row by row, for whose products of several panels nothing is copied.
struct Row {
  std::vector<float> a, b;  ///< b[k][n]
  std::size_t n, k;

  FloatMatrix left() const { return {a.data(), 1, k, k, 1}; }
  FloatMatrix right() const { return {b.data(), k, n, n, 1}; }
  /// As tests of other products lay it.
  Case as_case(const Reduction& how, const char* format) const {
    Case c{how, format_of(format), format_of(format), 1, n, k, a, {}};
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < k; ++i) c.b.push_back(b[i * n + j]);
    return c;
  }
};

Row row_of(const std::vector<float>& values, std::size_t n, std::size_t k, Random& random) {
  Row row{std::vector<float>(k), std::vector<float>(n * k), n, k};
  for (std::vector<float>* x : {&row.a, &row.b})
    for (float& v : *x) v = values[random.below(values.size())] * (random.below(2) == 0 ? 1.0f : -1.0f);
  return row;
}

bool same_bits(float x, float y) {
  return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
}

}  // namespace

TEST_CASE(
    "one row of the machine's sums: products that underflow, infinities and NaN, however the row lies") {
  const std::vector<float> values{0, 1, 3, 0x1p-100f, 0x1p100f, std::numeric_limits<float>::infinity()};
  Random random(13);
  omp_set_num_threads(1);
  for (const std::size_t n : {32u, 96u, 512u, 768u, 1000u})
    for (const std::size_t k : {1u, 2u, 5u, 300u}) {
      const Row row = row_of(values, n, k, random);
      const Case c = row.as_case(sums_in("fp32"), "fp32");
      const std::vector<float> want = by_definition(c).y;
      std::vector<Laid> lefts;
      for (int i = 0; i < 4; ++i) lefts.push_back(laid(row.a, 1, k, random));
      lefts.push_back(laid_by_offsets(row.a, 1, k, random));
      for (const TileKernels* level : available_tile_kernels()) {
        if (!level->has_fma) continue;  // the machine's sums would round such products
        for (const Laid& left : lefts) {
          const auto got = multiply(left.view, row.right(), machine_sums(), 0, false, *level);
          REQUIRE(got.has_value());
          CHECK(std::equal(got->y.begin(), got->y.end(), want.begin(), want.end(), same_bits));
        }
      }
    }
}

TEST_CASE("one row: a sum that leaves the range is noticed, wherever it is") {
  Random random(14);
  omp_set_num_threads(1);
  Row row = row_of({1, 2, 3}, 512, 9, random);
  row.a[4] = 0x1p10f;
  for (const TileKernels* level : available_tile_kernels())
    for (const std::size_t large : {512u, 0u, 31u, 32u, 255u, 256u, 300u, 511u}) {
      Row now = row;
      if (large < 512) now.b[4 * 512 + large] = 0x1p7f;
      const Case c = now.as_case(sums_in("fp16"), "e5m2");
      FactorFacts b = facts_of(c.fb, c.b, *level);
      b.range.largest = 0x1p7f;  // else it would be known where none does
      const TileDecision d = plan_tiles(c.how, facts_of(c.fa, c.a, *level), b, c.k, false, level->has_fma);
      REQUIRE(d.plan);
      REQUIRE(d.plan->inner.limit == TileLimit::watch);
      const auto got = multiply(now.left(), now.right(), *d.plan, 0, false, *level);
      CHECK(got.has_value() == (large == 512));
      if (!got) continue;
      const std::vector<float> want = by_definition(c).y;
      CHECK(std::equal(got->y.begin(), got->y.end(), want.begin(), want.end(), same_bits));
    }
}

TEST_CASE("one row: every output is told once, when it is finished, a panel at a time") {
  Random random(15);
  omp_set_num_threads(1);
  for (const TileKernels* level : available_tile_kernels())
    for (const std::size_t n : {32u, 512u, 768u, 1000u}) {
      const Row row = row_of({1, 2, 3}, n, 9, random);
      std::vector<float> told(n, std::numeric_limits<float>::quiet_NaN());
      const auto got =
          multiply(row.left(), row.right(), machine_sums(), 0, false, *level,
                   [&](float* y, std::size_t i, std::size_t j, std::size_t rows, std::size_t columns) {
                     CHECK((i == 0 && rows == 1 && columns <= 256));  // still in the first cache
                     for (std::size_t at = j; at < j + columns; ++at) {
                       CHECK(std::isnan(told[at]));
                       told[at] = y[at - j];
                     }
                   });
      REQUIRE(got.has_value());
      CHECK(std::equal(told.begin(), told.end(), got->y.begin(), got->y.end(), same_bits));
    }
}
