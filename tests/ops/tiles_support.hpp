#pragma once
// What tests of binary32 tiles share: cases, the definition, comparison of bits and counters.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/reduction.hpp"
#include "sim/ops/tile_product.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/splitmix64.hpp"

namespace exmy::test {

using Random = SplitMix64;

inline const DotRandom no_random{{7, "product", 3}, {7, "accumulator", 3}, {7, "outer", 3}};

struct Case {
  Reduction how;
  Format fa, fb;
  std::size_t m, n, k;
  std::vector<float> a, b;  // b column by column
};

/// Values of a format: codes near 0, 1 and the maximum, ties of sums, zeros; or any.
inline float draw(Random& random, const Format& f, int spread) {
  const std::uint64_t top = f.max_finite_code();
  std::uint64_t code = random.below(top + 1);
  if (spread < 20) {  // binades around 1
    const std::uint64_t one = static_cast<std::uint64_t>(f.bias) << f.mantissa_bits;
    const std::uint64_t width = static_cast<std::uint64_t>(spread) << f.mantissa_bits;
    code = std::min(top, one - std::min(one, width / 2) + random.below(width + 1));
  }
  if (random.below(12) == 0) code = random.below(std::min<std::uint64_t>(top + 1, 4));
  const double v = f.finite_value(code);
  return static_cast<float>((random.bits() & 1) != 0 ? v : -v);
}

inline std::vector<float> matrix(Random& random, std::size_t size, const Format& f, int spread) {
  std::vector<float> x(size);
  for (float& v : x) v = draw(random, f, spread);
  return x;
}

inline constexpr std::array operand_names{"e4m3fn",   "e5m2",   "e2m1fn", "e3m2fn", "fp16", "bf16",
                                          "e4m3fnuz", "e2m3fn", "e6m5",   "fp32",   "e7m15"};
inline constexpr std::array sum_names{"fp32", "fp16", "bf16",   "e6m9",  "e5m6",
                                      "e7m5", "tf32", "e4m3fn", "e5m2",  "e4m3",
                                      "e5m7", "e8m5", "e6m11",  "e8m17", "Binary8p4se"};

inline Projection some_projection(Random& random) {
  return {format_of(sum_names[random.below(sum_names.size())]), Rounding::nearest_even,
          static_cast<Saturation>(random.below(3))};
}

inline Case some_case(Random& random) {
  Case c;
  if (random.below(3) == 0) c.how.product = some_projection(random);
  c.how.accumulator = random.below(3) == 0 ? Projection{} : some_projection(random);
  c.how.order = random.below(3) == 0 ? Order::chunked : Order::sequential;
  c.how.outer = random.below(3) == 0 ? Projection{} : some_projection(random);
  c.fa = format_of(operand_names[random.below(operand_names.size())]);
  c.fb = format_of(operand_names[random.below(operand_names.size())]);
  const auto extent = [&] { return random.below(6) == 0 ? random.below(3) : 1 + random.below(75); };
  c.m = extent(), c.n = extent(), c.k = extent();
  if (random.below(10) == 0) c.k = 300;
  c.how.chunk = 1 + random.below(c.k + 3);
  const int spread = std::array{1, 3, 8, 99}[random.below(4)];
  c.a = matrix(random, c.m * c.k, c.fa, spread);
  c.b = matrix(random, c.n * c.k, c.fb, spread);
  return c;
}

inline std::string text(const Case& c, const TileKernels& level, const std::string& why) {
  return std::string(level.isa) + " " + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " +
         std::to_string(c.k) +
         (c.how.order == Order::chunked ? " chunks of " + std::to_string(c.how.chunk) : "") + "\n a " +
         oracle::text(Projection{c.fa}) + "\n b " + oracle::text(Projection{c.fb}) + "\n product " +
         (c.how.product ? oracle::text(*c.how.product) : "exact") + "\n accumulator " +
         oracle::text(c.how.accumulator) + "\n outer " + oracle::text(c.how.outer) + "\n " + why;
}

struct Defined {
  std::vector<float> y;
  DotCounters counters;
};

inline Defined by_definition(const Case& c) {
  Defined out;
  const std::vector<double> a(c.a.begin(), c.a.end()), b(c.b.begin(), c.b.end());
  for (std::size_t i = 0; i < c.m; ++i)
    for (std::size_t j = 0; j < c.n; ++j) {
      bool lost = false;
      out.y.push_back(static_cast<float>(reduce_by_definition(c.how, a.data() + i * c.k, b.data() + j * c.k,
                                                              c.k, i * c.n + j, no_random, Semantics::ieee754,
                                                              &out.counters, &lost)));
    }
  return out;
}

inline std::string difference(const TileCounts& got, const Counters& want) {
  const std::array<std::pair<std::uint64_t, Counter>, 11> all{{{got.total, Counter::total},
                                                               {got.zero_in, Counter::zero_in},
                                                               {got.inexact, Counter::inexact},
                                                               {got.up, Counter::rounded_up},
                                                               {got.down, Counter::rounded_down},
                                                               {got.tie, Counter::tie},
                                                               {got.saturated, Counter::saturated},
                                                               {got.to_zero, Counter::underflow_to_zero},
                                                               {got.tiny, Counter::underflow_inexact},
                                                               {got.subnormal, Counter::subnormal_out},
                                                               {got.swamped, Counter::swamped}}};
  std::string out;
  Counters rest = want;
  for (const auto& [n, counter] : all) {
    if (n != want[counter])
      out += std::string(counter_names[static_cast<std::size_t>(counter)]) + " " + std::to_string(n) +
             " for " + std::to_string(want[counter]) + "; ";
    rest[counter] = 0;
  }
  return out + (rest == Counters{} ? "" : "other counters");
}

inline FactorFacts facts_of(const Format& f, const std::vector<float>& x, const TileKernels& level) {
  return {f, level.magnitudes(x.data(), x.size())};
}

/// How a view may lie in memory.
struct Laid {
  std::vector<float> data;
  FloatMatrix view;
  std::vector<std::size_t> rows{}, columns{};  ///< offsets
};

/// n offsets, a multiple of `step` apart: in runs of equal distances, and some not in their order.
inline std::vector<std::size_t> offsets(std::size_t n, std::size_t step, Random& random) {
  std::vector<std::size_t> at(n);
  const std::size_t rare = 2 + random.below(40);
  for (std::size_t i = 1; i < n; ++i)
    at[i] = at[i - 1] + step * (random.below(rare) == 0 ? 1 + random.below(3) : 1);
  if (n > 1 && random.below(3) == 0) std::swap(at[random.below(n)], at[random.below(n)]);
  return at;
}

/// By offsets, rows or columns far apart. What lies between the elements must not be looked at.
inline Laid laid_by_offsets(const std::vector<float>& x, std::size_t rows, std::size_t columns,
                            Random& random) {
  const auto behind = [](const std::vector<std::size_t>& at) {
    return at.empty() ? std::size_t{1} : 1 + *std::max_element(at.begin(), at.end());
  };
  const bool turned = random.below(2) == 0;
  Laid out;
  std::vector<std::size_t>&near = turned ? out.rows : out.columns, &far = turned ? out.columns : out.rows;
  near = offsets(turned ? rows : columns, 1 + random.below(2), random);
  far = offsets(turned ? columns : rows, behind(near), random);
  out.data.resize(behind(near) + behind(far), std::numeric_limits<float>::quiet_NaN());
  out.view = {out.data.data(), rows, columns, 0, 0, {out.rows.data(), out.columns.data(), out.data.size()}};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out.data[out.rows[r] + out.columns[c]] = x[r * columns + c];
  return out;
}

/// By rows, by columns, with numbers of others between them, by offsets; what lies between must not be looked at.
inline Laid laid(const std::vector<float>& x, std::size_t rows, std::size_t columns, Random& random) {
  if (rows * columns > 0 && random.below(4) == 0) return laid_by_offsets(x, rows, columns, random);
  const bool turned = random.below(2) == 0;
  const std::size_t step = random.below(4) == 0 ? 2 : 1, gap = random.below(3) == 0 ? random.below(20) : 0;
  const std::size_t line = ((turned ? rows : columns) + gap) * step;
  Laid out{std::vector<float>(line * (turned ? columns : rows), std::numeric_limits<float>::quiet_NaN()),
           {nullptr, rows, columns, turned ? step : line, turned ? line : step}};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      out.data[r * out.view.row_step + c * out.view.column_step] = x[r * columns + c];
  out.view.data = out.data.data();
  return out;
}

/// Whether tiles were possible. `b`: column by column.
inline bool compare(const Case& c, const Laid& a, const Laid& b, const Defined& want,
                    const TileKernels& level, bool counts) {
  const TileDecision decision =
      plan_tiles(c.how, facts_of(c.fa, c.a, level), facts_of(c.fb, c.b, level), c.k, counts, level.has_fma);
  if (!decision.plan) return false;
  const auto got = multiply(a.view, b.view.transposed(), *decision.plan, c.how.chunk, counts, level);
  if (!got) {
    const bool watched = decision.plan->inner.limit == TileLimit::watch ||
                         (decision.plan->outer && decision.plan->outer->limit == TileLimit::watch);
    CHECK(watched);
    return false;
  }
  INFO(text(c, level, describe(*decision.plan)));
  const auto same = [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  };
  CHECK(std::equal(got->y.begin(), got->y.end(), want.y.begin(), want.y.end(), same));
  if (counts) {
    CHECK(difference(got->product, want.counters.product.counters) == "");
    CHECK(difference(got->accumulator, want.counters.accumulator.counters) == "");
  }
  return true;
}

inline bool compare(const Case& c, const Defined& want, const TileKernels& level, bool counts,
                    Random& random) {
  const Laid a = laid(c.a, c.m, c.k, random), b = laid(c.b, c.n, c.k, random);
  return compare(c, a, b, want, level, counts);
}

}  // namespace exmy::test
