// The whole matrix product equals its definition, whichever path and however many threads it takes.

#include <omp.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/matmul.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/comparison.hpp"
#include "tests/support/counters.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using Random = exmy::test::SplitMix64;

constexpr std::array saturations{Saturation::none, Saturation::finite, Saturation::propagate};
constexpr std::array names{"fp16",   "bf16", "tf32",     "fp32",        "e5m2",
                           "e4m3fn", "e4m3", "e4m3fnuz", "e2m1fn",      "e3m2fn",
                           "e2m3fn", "e6m9", "e5m6",     "Binary8p4se", "Binary8p3sf"};

std::optional<FastProjection> fast_of(const std::optional<Projection>& how) {
  return how ? fast_projection_of(*how) : std::nullopt;
}

/// A task with its fast forms, as a context finds them; no shape and no data yet.
MatmulTask task_of(const Reduction& how) {
  const FastReduction fast{fast_of(how.product), fast_of(how.accumulator), fast_of(how.outer)};
  const DotRandom random{{7, "a/dot/forward/product", 3},
                         {7, "a/dot/forward/accumulator", 3},
                         {7, "a/dot/forward/accumulator#2", 3}};
  return {how, fast, true, Semantics::ieee754, random, 0, 0, 0, {}, {}};
}

// ---- at random ------------------------------------------------------------------------------------

Projection some_projection(Random& random, bool any_rounding) {
  const auto rounding = any_rounding ? static_cast<Rounding>(random.below(9)) : Rounding::nearest_even;
  const int n = 1 + static_cast<int>(random.below(32));
  return {format_of(names[random.below(names.size())]), rounding, saturations[random.below(3)], n};
}

Reduction some_reduction(Random& random) {
  Reduction how;
  const bool any_rounding = random.below(2) == 0;
  if (random.below(2) == 0) how.product = some_projection(random, any_rounding);
  how.accumulator = random.below(4) == 0 ? Projection{} : some_projection(random, any_rounding);
  how.order = random.below(2) == 0 ? Order::chunked : Order::sequential;
  how.outer = some_projection(random, any_rounding);
  return how;
}

enum class Data { finite, special, tiny };

float bits_as_float(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }

/// Short numbers near one, so that sums meet ties, swamping and the maximum; and what else a float can be.
float draw(Random& random, Data data) {
  const std::uint64_t bits = random.bits();
  const float ordinary = bits_as_float((bits & 0x807c0000u) | (121 + random.below(12)) << 23);
  const std::uint64_t kind = random.below(40);
  if (kind < 3) return bits_as_float(bits & 0x80000000u);
  if (data == Data::tiny && kind < 20)
    return bits_as_float(bits & 0x807fffffu) * (kind < 10 ? 1.0f : 0x1p40f);
  if (data == Data::special && kind == 3) return bits_as_float((bits & 0x80000000u) | 0x7f800000u);
  if (data == Data::special && kind == 4) return bits_as_float(0x7fc00000u);
  if (data != Data::tiny && kind == 5) return bits_as_float(bits & 0xff7fffffu);
  return ordinary;
}

/// Specials are rare enough that some panels have none.
std::vector<double> matrix(Random& random, std::size_t size, Data data) {
  std::vector<double> x(size);
  const bool everywhere = random.below(2) == 0;
  for (double& v : x) {
    const bool special = data != Data::special || everywhere || random.below(60) == 0;
    v = static_cast<double>(draw(random, special ? data : Data::finite));
  }
  return x;
}

MatmulTask some_task(Random& random) {
  MatmulTask t = task_of(some_reduction(random));
  const auto extent = [&] { return random.below(8) == 0 ? random.below(3) : random.below(71); };
  t.m = extent(), t.n = extent(), t.k = extent();
  t.how.chunk = 1 + random.below(t.k + 5);
  t.float_operands = random.below(16) != 0;
  if (random.below(8) == 0) t.operands = Semantics::p3109;
  const auto data = static_cast<Data>(random.below(3));
  t.a = matrix(random, t.m * t.k, data);
  t.b = matrix(random, t.n * t.k, data);
  return t;
}

// ---- comparison -----------------------------------------------------------------------------------

std::string text(const MatmulTask& t) {
  const std::string product = t.how.product ? oracle::text(*t.how.product) : "exact";
  const std::string order =
      t.how.order == Order::chunked ? "chunks of " + std::to_string(t.how.chunk) : "sequential";
  return std::to_string(t.m) + " x " + std::to_string(t.n) + " x " + std::to_string(t.k) + " " + order +
         "\n product " + product + "\n accumulator " + oracle::text(t.how.accumulator) + "\n outer " +
         oracle::text(t.how.outer);
}

/// The number of the first element that differs in a bit, or -1.
long first_difference(const std::vector<double>& got, const std::vector<double>& want) {
  if (got.size() != want.size()) return 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (bits_of(got[i]) != bits_of(want[i])) return static_cast<long>(i);
  return -1;
}

std::string numbers(const StepCounters& got, const StepCounters& want, Counting counting) {
  std::string out =
      test::differences(got.counters, counting == Counting::nothing ? Counters{} : want.counters);
  const bool exponents = counting == Counting::histograms;
  if (got.before.trimmed() != (exponents ? want.before.trimmed() : ExponentHistogram{}.trimmed()))
    out += "before";
  if (got.after.trimmed() != (exponents ? want.after.trimmed() : ExponentHistogram{}.trimmed()))
    out += "after";
  return out;
}

void compare(const MatmulResult& got, const MatmulResult& want, Counting counting) {
  const long i = first_difference(got.y, want.y);
  if (i >= 0 && got.y.size() == want.y.size())
    UNSCOPED_INFO("element " << i << " is " << oracle::text(got.y[static_cast<std::size_t>(i)]) << ", not "
                             << oracle::text(want.y[static_cast<std::size_t>(i)]));
  CHECK(i == -1);
  CHECK(got.nan_lost == want.nan_lost);
  CHECK(numbers(got.counters.product, want.counters.product, counting) == "");
  CHECK(numbers(got.counters.accumulator, want.counters.accumulator, counting) == "");
}

void compare_all(const MatmulTask& t) {
  INFO(text(t));
  omp_set_num_threads(1);
  const MatmulResult want = matmul_by_definition(t, Counting::histograms);
  CHECK(want.counters.accumulator.counters[Counter::total] >= t.m * t.n * t.k);
  for (const int threads : {1, 2, 3, 7}) {
    omp_set_num_threads(threads);
    for (const Counting counting : {Counting::nothing, Counting::counters, Counting::histograms}) {
      if (counting == Counting::histograms && threads != 3) continue;  // always the definition
      INFO(threads << " threads, counted " << static_cast<int>(counting) << ", path "
                   << static_cast<int>(path_of(t, counting)));
      compare(matmul(t, counting), want, counting);
    }
  }
}

/// Of products and sums, before and after rounding.
void add_exponents(const DotCounters& c, std::array<std::map<int, std::uint64_t>, 4>& counts) {
  std::size_t i = 0;
  for (const auto* h : {&c.product.before, &c.product.after, &c.accumulator.before, &c.accumulator.after}) {
    const auto [first, numbers] = h->trimmed();
    for (std::size_t e = 0; e < numbers.size(); ++e)
      if (numbers[e] != 0) counts[i][first + static_cast<int>(e)] += numbers[e];
    ++i;
  }
}

}  // namespace

TEST_CASE("a matrix product equals its definition for any shape, format and number of threads", "[matmul]") {
  const test::Threads restore;
  Random random(21);
  for (int i = 0; i < 300; ++i) compare_all(some_task(random));
}

TEST_CASE("a matrix product equals its definition for every chunk size", "[matmul]") {
  const test::Threads restore;
  Random random(22);
  for (const char* name : {"fp16", "fp32", "e4m3fn", "e2m1fn"})
    for (std::size_t chunk = 1; chunk <= 14; ++chunk) {
      Reduction how;
      how.accumulator.format = format_of(name);
      how.order = Order::chunked;
      how.chunk = chunk;
      how.outer.format = format_of(chunk % 2 == 0 ? "fp16" : name);
      MatmulTask t = task_of(how);
      t.m = 3, t.n = 33, t.k = 11;
      t.a = matrix(random, t.m * t.k, Data::finite);
      t.b = matrix(random, t.n * t.k, Data::finite);
      compare_all(t);
    }
}

TEST_CASE("a matrix product equals its definition in every mode, and panels do it", "[matmul]") {
  const test::Threads restore;
  Random random(24);
  for (int i = 0; i < 90; ++i) {
    const auto mode = static_cast<Rounding>(i % 9);
    const auto n = 1 + static_cast<int>(random.below(27));
    const auto any = [&] {
      return Projection{format_of(names[random.below(names.size())]), mode, saturations[random.below(3)], n};
    };
    Reduction how;
    how.accumulator = any();
    how.outer = any();
    if (random.below(2) == 0) how.product = any();
    how.order = random.below(2) == 0 ? Order::chunked : Order::sequential;
    how.chunk = 1 + random.below(200);
    MatmulTask t = task_of(how);
    t.m = 2, t.n = 30 + random.below(8),
    t.k = 120 + random.below(160);  // more than a window of random numbers
    t.a = matrix(random, t.m * t.k, i % 4 == 0 ? Data::tiny : Data::finite);
    t.b = matrix(random, t.n * t.k, i % 7 == 0 ? Data::special : Data::finite);
    CHECK(path_of(t, Counting::counters) == MatmulPath::panels);
    compare_all(t);
  }
}

TEST_CASE("many small chunks draw more outer random numbers than a window holds", "[matmul]") {
  const test::Threads restore;
  Random random(25);
  Reduction how;
  how.accumulator = {format_of("fp16"), Rounding::stochastic_c, Saturation::none, 11};
  how.outer = {format_of("bf16"), Rounding::stochastic_b, Saturation::none, 20};
  how.order = Order::chunked;
  for (std::size_t chunk = 1; chunk <= 3; ++chunk) {
    how.chunk = chunk;
    MatmulTask t = task_of(how);
    t.m = 1, t.n = 5, t.k = 401;
    t.a = matrix(random, t.m * t.k, Data::finite);
    t.b = matrix(random, t.n * t.k, Data::finite);
    compare_all(t);
  }
}

TEST_CASE("histograms of a product are the sums of those of its outputs", "[matmul]") {
  const test::Threads restore;
  omp_set_num_threads(3);
  Random random(23);
  Reduction how;
  how.product = how.accumulator = {format_of("fp16"), Rounding::stochastic_a, Saturation::finite, 9};
  MatmulTask t = task_of(how);
  t.m = 7, t.n = 9, t.k = 20;
  t.a = matrix(random, t.m * t.k, Data::tiny);
  t.b = matrix(random, t.n * t.k, Data::finite);
  std::array<std::map<int, std::uint64_t>, 4> want;
  for (std::size_t o = 0; o < t.m * t.n; ++o) {
    DotCounters c;
    c.histograms = true;
    bool nan_lost = false;
    reduce_by_definition(how, t.a.data() + o / t.n * t.k, t.b.data() + o % t.n * t.k, t.k, o, t.random,
                         t.operands, &c, &nan_lost);
    add_exponents(c, want);
  }
  std::array<std::map<int, std::uint64_t>, 4> got;
  add_exponents(matmul(t, Counting::histograms).counters, got);
  CHECK(got == want);
  for (const auto& histogram : want) CHECK(histogram.size() > 10);
}

TEST_CASE("an infinity in one row leaves the counters of the others alone", "[matmul]") {
  Reduction how;
  how.accumulator.format = format_of("fp16");
  MatmulTask t = task_of(how);
  t.m = 2, t.n = 5, t.k = 3;
  t.a = {1, 2, 3, infinity64, 1, 1};
  t.b.assign(t.n * t.k, 1.0);
  t.b[0] = 0;  // 0 x inf: the one generated NaN, and two steps that start from it
  const MatmulResult y = matmul(t, Counting::counters);
  const Counters& c = y.counters.accumulator.counters;
  CHECK(path_of(t, Counting::counters) == MatmulPath::panels);
  CHECK(first_difference(y.y, {5, 6, 6, 6, 6, nan64, infinity64, infinity64, infinity64, infinity64}) == -1);
  CHECK(c[Counter::total] == 30);
  CHECK(c[Counter::nan_generated] == 1);
  CHECK(c[Counter::nan_in] == 3);
  CHECK(c[Counter::inf_in] == 12);
  CHECK(c[Counter::zero_in] == 1);
  CHECK_FALSE(y.nan_lost);
}

TEST_CASE("a NaN that fp32 sums generate is positive, quiet and empty", "[matmul]") {
  MatmulTask t = task_of({});
  t.m = 1, t.n = 2, t.k = 2;
  t.a = {infinity64, infinity64};
  t.b = {0, 1, 1, -1};  // inf 0; inf - inf
  REQUIRE(path_of(t, Counting::nothing) == MatmulPath::fp32);
  CHECK(first_difference(matmul(t, Counting::nothing).y, {nan64, nan64}) == -1);
}

TEST_CASE("which path runs", "[matmul]") {
  const auto path = [](const Reduction& how, Counting c) { return path_of(task_of(how), c); };
  const Projection fp16{format_of("fp16")}, e2m1{format_of("e2m1fn")};
  Reduction how;
  CHECK(path(how, Counting::nothing) == MatmulPath::fp32);
  CHECK(path(how, Counting::counters) == MatmulPath::panels);
  how.order = Order::chunked;
  how.chunk = 4;
  how.outer = fp16;
  CHECK(path(how, Counting::nothing) == MatmulPath::fp32);
  how.outer = e2m1;  // a NaN that e2m1fn loses must be noticed
  CHECK(path(how, Counting::nothing) == MatmulPath::panels);
  how.outer.rounding = Rounding::stochastic_a;
  CHECK(path(how, Counting::nothing) == MatmulPath::panels);
  how.outer = {format_of("fp32"), Rounding::stochastic_a, Saturation::none,
               28};  // more bits than a sum keeps
  CHECK(path(how, Counting::nothing) == MatmulPath::definition);
  how.order = Order::sequential;
  how.outer = {};
  how.accumulator.saturation = Saturation::finite;
  CHECK(path(how, Counting::nothing) == MatmulPath::panels);
  how.accumulator = {};
  how.product = Projection{};
  CHECK(path(how, Counting::nothing) == MatmulPath::panels);
  how.product->rounding = Rounding::toward_zero;
  CHECK(path(how, Counting::nothing) == MatmulPath::panels);
  how.product = fp16;
  how.accumulator = fp16;
  CHECK(path(how, Counting::counters) == MatmulPath::panels);
  how.accumulator.format = format_of("fp64");
  CHECK(path(how, Counting::counters) == MatmulPath::definition);  // the products are rounded to fp16
  MatmulTask wide = task_of({});
  wide.float_operands = false;
  CHECK(path_of(wide, Counting::nothing) == MatmulPath::definition);
  CHECK(path_of(task_of({}), Counting::histograms) == MatmulPath::definition);
}
