// No matrix product is refused, and all are right: every accumulator format here x order x rounding x saturation,
// products exact and rounded, counted and not, through a policy and `dot`, with random shapes, views, threads and
// numbers that hurt, against a short reference. ctest runs it once for each instruction-set level.

#include <omp.h>

#include <array>
#include <bit>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/isa.hpp"
#include "sim/ops/quantize.hpp"
#include "tests/ops/every_product_reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/nightly.hpp"
#include "tests/support/splitmix64.hpp"
#include "tests/support/words.hpp"

namespace {

using namespace exmy;
using test::Sums;
using Random = test::SplitMix64;

const DotPlace place{"fc", "dot", Pass::forward};

struct Case {
  Sums how;
  Format fa, fb;
  std::size_t m = 0, n = 0, k = 0;
  bool rows = false;  ///< sum_rows of b transposed instead of a product
  bool counted = false;
  Histograms histograms = Histograms::tensors;
  int threads = 1;
  std::vector<double> a, b;  // [m][k], [n][k]
};

// ---- formats ------------------------------------------------------------------------------------------

constexpr std::array operand_names{"e4m3fn", "e5m2", "e2m1fn",   "e3m2fn", "fp16",        "bf16", "e4m3fnuz",
                                   "e2m3fn", "e6m5", "e4m3b3fn", "e7m15",  "Binary8p4se", "fp32", "e8m0fnu"};
constexpr std::array sum_names{"e4m3fn",      "e5m2",        "e4m3",    "e4m3fnuz",    "e5m2fnuz",
                               "e2m1fn",      "e3m4",        "e5m6",    "e7m5",        "e6m9",
                               "e6m11",       "e8m13",       "fp16",    "bf16",        "tf32",
                               "fp32",        "e8m17",       "e5m7",    "dlfloat16",   "e3m2b9fn",
                               "Binary8p4se", "Binary8p3uf", "e8m0fnu", "e5m10/flush", "e4m3fn/flush_nearest",
                               "e8m7/none",   "fp64",        "any",     "any"};

Format any_format(Random& random) {
  for (;;) {
    Format f{1 + static_cast<int>(random.below(8)), static_cast<int>(random.below(18))};
    f.bias = (1 << (f.exponent_bits - 1)) - 1 + static_cast<int>(random.below(9)) - 4;
    f.is_signed = random.below(6) != 0;
    f.negative_zero = f.is_signed && random.below(3) != 0;
    f.subnormals = static_cast<Subnormals>(random.below(4));
    f.infinities = random.below(2) == 0;
    f.nan = static_cast<NanCodes>(random.below(5));
    f.semantics = static_cast<Semantics>(random.below(2));
    if (problem_of(f).empty() && fits_float(f)) return f;
  }
}

Format named(const std::string& text, Random& random) {
  if (text == "any") return any_format(random);
  const std::size_t slash = text.find('/');
  Format f = format_of(text.substr(0, slash));
  if (slash == std::string::npos) return f;
  const std::string word = text.substr(slash + 1);
  f.subnormals = word == "flush"           ? Subnormals::flush
                 : word == "flush_nearest" ? Subnormals::flush_nearest
                                           : Subnormals::none;
  return f;
}

Projection any_projection(Random& random) {
  constexpr std::array bits{1, 2, 3, 7, 8, 12, 13, 16, 17, 23, 32};
  return {named(sum_names[random.below(26)], random), static_cast<Rounding>(random.below(9)),
          static_cast<Saturation>(random.below(3)), bits[random.below(bits.size())]};
}

/// What fast paths are made for: nearest even, small factors, a sum that has one of these formats.
constexpr std::array usual_operands{"e4m3fn", "e5m2", "e2m1fn", "e3m2fn", "fp16", "bf16", "e4m3fn", "e6m5"};
constexpr std::array usual_sums{"fp32", "fp32", "fp16", "fp16",  "bf16",  "bf16",   "e6m9",  "e5m6", "e5m7",
                                "e4m3", "e5m2", "tf32", "e6m11", "e8m17", "e4m3fn", "e8m22", "any"};

Projection usual_projection(Random& random) {
  Projection p = any_projection(random);
  p.format = named(usual_sums[random.below(usual_sums.size())], random);
  if (random.below(4) != 0) p.rounding = Rounding::nearest_even;
  return p;
}

// ---- numbers ------------------------------------------------------------------------------------------

/// How the numbers of a case are chosen.
struct Data {
  std::uint64_t kind;  ///< 0: any code; 1: binades around 1; 2: the smallest; 3: the largest; 4: one binade
  std::uint64_t specials;  ///< one of so many is an infinity or NaN; 0: none
};

double draw(Random& random, const Format& f, const Data& data) {
  const std::uint64_t top = f.max_finite_code();
  const std::uint64_t binade = std::uint64_t{1} << f.mantissa_bits;
  const std::uint64_t one = std::min(top, static_cast<std::uint64_t>(std::max(f.bias, 0)) << f.mantissa_bits);
  std::uint64_t code = random.below(top + 1);
  if (data.kind == 1) code = std::min(top, one - std::min(one, 3 * binade) + random.below(6 * binade + 1));
  if (data.kind == 2) code = random.below(std::min(top + 1, 3 * binade));
  if (data.kind == 3) code = top - random.below(std::min(top + 1, 2 * binade));
  if (data.kind == 4) code = std::min(top, one + random.below(binade + 1));
  if (random.below(12) == 0) code = random.below(std::min<std::uint64_t>(top + 1, 4));
  if (data.specials != 0 && random.below(data.specials) == 0)
    code = top + random.below(f.magnitude_mask() - top + 1);
  const double v = decode(f, code | (random.below(2) == 0 ? f.sign_mask() : 0));
  return v != v && data.specials == 0 ? 0.0 : v;  // the code of -0 can be NaN
}

std::vector<double> numbers(Random& random, std::size_t count, const Format& f) {
  constexpr std::array<std::uint64_t, 8> specials{0, 0, 0, 0, 7, 60, 600, 5000};
  const Data data{random.below(5), specials[random.below(specials.size())]};
  std::vector<double> x(count);
  for (double& v : x) v = draw(random, f, data);
  if (count > 1 && random.below(6) == 0)  // cancelling pairs
    for (std::size_t i = 1; i < count; i += 2)
      if (f.is_signed) x[i] = decode(f, encode(f, -x[i - 1]).value_or(0));
  return x;
}

// ---- cases --------------------------------------------------------------------------------------------

void choose_shape(Random& random, Case& c) {
  constexpr std::array<std::size_t, 16> small{0, 1, 1, 2, 3, 4, 5, 7, 8, 10, 11, 13, 16, 17, 19, 23};
  constexpr std::array<std::size_t, 12> depth{0, 1, 2, 3, 5, 8, 10, 13, 16, 27, 31, 37};
  c.m = small[random.below(small.size())], c.n = small[random.below(small.size())];
  c.k = depth[random.below(depth.size())];
  const std::uint64_t big = random.below(48);
  if (big == 0) c.m = 1 + random.below(5), c.n = 60 + random.below(80), c.k = 20 + random.below(30);
  if (big == 1) c.m = 60 + random.below(80), c.n = 1 + random.below(5), c.k = 20 + random.below(30);
  if (big == 2) c.m = 1 + random.below(4), c.n = 1 + random.below(20), c.k = 250 + random.below(30);
  if (big == 3) c.m = 30 + random.below(9), c.n = 30 + random.below(9), c.k = 1 + random.below(9);
}

/// Everything that the loops of the test do not choose.
Case completed(Sums how, bool usual, Random& random) {
  Case c;
  how.chunk = how.chunk == 0 ? 0 : 1 + random.below(34);
  c.how = how;
  choose_shape(random, c);
  c.rows = !how.product && random.below(8) == 0;
  if (c.rows) c.m = 1;
  const auto operand = [&] {
    if (usual && random.below(8) != 0) return format_of(usual_operands[random.below(usual_operands.size())]);
    const std::uint64_t i = random.below(operand_names.size() + 2);
    return i < operand_names.size() ? format_of(operand_names[i]) : any_format(random);
  };
  const auto taken = [&] {  // by the unit
    const Format fp8 = format_of(random.below(2) == 0 ? "e4m3fn" : "e5m2");
    const Format wide = format_of(random.below(2) == 0 ? "fp16" : "bf16");
    if (how.unit.operands == UnitOperands::any) return operand();
    if (how.unit.operands == UnitOperands::fp8) return fp8;
    return how.unit.operands == UnitOperands::fp16 ? format_of("fp16") : wide;
  };
  c.fa = how.order == Order::block ? taken() : operand();
  c.fb = how.order == Order::block ? taken() : operand();
  if (random.below(3) == 0) c.fb = c.fa;
  c.histograms = random.below(24) == 0 ? Histograms::all : Histograms::tensors;
  c.threads = std::array{1, 2, 3, 7}[random.below(4)];
  c.a = c.rows ? std::vector<double>(c.k, 1.0) : numbers(random, c.m * c.k, c.fa);
  c.b = numbers(random, c.n * c.k, c.fb);
  return c;
}

Policy policy_of(const Case& c) {
  const Sums& how = c.how;
  Rule sums;
  sums.match.roles = {Role::accumulator};
  sums.order = how.order;
  sums.saturation = how.accumulator.saturation;
  if (how.order == Order::block) {
    sums.block = how.unit;
  } else {
    sums.format = how.accumulator.format;
    sums.rounding = how.accumulator.rounding;
    sums.random_bits = how.accumulator.random_bits;
  }
  if (how.chunk != 0) sums.chunk = how.chunk;
  if (how.has_outer()) {
    sums.outer = how.outer.format;
    sums.outer_rounding = how.outer.rounding;
    sums.outer_random_bits = how.outer.random_bits;
    sums.outer_saturation = how.outer.saturation;
  }
  Rule products;
  products.match.roles = {Role::product};
  if (how.product) {
    products.format = how.product->format;
    products.rounding = how.product->rounding;
    products.random_bits = how.product->random_bits;
    products.saturation = how.product->saturation;
  }
  return Policy({sums, products});
}

std::string text(const Case& c) {
  const auto number = [](auto x) { return std::to_string(static_cast<int>(x)); };
  return "order " + number(c.how.order) + " chunk " + std::to_string(c.how.chunk) + " unit " +
         std::to_string(c.how.unit.terms) + "/" + std::to_string(c.how.unit.fraction_bits) + "; " +
         (c.rows ? "rows " : "product ") + std::to_string(c.m) + " x " + std::to_string(c.n) + " x " +
         std::to_string(c.k) + " counted " + number(c.counted) + " histograms " + number(c.histograms) +
         " threads " + number(c.threads) + "\n a " + oracle::text(Projection{c.fa}) + "\n b " +
         oracle::text(Projection{c.fb}) + "\n product " +
         (c.how.product ? oracle::text(*c.how.product) : "exact") + "\n accumulator " +
         oracle::text(c.how.accumulator) + "\n outer " + oracle::text(c.how.outer) + "\n ";
}

// ---- comparison ---------------------------------------------------------------------------------------

/// A matrix as it lies in memory.
template <class T>
struct Laid {
  std::vector<T> data;
  MatrixView<T> view;
};

template <class T>
Laid<T> laid(const std::vector<double>& x, std::size_t rows, std::size_t columns, const Format& f,
             bool turned) {
  Laid<T> out{std::vector<T>(x.size()), {nullptr, rows, columns, turned ? 1 : columns, turned ? rows : 1, f}};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      out.data[r * out.view.row_step + c * out.view.column_step] = static_cast<T>(x[r * columns + c]);
  out.view.data = out.data.data();
  return out;
}

std::string difference_of(const Telemetry& telemetry, Role role, const Counters& want, bool there) {
  const auto found = telemetry.records().find(Site{place.layer, place.op, place.pass, role});
  if ((found != telemetry.records().end()) != there) return "record; ";
  std::string out;
  for (std::size_t i = 0; there && i < counters_count; ++i)
    if (found->second.total.counts[i] != want.counts[i])
      out += std::string(name_of(role)) + " " + std::string(counter_names[i]) + " " +
             std::to_string(found->second.total.counts[i]) + " for " + std::to_string(want.counts[i]) + "; ";
  return out;
}

template <class T>
std::string difference_of(const Elements<T>& got, const std::vector<double>& want) {
  if (got.size() != want.size()) return "size; ";
  for (std::size_t i = 0; i < got.size(); ++i)
    if (bits_of(static_cast<double>(got[i])) != bits_of(want[i]))
      return "element " + std::to_string(i) + " " + std::to_string(got[i]) + " for " +
             std::to_string(want[i]) + "; ";
  return {};
}

/// What differs; empty if nothing does.
template <class T>
std::string compare(const Case& c, Random& random) {
  const bool turned_a = random.below(2) == 0, turned_b = random.below(2) == 0;
  const Laid<T> a = laid<T>(c.a, c.m, c.k, c.fa, turned_a), b = laid<T>(c.b, c.n, c.k, c.fb, turned_b);
  const Policy policy = policy_of(c);
  Telemetry telemetry({c.counted, c.counted ? c.histograms : Histograms::none, 10});
  Context context(policy, telemetry, test::products_seed);
  context.begin_step(test::products_step);
  omp_set_num_threads(c.threads);
  const Tensor<T> y =
      c.rows ? sum_rows(context, place, b.view) : dot(context, place, a.view, b.view.transposed());

  test::SumsReference reference(c.how, "fc/dot/forward", c.rows ? 0 : c.fa.e_min(), c.fb.e_min());
  std::vector<double> want;
  for (std::size_t i = 0; i < c.m; ++i)
    for (std::size_t j = 0; j < c.n; ++j)
      want.push_back(reference.reduce(c.a.data() + i * c.k, c.b.data() + j * c.k, c.k, i * c.n + j));
  std::string out = difference_of(y.data, want);
  out += difference_of(telemetry, Role::accumulator, reference.sums, c.counted);
  out += difference_of(telemetry, Role::product, reference.products, c.counted && c.how.product);
  if (telemetry.projections != reference.sums[Counter::total] + reference.products[Counter::total])
    out += "projections; ";
  if (telemetry.nan_lost() != reference.nan_lost) out += "nan_lost; ";
  if (!context.problems().empty()) out += "refused: " + context.problems().begin()->second;
  for (const Site& site : context.sites()) out += policy.problem_at(site);
  if (y.format != (c.how.has_outer() ? c.how.outer : c.how.accumulator).format) out += "format; ";
  return out;
}

/// Runs cases and remembers what differs.
class Comparer {
 public:
  explicit Comparer(std::uint64_t seed) : random_(seed * 8 + static_cast<std::uint64_t>(isa_level())) {}

  void add(const Sums& how, bool usual = false) {
    for (const bool counted : {false, true}) {
      Case c = completed(how, usual, random_);
      c.counted = counted;
      const bool fits = fits_float(how.accumulator.format) && fits_float(how.outer.format) &&
                        (!how.product || fits_float(how.product->format));
      const std::string found =
          fits && random_.below(32) != 0 ? compare<float>(c, random_) : compare<double>(c, random_);
      ++cases;
      if (!found.empty() && ++mismatches <= 5) report += text(c) + found + "\n";
    }
  }
  void add_usual(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Sums how;
      how.accumulator = usual_projection(random_);
      how.order = std::array{Order::sequential, Order::sequential, Order::sequential,
                             Order::chunked,    Order::pairwise,   Order::exact}[random_.below(6)];
      if (how.order == Order::chunked) how.chunk = 1, how.outer = usual_projection(random_);
      if (random_.below(3) == 0) how.product = usual_projection(random_);
      add(how, true);
    }
  }
  /// Every accumulator and order but `block`.
  void add_sums() {
    for (const char* format : sum_names)
      for (const Order order : {Order::sequential, Order::chunked, Order::pairwise, Order::exact})
        for (int rounding = 0; rounding < 9; ++rounding)
          for (int saturation = 0; saturation < 3; ++saturation)
            for (const bool rounded : {false, true}) {
              Sums how;
              how.accumulator = any_projection(random_);
              how.accumulator.format = named(format, random_);
              how.accumulator.rounding = static_cast<Rounding>(rounding);
              how.accumulator.saturation = static_cast<Saturation>(saturation);
              how.order = order;
              if (order == Order::chunked) how.chunk = 1, how.outer = any_projection(random_);
              if (rounded) how.product = any_projection(random_);
              add(how);
            }
  }
  void add_blocks() {
    std::vector<MatrixUnit> units;
    for (const NamedUnit& unit : matrix_units) units.push_back(unit.value);
    for (const UnitOutput output : {UnitOutput::fp32, UnitOutput::e8m13, UnitOutput::fp16})
      units.push_back(
          {1 + random_.below(40), static_cast<int>(random_.below(101)), output, UnitOperands::any});
    for (const MatrixUnit& unit : units)
      for (int rounding = 0; rounding < 9; ++rounding)
        for (int saturation = 0; saturation < 3; ++saturation)
          for (const std::size_t chunk : {std::size_t{0}, std::size_t{1}}) {
            Sums how;
            how.order = Order::block;
            how.unit = unit;
            how.accumulator = unit.projection(static_cast<Saturation>(saturation));
            how.chunk = chunk;
            if (chunk != 0)
              how.outer = any_projection(random_), how.outer.rounding = static_cast<Rounding>(rounding);
            add(how);
          }
  }

  std::uint64_t cases = 0, mismatches = 0;
  std::string report;

 private:
  Random random_;
};

/// Shapes are kept, sums of nothing are +0.
template <class T>
void check_empty(Order order) {
  Case c;
  c.how.order = order;
  c.how.accumulator.format = c.how.outer.format = format_of("fp16");
  c.how.accumulator.rounding = Rounding::toward_negative;  // x - x is -0 in it
  c.how.chunk = order == Order::chunked ? 3 : 0;
  c.how.unit = matrix_units[2].value;
  const Policy policy = policy_of(c);
  Telemetry telemetry;
  Context context(policy, telemetry, 1);
  const auto tensor = [](Shape shape) { return Tensor<T>(std::move(shape), format_of("fp16")); };
  for (const Shape& shape :
       {Shape{5, 0, 3}, Shape{0, 4, 3}, Shape{5, 4, 0}, Shape{0, 0, 0}, Shape{5, 0, 0}}) {
    INFO(shape[0] << " x " << shape[1] << " x " << shape[2]);
    const Quantized<T> a{tensor({shape[0], shape[1]}), true, 0.5}, b{tensor({shape[1], shape[2]}), false, 1};
    const Tensor<T> y = dot(context, place, QuantizedView<T>(a), QuantizedView<T>(b));
    CHECK(y.shape == Shape{shape[0], shape[2]});
    CHECK(difference_of(y.data, std::vector<double>(shape[0] * shape[2], 0.0)) == "");
    const Tensor<T> sums = sum_rows(context, place, matrix(a.q));
    CHECK(sums.shape == Shape{shape[0]});
    CHECK(difference_of(sums.data, std::vector<double>(shape[0], 0.0)) == "");
    CHECK(quantize(context, place, Role::activation, a.q)->value.q.shape == a.q.shape);
  }
  CHECK(context.problems().empty());
}

/// A level that the machine does not have is a lower one's test twice.
bool is_level_of_environment() {
  const char* wanted = std::getenv("EXMY_ISA");
  constexpr std::array levels{"baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  return wanted == nullptr || wanted == std::string(levels[static_cast<std::size_t>(isa_level())]);
}

}  // namespace

TEST_CASE("every product equals the reference") {
  if (!is_level_of_environment()) {
    WARN("this machine has no such level");
    return;
  }
  Comparer comparer(1);
  comparer.add_sums();
  comparer.add_blocks();
  comparer.add_usual(12000);
  INFO(comparer.report);
  CHECK(comparer.mismatches == 0);
  CHECK(comparer.cases > 10000);
}

TEST_CASE("matrices with a side of zero") {
  for (const Order order : {Order::sequential, Order::chunked, Order::pairwise, Order::exact, Order::block}) {
    check_empty<float>(order);
    check_empty<double>(order);
  }
}

// 37,500 cases a round, in 5.5 to 6.6 s of processor time at each of four levels: two levels at a time, with threads that
// wait without spinning, all of it takes 40 minutes on two cores.
TEST_CASE("every product equals the reference, for hours", "[.nightly]") {
  constexpr int rounds = 200;
  test::NightlySample sample;
  Comparer comparer(sample.seed() + 1000);
  bool any = false;
  for (int round = 0; round < rounds; ++round)
    if (sample.takes_next() || (!any && round + 1 == rounds))  // a sample has one at least
      any = true, comparer.add_sums(), comparer.add_blocks(), comparer.add_usual(12000);
  test::report_cases("every product", comparer.cases, comparer.mismatches);
  INFO(comparer.report);
  CHECK(comparer.mismatches == 0);
}
