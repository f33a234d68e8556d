// Binary32 strips against the definition of a reduction: bit for bit and counter for counter, every mode of rounding,
// on every instruction-set level of this machine.

#include <omp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/strip_product.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/counters.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

struct Case {
  Reduction how;
  Format fa, fb;
  std::size_t m = 0, n = 0, k = 0;
  std::vector<float> a, b;  // b column by column
  std::uint64_t step = 0;

  DotRandom random() const { return {{7, "product", step}, {7, "accumulator", step}, {7, "outer", step}}; }
};

/// Values of a format: binades around 1 (or all of them; of a wide format also around 2^-62, so that products are near
/// the smallest numbers of binary32), often powers of two, the smallest numbers, zeros.
std::vector<float> matrix(Random& random, std::size_t size, const Format& f) {
  const std::uint64_t spread = std::array<std::uint64_t, 4>{1, 3, 8, 99}[random.below(4)];
  const std::uint64_t top = f.max_finite_code();
  const int center = f.bias - (f.bias >= 127 && random.below(2) == 0 ? 62 : 0);
  const std::uint64_t one = static_cast<std::uint64_t>(center) << f.mantissa_bits;
  const std::uint64_t width = spread << f.mantissa_bits;
  std::vector<float> x(size);
  for (float& v : x) {
    std::uint64_t code = random.below(top + 1);
    if (spread < 20) code = std::min(top, one - std::min(one, width / 2) + random.below(width + 1));
    if (random.below(4) == 0) code = code >> f.mantissa_bits << f.mantissa_bits;
    if (random.below(12) == 0) code = random.below(std::min<std::uint64_t>(top + 1, 4));
    v = static_cast<float>(f.finite_value(code));
    if (random.below(2) == 0) v = -v;
  }
  return x;
}

constexpr std::array operand_names{"e4m3fn",   "e5m2",   "e2m1fn", "e3m2fn", "fp16",       "bf16",
                                   "e4m3fnuz", "e2m3fn", "e6m5",   "e5m10",  "Binary8p4se"};
/// With and without -0, infinities, NaN; e7m9 and e8m7 have subnormals at the end of binary32's range.
constexpr std::array sum_names{"fp16",   "fp16", "bf16", "e5m6",        "e6m9", "e4m3fn", "e5m2", "e4m3fnuz",
                               "e2m3fn", "e7m9", "tf32", "Binary8p4se", "e5m7", "e8m5",   "e3m4", "e6m14"};

Projection some_projection(Random& random) {
  Projection how{format_of(sum_names[random.below(sum_names.size())])};
  how.rounding = static_cast<Rounding>(random.below(9));
  how.saturation = static_cast<Saturation>(random.below(3));
  // Up to the most bits that fit, which are the hardest.
  const int fit = 25 - how.format.mantissa_bits - static_cast<int>(random.below(4));
  how.random_bits = random.below(2) == 0 ? 1 + static_cast<int>(random.below(16)) : std::clamp(fit, 1, 16);
  return how;
}

Case some_case(Random& random) {
  Case c;
  if (random.below(3) == 0) c.how.product = some_projection(random);
  c.how.accumulator = some_projection(random);
  c.how.order = random.below(3) == 0 ? Order::chunked : Order::sequential;
  c.how.outer = some_projection(random);
  c.fa = format_of(operand_names[random.below(operand_names.size())]);
  c.fb = format_of(operand_names[random.below(operand_names.size())]);
  c.m = 1 + random.below(7), c.n = 1 + random.below(70), c.k = random.below(45);
  if (random.below(3) == 0) c.k = 8 * random.below(6);
  if (random.below(20) == 0) c.k = 300, c.m = 1, c.n = 5;
  c.how.chunk = 1 + random.below(c.k + 3);
  c.a = matrix(random, c.m * c.k, c.fa);
  c.b = matrix(random, c.n * c.k, c.fb);
  c.step = random.bits();
  return c;
}

std::string text(const Case& c, const char* isa, const std::string& why) {
  return std::string(isa) + " " + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " +
         std::to_string(c.k) +
         (c.how.order == Order::chunked ? " chunks of " + std::to_string(c.how.chunk) : "") + "\n a " +
         oracle::text(Projection{c.fa}) + "\n b " + oracle::text(Projection{c.fb}) + "\n product " +
         (c.how.product ? oracle::text(*c.how.product) : "exact") + "\n accumulator " +
         oracle::text(c.how.accumulator) + "\n outer " + oracle::text(c.how.outer) + "\n " + why;
}

struct Defined {
  std::vector<float> y;
  DotCounters counters;

  explicit Defined(const Case& c) {
    const std::vector<double> a(c.a.begin(), c.a.end()), b(c.b.begin(), c.b.end());
    for (std::size_t o = 0; o < c.m * c.n; ++o) {
      bool lost = false;
      y.push_back(
          static_cast<float>(reduce_by_definition(c.how, a.data() + o / c.n * c.k, b.data() + o % c.n * c.k,
                                                  c.k, o, c.random(), Semantics::ieee754, &counters, &lost)));
    }
  }
};

/// How a view may lie in memory.
struct Laid {
  std::vector<float> data;
  FloatMatrix view;

  Laid(const std::vector<float>& x, std::size_t rows, std::size_t columns, bool turned)
      : data(x), view{nullptr, rows, columns, turned ? 1 : columns, turned ? rows : 1} {
    if (turned)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) data[c * rows + r] = x[r * columns + c];
    view.data = data.data();
  }
};

FactorFacts facts_of(const Format& f, const std::vector<float>& x) {
  return {f, tile_kernels().magnitudes(x.data(), x.size())};
}

/// False: a sum left the range that is watched.
bool compare(const Case& c, const StripPlan& plan, const Defined& want, const StripKernels& level,
             bool counts, Random& random) {
  const Laid a(c.a, c.m, c.k, random.below(2) == 0), b(c.b, c.n, c.k, random.below(2) == 0);
  const auto got = multiply(a.view, b.view.transposed(), plan, c.random(), c.how.chunk, counts, level);
  if (!got) return false;
  INFO(text(c, level.isa, describe(plan) + (counts ? ", counted" : "")));
  const auto same = [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  };
  CHECK(std::equal(got->y.begin(), got->y.end(), want.y.begin(), want.y.end(), same));
  if (counts) {
    CHECK(test::differences(counters_of(got->product), want.counters.product.counters) == "");
    CHECK(test::differences(counters_of(got->accumulator), want.counters.accumulator.counters) == "");
  }
  return true;
}

/// False: strips cannot do it.
bool compare(const Case& c, Random& random) {
  const StripDecision decision = plan_strips(c.how, facts_of(c.fa, c.a), facts_of(c.fb, c.b), c.k);
  if (!decision.plan) return false;
  const Defined want(c);
  bool done = false;
  for (const StripKernels* level : available_strip_kernels())
    for (const bool counts : {false, true})
      done = compare(c, *decision.plan, want, *level, counts, random) || done;
  return done;
}

/// How many cases strips could do.
int compare_cases(int count, std::uint64_t seed) {
  Random random(seed);
  int possible = 0;
  for (int i = 0; i < count; ++i) {
    const Case c = some_case(random);
    omp_set_num_threads(std::array{1, 2, 3, 7}[random.below(4)]);
    possible += compare(c, random) ? 1 : 0;
  }
  return possible;
}

/// Products a 1 near 2^e_min of their format, on both sides: some units of a grid with j bits more, and a last bit.
Case near_subnormals(Random& random) {
  Case c;
  c.how.product = some_projection(random);
  c.how.accumulator = {format_of("e8m9"), Rounding::toward_zero, Saturation::none};
  c.fa = format_of("e8m20"), c.fb = format_of("e2m1fn");
  c.m = 2, c.n = 9, c.k = 24;
  const Format& f = c.how.product->format;
  const double least = pow2(f.e_min());
  for (std::size_t i = 0; i < c.m * c.k; ++i) {
    const int units = static_cast<int>(random.below(7)) - 5, bits = static_cast<int>(random.below(20));
    const double x = least + units * least * pow2(-f.mantissa_bits - bits);
    const double last = static_cast<double>(random.below(3)) * least * pow2(-20);
    c.a.push_back(static_cast<float>(project({c.fa, Rounding::toward_zero}, x - last).value));
  }
  for (float& v : c.a) v = random.below(2) == 0 ? v : -v;
  c.b.assign(c.n * c.k, 1.0f);
  c.step = random.bits();
  return c;
}

/// Sums of two terms a bit below 2^e_min, or below another power of two, with more bits than binary32 holds: what
/// decides there is rare with many random bits, so these formats are long.
Case sums_below_powers(Random& random) {
  Case c;
  const Rounding drawn =
      std::array{Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c}[random.below(3)];
  c.how.accumulator = {format_of(std::array{"e5m17", "e5m18", "e5m19"}[random.below(3)]), drawn};
  c.how.accumulator.random_bits = 3 + static_cast<int>(random.below(5));
  c.fa = format_of("e8m20"), c.fb = format_of("e2m1fn");
  c.m = 8, c.n = 16, c.k = 2;
  const Format& f = c.how.accumulator.format;
  const double least = pow2(f.e_min()), unit = least * pow2(-f.mantissa_bits);
  for (std::size_t i = 0; i < c.m; ++i) {
    const double share = 0.5 + static_cast<double>(random.below(1 << 12)) * 0x1p-13;
    const bool subnormal = random.below(2) == 0;
    c.a.push_back(static_cast<float>(subnormal ? least - unit : 4 * least));
    c.a.push_back(static_cast<float>(subnormal ? share * unit : share * least * -0x1p-23));
  }
  c.b.assign(c.n * c.k, 1.0f);
  c.step = random.bits();
  return c;
}

}  // namespace

TEST_CASE("strips give the values and counters of the definition") { CHECK(compare_cases(500, 1) > 120); }

TEST_CASE("strips give the values and counters of the definition, many times", "[slow]") {
  CHECK(compare_cases(6000, 20261125) > 1500);
}

TEST_CASE("sums that go away from zero in every step are bounded") {
  Random random(4);
  Case c;
  c.how.accumulator = {format_of("e4m3fn"), Rounding::toward_positive, Saturation::finite};
  c.fa = format_of("e5m6"), c.fb = format_of("e2m1fn");
  c.m = c.n = 1;
  for (c.k = 30; c.k < 80; ++c.k) {  // 1.0625 k stays below the maximum, 448
    c.a.assign(c.k, 1.0625f), c.b.assign(c.k, 1.0f);
    CHECK(compare(c, random));
  }
}

TEST_CASE("strips count what is tiny after rounding") {
  Random random(3);
  int possible = 0;
  for (int i = 0; i < 300; ++i) possible += compare(near_subnormals(random), random) ? 1 : 0;
  CHECK(possible > 200);
  for (int i = 0; i < 200; ++i) possible += compare(sums_below_powers(random), random) ? 1 : 0;
  CHECK(possible > 350);
}
