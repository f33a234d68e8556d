// Elementwise steps with a float carrier (kernels) against the same steps with a double carrier (the scalar reference,
// but for conversions, which have a test of their own): values, counters, histograms, notes.

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/ops/projector.hpp"
#include "tests/formats/kernels_support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

namespace {

using namespace exmy;
using test::Differences;
using Random = exmy::test::SplitMix64;

// ---- one site -------------------------------------------------------------------------------------

Policy policy_of(const Projection& how) {
  Rule rule;
  rule.format = how.format;
  rule.rounding = how.rounding;
  rule.saturation = how.saturation;
  rule.random_bits = how.random_bits;
  return Policy({rule});
}

/// A site `l/o/forward/elementwise` that projects as told, with its own telemetry.
struct Place {
  Policy policy;
  Telemetry telemetry;
  Context context;

  explicit Place(const Projection& how, StatsOptions stats = {})
      : policy(policy_of(how)), telemetry(stats), context(policy, telemetry, 99) {
    context.begin_step(4);
  }
  template <class T>
  Projector<T> projector() {
    return {context, "l", "o", Pass::forward, Role::elementwise};
  }
  SiteRecord& record() { return telemetry.records().begin()->second; }
};

// ---- operations with their operands ---------------------------------------------------------------

template <class T>
struct Operands {
  Tensor<T> x, y, row, column;
  double number = 1, divisor = 1;  ///< a float value; any binary64 value
};

template <class T>
using Step = std::function<Tensor<T>(Projector<T>&, const Operands<T>&)>;

template <class T>
struct NamedStep {
  const char* name;
  Step<T> run;
};

/// Both operands are replaced.
template <class T>
Tensor<T> square(Projector<T>& p, Tensor<T> x) {
  return p.mul(std::move(x), x);  // NOLINT(bugprone-use-after-move): read as an operand before
}

template <class T>
std::vector<NamedStep<T>> steps() {
  using P = Projector<T>;
  using O = Operands<T>;
  const auto row = Operand<T>::row_vector, column = Operand<T>::column_vector;
  return {{"convert", [](P& p, const O& o) { return p.quantize(o.x); }},
          {"x + y", [](P& p, const O& o) { return p.add(o.x, o.y); }},
          {"x - y", [](P& p, const O& o) { return p.sub(o.x, o.y); }},
          {"x y", [](P& p, const O& o) { return p.mul(o.x, o.y); }},
          {"x / y", [](P& p, const O& o) { return p.div(o.x, o.y); }},
          {"sqrt x", [](P& p, const O& o) { return p.sqrt(o.x); }},
          {"update x - y", [](P& p, const O& o) { return p.update(o.x, o.y); }},
          {"x + row", [row](P& p, const O& o) { return p.add(o.x, row(o.row)); }},
          {"row - x", [row](P& p, const O& o) { return p.sub(row(o.row), o.x); }},
          {"x - column", [column](P& p, const O& o) { return p.sub(o.x, column(o.column)); }},
          {"column / x", [column](P& p, const O& o) { return p.div(column(o.column), o.x); }},
          {"x row", [row](P& p, const O& o) { return p.mul(o.x, row(o.row)); }},
          {"x number", [](P& p, const O& o) { return p.mul(o.x, o.number); }},
          {"number - x", [](P& p, const O& o) { return p.sub(o.number, o.x); }},
          {"number + x", [](P& p, const O& o) { return p.add(o.number, o.x); }},
          {"number / x", [](P& p, const O& o) { return p.div(o.number, o.x); }},
          {"x / divisor", [](P& p, const O& o) { return p.div(o.x, o.divisor); }},
          {"x + y in place", [](P& p, const O& o) { return p.add(Tensor<T>(o.x), o.y); }},
          {"x - row in place", [row](P& p, const O& o) { return p.sub(Tensor<T>(o.x), row(o.row)); }},
          {"x x in place", [](P& p, const O& o) { return square(p, o.x); }},
          {"x / divisor in place", [](P& p, const O& o) { return p.div(Tensor<T>(o.x), o.divisor); }},
          {"sqrt x in place", [](P& p, const O& o) { return p.sqrt(Tensor<T>(o.x)); }}};
}

Tensor<double> widened(const Tensor<float>& t) {
  Tensor<double> wide(t.shape, t.format);
  std::copy(t.data.begin(), t.data.end(), wide.data.begin());
  return wide;
}

// ---- data -----------------------------------------------------------------------------------------

enum class Data { finite, special, positive, small_steps };

/// Values of `of`: any, hard for `to`, or (y of small steps) hardly enough to move an x.
float draw(Random& random, const Projection& to, const std::vector<double>& hard, Data data) {
  const double h = hard[random.below(hard.size())];
  const bool usable = magnitude(h) < 0x1p127 || (data == Data::special && !is_nan(h));
  const float x =
      random.below(2) == 0 && usable ? static_cast<float>(h) : test::any_float(random, data == Data::special);
  if (data == Data::small_steps)
    return x * std::ldexp(1.0f, -to.format.mantissa_bits - static_cast<int>(random.below(4)));
  return data == Data::positive ? std::fabs(x) : x;
}

Operands<float> operands(Random& random, const Projection& to, const Format& of, Data data) {
  const std::array<Shape, 6> shapes{Shape{5, 7}, Shape{3, 300}, Shape{2, 3, 11},
                                    Shape{1},    Shape{0, 4},   Shape{600}};
  const std::array<Shape, 2> blocks{Shape{2, float_block_size + 52}, Shape{2 * float_block_size + 3}};
  const std::vector<double> hard = test::adversarial(to.format, random, 50);
  const Shape& shape = random.below(16) == 0 ? blocks[random.below(2)] : shapes[random.below(shapes.size())];
  Operands<float> o{{shape, of}, {shape, of}, {}, {}};
  o.row = Tensor<float>({o.x.columns()}, of);
  o.column = Tensor<float>({o.x.rows()}, of);
  const Data of_x = data == Data::small_steps ? Data::finite : data;
  for (Tensor<float>* t : {&o.x, &o.y, &o.row, &o.column})
    for (float& v : t->data) {
      const float any = draw(random, to, hard, t == &o.y ? data : of_x);
      v = static_cast<float>(project({of}, static_cast<double>(any)).value);
    }
  if (data == Data::small_steps)  // steps next to a value of the format
    for (std::size_t i = 0; i < o.x.size(); ++i) {
      o.x.data[i] = static_cast<float>(
          project({to.format, to.rounding, Saturation::finite}, static_cast<double>(o.x.data[i])).value);
      if (i % 3 != 0)
        o.y.data[i] =
            o.x.data[i] * std::ldexp(1.0f, -to.format.mantissa_bits - 1 - static_cast<int>(random.below(3)));
    }
  o.number = static_cast<double>(test::any_float(random, data == Data::special));
  constexpr std::array divisors{3.0, 1437.0, 0.1, 65536.0, 1e200, -0x1p-60, 0x1.fffffffffffffp-3, 1e-40};
  o.divisor = divisors[random.below(divisors.size())];
  return o;
}

// ---- comparison -----------------------------------------------------------------------------------

template <class Histogram>
bool same_histogram(Histogram& a, Histogram& b) {
  return a.trimmed() == b.trimmed();
}

template <class Where>
void compare_notes(Differences& d, Place& fast, Place& slow, const Where& where) {
  d.counters(fast.record().total, slow.record().total, where);
  d.counters(fast.record().interval, slow.record().interval, [&] { return where() + " interval"; });
  d.expect(same_histogram(fast.record().before, slow.record().before), [&] { return where() + " before"; });
  d.expect(same_histogram(fast.record().after, slow.record().after), [&] { return where() + " after"; });
  d.expect(fast.telemetry.projections == slow.telemetry.projections,
           [&] { return where() + " projections"; });
  d.expect(fast.telemetry.first_non_finite() == slow.telemetry.first_non_finite(),
           [&] { return where() + " finite"; });
  d.expect(fast.telemetry.nan_lost() == slow.telemetry.nan_lost(), [&] { return where() + " nan_lost"; });
}

template <class Where>
void compare_values(Differences& d, const Tensor<float>& got, const Tensor<double>& want,
                    const Where& where) {
  d.expect(got.shape == want.shape && got.format == want.format, [&] { return where() + " shape"; });
  if (got.size() != want.size()) return;
  for (std::size_t i = 0; i < got.size(); ++i) d.value(static_cast<double>(got.data[i]), want.data[i], where);
}

void compare(Differences& d, const Projection& how, const Operands<float>& o) {
  const auto fast_steps = steps<float>();
  const auto slow_steps = steps<double>();
  const Operands<double> wide{widened(o.x),      widened(o.y), widened(o.row),
                              widened(o.column), o.number,     o.divisor};
  for (std::size_t i = 0; i < fast_steps.size(); ++i) {
    Place fast(how), slow(how), uncounted(how, {.counters = false, .histograms = Histograms::tensors});
    Place plain(how, {.histograms = Histograms::none});
    auto fast_projector = fast.projector<float>(), silent = uncounted.projector<float>();
    auto counting = plain.projector<float>();
    auto slow_projector = slow.projector<double>();
    const auto where = [&] {
      return std::string(fast_steps[i].name) + " divisor " + oracle::text(o.divisor) + " into " +
             oracle::text(how);
    };
    const Tensor<double> want = slow_steps[i].run(slow_projector, wide);
    compare_values(d, fast_steps[i].run(fast_projector, o), want, where);
    compare_values(d, fast_steps[i].run(silent, o), want, where);
    compare_values(d, fast_steps[i].run(counting, o), want, where);
    compare_notes(d, fast, slow, where);
    d.counters(plain.record().total, slow.record().total, [&] { return where() + " without histograms"; });
    d.expect(uncounted.telemetry.records().empty(), [&] { return where() + " counted"; });
    d.expect(uncounted.telemetry.nan_lost() == slow.telemetry.nan_lost() &&
                 uncounted.telemetry.first_non_finite() == slow.telemetry.first_non_finite(),
             [&] { return where() + " notes of an uncounted site"; });
  }
}

Operands<float> simple(Elements<float> x, Elements<float> y) {
  Operands<float> o{{{x.size()}, {}}, {{y.size()}, {}}, {}, {}};
  o.x.data = std::move(x);
  o.y.data = std::move(y);
  return o;
}

}  // namespace

TEST_CASE("kernels and reference do the same at a site", "[projector]") {
  Differences d;
  Random random(41);
  for (const char* name : {"fp16", "bf16", "tf32", "fp32", "e5m2", "e4m3fn", "e4m3", "e4m3fnuz", "e2m1fn",
                           "e3m2fn", "e6m9", "Binary8p4se", "Binary8p3sf"})
    for (const Saturation saturation : test::saturations)
      for (const Data data : {Data::finite, Data::special, Data::positive, Data::small_steps})
        for (const char* of : {"fp32", "fp16", "Binary8p4se"}) {
          const Projection how{format_of(name), Rounding::nearest_even, saturation};
          compare(d, how, operands(random, how, format_of(of), data));
        }
  d.check_once(1'000'000);
}

TEST_CASE("kernels and reference do the same at a site in every mode", "[projector]") {
  Differences d;
  Random random(42);
  for (const char* name : {"fp16", "bf16", "fp32", "e5m2", "e4m3fn", "e2m1fn", "Binary8p4se"})
    for (int mode = 1; mode < 9; ++mode)
      for (const Data data : {Data::finite, Data::special, Data::positive, Data::small_steps}) {
        const int n = 1 + static_cast<int>(random.below(name == std::string("fp32") ? 27 : 32));
        const Projection how{format_of(name), static_cast<Rounding>(mode), test::saturations[random.below(3)],
                             n};
        compare(d, how,
                operands(random, how, format_of(random.below(4) == 0 ? "Binary8p4se" : "fp32"), data));
      }
  d.check_once(500'000);
}

// From 2^15 elements on threads share a step; results are sums of integers, whoever counts.
TEST_CASE("threads that share a step do what one does", "[projector]") {
  Differences d;
  Random random(45);
  const test::Threads three(3);
  for (const auto& [name, mode] :
       {std::pair{"e5m2", Rounding::nearest_even}, {"fp16", Rounding::stochastic_b}}) {
    const Projection how{format_of(name), mode, Saturation::none, 8};
    const std::vector<double> hard = test::adversarial(how.format, random, 50);
    Operands<float> o{{{3, 11'003}, {}}, {{3, 11'003}, {}}, {{11'003}, {}}, {{3}, {}}};
    for (Tensor<float>* t : {&o.x, &o.y, &o.row, &o.column})
      for (float& v : t->data) v = draw(random, how, hard, Data::special);
    compare(d, how, o);
  }
  d.check_once(1'000'000);
}

TEST_CASE("a divisor may be any binary64 number", "[projector]") {
  Differences d;
  Random random(43);
  const Projection how{format_of("fp16")};
  for (const double divisor : {1e-300, -5e-324, 0x1p-1022, 0x1p-1000, 0x1p-890, 1e300, 0x1.fffffffffffffp1023,
                               0.0, -0.0, infinity64, nan64}) {
    Operands<float> o = operands(random, how, Format{}, Data::finite);
    o.divisor = divisor;
    compare(d, how, o);
  }
  d.check_once(1'000);
}

TEST_CASE("conversions of binary64 numbers equal the definition", "[projector]") {
  Differences d;
  Random random(45);
  for (const char* name : {"fp32", "fp16", "bf16", "e4m3fn", "e10m50", "Binary8p4se"})
    for (int mode = 0; mode < 9; ++mode)
      for (const bool wild : {false, true}) {
        const Projection how{format_of(name), static_cast<Rounding>(mode), test::saturations[random.below(3)],
                             12};
        Tensor<double> x({700}, format_of(random.below(4) == 0 ? "Binary8p4se" : "fp64"));
        const std::vector<double> hard = test::adversarial(how.format, random, 50);
        for (double& v : x.data) do
            v = hard[random.below(hard.size())];
          while (!wild && !(magnitude(v) < 0x1p900));
        if (wild) x.data[0] = 0x1.8p1000, x.data[1] = 0x1.0000001p1000;
        Place place(how);
        const Tensor<double> q = place.projector<double>().quantize(x);
        const RandomStream stream(99, "l/o/forward/elementwise", 4);
        const auto where = [&] { return "convert into " + oracle::text(how); };
        Counters counters;
        ExponentHistogram before, after;
        for (std::size_t i = 0; i < x.size(); ++i) {
          const std::uint32_t r = is_stochastic(how.rounding) ? stream.bits(i, how.random_bits) : 0;
          const Outcome want = convert(how, x.data[i], r, x.format.semantics);
          d.value(q.data[i], want.value, where);
          counters.add(want.events);
          before.add(x.data[i]);
          after.add(want.value);
        }
        d.counters(place.record().total, counters, where);
        d.expect(place.record().before.trimmed() == before.trimmed(), [&] { return where() + " before"; });
        d.expect(place.record().after.trimmed() == after.trimmed(), [&] { return where() + " after"; });
      }
  d.check_once(70'000);
}

TEST_CASE("x / 0 is NaN as soon as the result's format is p3109", "[projector]") {
  Place place(Projection{format_of("Binary8p4se")});
  auto p = place.projector<float>();
  const Operands<float> o = simple({1, -2, 3}, {0, 0, 1});
  const Tensor<float> q = p.div(o.x, o.y);
  CHECK(bits_of(static_cast<double>(q.data[0])) == bits_of(nan64));
  CHECK(bits_of(static_cast<double>(q.data[1])) == bits_of(nan64));
  CHECK(q.data[2] == 3.0f);
  CHECK(place.record().total[Counter::nan_generated] == 2);
  CHECK(place.record().total[Counter::inf_in] == 0);
}

TEST_CASE("the double carrier rounds the exact result once", "[projector]") {
  Differences d;
  Random random(44);
  const Projection how{format_of("e10m50")};  // 51 bits: a result rounded to 53 bits first would show
  Place place(how);
  auto p = place.projector<double>();
  Tensor<double> x({500}, format_of("fp64")), y = x;
  for (Tensor<double>* t : {&x, &y})
    for (double& v : t->data) v = 1 + static_cast<double>(random.bits() >> 12) * 0x1p-52;
  const Tensor<double> products = p.mul(x, y), quotients = p.div(x, y), sums = p.add(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    d.value(products.data[i], mul(how, x.data[i], y.data[i]).value, [] { return std::string("product"); });
    d.value(quotients.data[i], div(how, x.data[i], y.data[i]).value, [] { return std::string("quotient"); });
    d.value(sums.data[i], add(how, x.data[i], y.data[i]).value, [] { return std::string("sum"); });
  }
  d.check_once(1'500);
}

TEST_CASE("the first site with an infinity is noted, wherever it was in the tensor", "[projector]") {
  for (const std::size_t i : {std::size_t{0}, std::size_t{300}, std::size_t{599}, float_block_size}) {
    Place place(Projection{format_of("fp16")});
    auto p = place.projector<float>();
    Tensor<float> x({float_block_size + 1}, {});
    p.quantize(x);
    CHECK_FALSE(place.telemetry.first_non_finite());
    x.data[i] = 1e6f;  // infinite in fp16
    p.quantize(x);
    REQUIRE(place.telemetry.first_non_finite());
    CHECK(place.telemetry.first_non_finite()->name() == "l/o/forward/elementwise");
    CHECK_FALSE(place.telemetry.nan_lost());
  }
}

TEST_CASE("an update is lost when the weight stays although its step is not 0", "[projector]") {
  Place place({format_of("e4m3fn"), Rounding::nearest_even, Saturation::finite});
  auto p = place.projector<float>();
  // 16 - 1 is a tie to the even 16 (below 16 the unit is 1: 15 is a value); 16 + 1 is a tie that stays
  const Operands<float> o =
      simple({16, 16, 16, 448, 448, 0, 1, 1}, {0.25f, -1, 0, -100, 1, 0x1p-20f, 0.5f, 0x1p-6f});
  const Tensor<float> w = p.update(o.x, o.y);
  CHECK(w.data == Elements<float>{16, 16, 16, 448, 448, 0, 0.5f, 1});
  CHECK(place.record().total[Counter::update_lost] == 5);  // not: step 0, saturated, moved
  CHECK(place.record().total[Counter::saturated] == 1);
}

TEST_CASE("whether an update at the maximum was saturated depends on its random number", "[projector]") {
  const Projection how{format_of("e4m3fn"), Rounding::stochastic_a, Saturation::finite, 1};
  Place place(how);
  auto p = place.projector<float>();
  const Operands<float> o = simple(Elements<float>(600, 448), Elements<float>(600, -16));  // 464: v = 1/2
  const Tensor<float> w = p.update(o.x, o.y);
  CHECK(w.data == o.x.data);
  const Counters& c = place.record().total;
  CHECK(c[Counter::saturated] > 200);
  CHECK(c[Counter::update_lost] > 200);
  CHECK(c[Counter::saturated] + c[Counter::update_lost] == 600);
}

TEST_CASE("operands of another size are an error of the program", "[projector]") {
  Place place(Projection{});
  Projector<float> site = place.projector<float>();
  const Tensor<float> x({3, 4}, {}), row({4}, {}), column({3}, {}), flat({12}, {}), other({3, 5}, {});
  using O = Operand<float>;
  CHECK(site.add(x, flat).size() == 12);
  CHECK(site.add(x, O::row_vector(row)).size() == 12);
  CHECK(site.add(x, O::column_vector(column)).size() == 12);
  CHECK_THROWS_AS(site.add(x, other), std::logic_error);
  CHECK_THROWS_AS(site.add(x, row), std::logic_error);
  CHECK_THROWS_AS(site.mul(x, O::row_vector(column)), std::logic_error);
  CHECK_THROWS_AS(site.sub(x, O::column_vector(row)), std::logic_error);
  CHECK_THROWS_AS(site.div(O::row_vector(row), other), std::logic_error);
}
