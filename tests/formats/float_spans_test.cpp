// The elementwise kernels on binary32 of every instruction-set level that this machine has, against the scalar
// reference: bit for bit and counter for counter, on data that is chosen to hurt.

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "formats/kernels/float_spans.hpp"
#include "tests/formats/kernels_support.hpp"
#include "tests/support/nightly.hpp"

namespace {

using namespace exmy;
using test::Differences;
using Floats = std::vector<float>;
using Random = exmy::test::SplitMix64;
constexpr float infinity32 = std::numeric_limits<float>::infinity();

constexpr std::array modes{Rounding::nearest_even,    Rounding::nearest_away,    Rounding::toward_zero,
                           Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd,
                           Rounding::stochastic_a,    Rounding::stochastic_b,    Rounding::stochastic_c};

constexpr std::array ops{SpanOp::convert, SpanOp::add, SpanOp::sub, SpanOp::mul, SpanOp::div, SpanOp::sqrt};
constexpr std::array op_names{"convert", "add", "sub", "mul", "div", "sqrt"};

Outcome reference(SpanOp op, const Projection& how, float fx, float fy, std::uint32_t r, Semantics s) {
  const auto x = static_cast<double>(fx), y = static_cast<double>(fy);
  switch (op) {
    case SpanOp::convert: return convert(how, x, r, s);
    case SpanOp::add: return add(how, x, y, r, s);
    case SpanOp::sub: return sub(how, x, y, r, s);
    case SpanOp::mul: return mul(how, x, y, r, s);
    case SpanOp::div: return div(how, x, y, r, s);
    case SpanOp::sqrt: return exmy::sqrt(how, x, r, s);
  }
  return {};
}

/// Two operands, and R of each element.
struct Data {
  Floats x, y;
  std::vector<std::uint32_t> r;
};

/// Floats around the codes of a format and their midpoints, and anything else.
Floats hard_floats(const Format& f, Random& random, int n) {
  Floats all;
  for (const double v : test::adversarial(f, random, n)) {
    const auto x =
        static_cast<float>(magnitude(v) > 0x1.fffffep127 && is_finite(v) ? with_sign(0x1p127, v < 0) : v);
    all.push_back(x);
    all.push_back(std::nextafter(x, random.below(2) == 0 ? 0.0f : infinity32));
  }
  for (int i = 0; i < n; ++i) all.push_back(test::any_float(random));
  return all;
}

/// Where a stochastic mode changes its mind: v = 1 - R 2^-N and beside it.
void add_boundaries(const Projection& how, Random& random, Data& d) {
  const Format& f = how.format;
  for (int i = 0; i < 30; ++i) {
    const std::uint64_t code = i < 4 ? random.below(2) : random.below(f.max_finite_code());
    const double below = f.finite_value(code), gap = f.finite_value(code + 1) - below;
    const std::uint32_t r = test::drawn(how, 1, random)[0];
    const double step = pow2(-how.random_bits);
    for (const double v : {1 - r * step, 1 - r * step - step / 2, 1 - r * step - step}) {
      const auto x = static_cast<float>(below + v * gap);
      for (const float y : {x, std::nextafter(x, 0.0f), std::nextafter(x, infinity32), -x}) {
        d.x.push_back(y);
        d.r.push_back(r);
      }
    }
  }
}

/// Floats whose sum, product or quotient is a hard number, or next to one.
Data data_of(const Projection& how, SpanOp op, Random& random, int n) {
  Data d;
  if (is_stochastic(how.rounding) && how.format.max_finite_code() > 1) add_boundaries(how, random, d);
  const Floats hard = hard_floats(how.format, random, n);
  for (const float aim : hard) d.x.push_back(aim);
  while (d.r.size() < d.x.size()) d.r.push_back(test::drawn(how, 1, random)[0]);
  d.y.resize(d.x.size());
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    const float t = d.x[i], r = test::any_float(random, random.below(8) == 0);
    const float near_one = std::ldexp(1.0f + static_cast<float>(random.below(1 << 20)) * 0x1p-23f,
                                      static_cast<int>(random.below(40)) - 20);
    const float tiny =
        std::ldexp(random.below(2) == 0 ? 1.0f : -1.0f, static_cast<int>(random.below(200)) - 149);
    const std::uint64_t kind = random.below(8);
    d.y[i] = kind == 0 ? r : kind == 1 ? tiny : kind == 2 ? 0.0f : kind == 3 ? -t : near_one;
    if (kind < 4) continue;
    if (op == SpanOp::mul) d.x[i] = t / near_one;
    if (op == SpanOp::div) d.x[i] = t * near_one;
    if (op == SpanOp::add) d.x[i] = t - near_one;
    if (op == SpanOp::sub) d.x[i] = t + near_one;
    if (op == SpanOp::sqrt) d.x[i] = t * t;
  }
  return d;
}

/// No zeros beside infinity and the like, so that whole blocks stay where kernels decide.
bool is_plain(SpanOp op, float x, float y) {
  const auto middle = [](float v) { return v == 0 || (std::fabs(v) > 0x1p-40f && std::fabs(v) < 0x1p40f); };
  return middle(x) && (op == SpanOp::convert ||
                       (op == SpanOp::sqrt ? !(x < 0) : middle(y) && (op != SpanOp::div || y != 0)));
}

Data plain_part(SpanOp op, const Data& all) {
  Data d;
  for (std::size_t i = 0; i < all.x.size(); ++i)
    if (is_plain(op, all.x[i], all.y[i])) {
      d.x.push_back(all.x[i]);
      d.y.push_back(all.y[i]);
      d.r.push_back(all.r[i]);
    }
  return d;
}

enum class Layout { apart, over_x, over_y, one_x, one_y };

struct Case {
  const FloatSpanKernels& k;
  const Projection& how;
  SpanOp op;
  Semantics semantics = Semantics::ieee754;
  std::string text(const char* what) const {
    return std::string(op_names[static_cast<std::size_t>(op)]) + " " + k.isa + " " + oracle::text(how) + " " +
           what;
  }
};

/// One task on part of the data; guards beside q are left alone.
void compare_part(Differences& d, const Case& c, const Data& all, std::size_t first, std::size_t n,
                  Layout layout, bool counts) {
  const FloatProjection k = *float_projection_of(c.how, c.semantics);
  Floats x(all.x.begin() + static_cast<std::ptrdiff_t>(first),
           all.x.begin() + static_cast<std::ptrdiff_t>(first + n));
  Floats y(all.y.begin() + static_cast<std::ptrdiff_t>(first),
           all.y.begin() + static_cast<std::ptrdiff_t>(first + n));
  const Floats old_x = x, old_y = y;
  Floats apart(n + 1, 77.0f);
  Counters got, want;
  SpanTask t{c.op,
             {x.data(), layout == Layout::one_x ? 0u : 1u},
             {y.data(), layout == Layout::one_y ? 0u : 1u},
             {},
             n,
             all.r.data() + first,
             counts ? &got : nullptr};
  if (c.op == SpanOp::convert || c.op == SpanOp::sqrt) t.y = {};
  t.q = layout == Layout::over_x ? x.data() : layout == Layout::over_y ? y.data() : apart.data();
  const SpanResult result = c.k.run(k, t);
  bool finite = true;
  for (std::size_t i = 0; i < n; ++i) {
    const float a = old_x[layout == Layout::one_x ? 0 : i], b = old_y[layout == Layout::one_y ? 0 : i];
    const Outcome out = reference(c.op, c.how, a, b, all.r[first + i], c.semantics);
    want.add(out.events);
    finite = finite && is_finite(out.value);
    d.value(static_cast<double>(t.q[i]), out.value, [&] {
      return c.text(counts ? "counted" : "silent") + " of " + oracle::text(static_cast<double>(a)) + ", " +
             oracle::text(static_cast<double>(b)) + " R " + std::to_string(all.r[first + i]);
    });
  }
  d.expect(result == (finite ? SpanResult::done : SpanResult::non_finite), [&] { return c.text("result"); });
  d.expect(apart.back() == 77.0f, [&] { return c.text("writes beyond the end"); });
  if (counts) d.counters(got, want, [&] { return c.text("counters"); });
}

void compare(Differences& d, const Case& c, const Data& all, Random& random) {
  const std::size_t most = random.below(4) == 0 ? 2500 : 90;
  for (std::size_t first = 0, n = 0; first < all.x.size(); first += n) {
    n = std::min<std::size_t>(1 + random.below(most), all.x.size() - first);
    const bool two = c.op != SpanOp::convert && c.op != SpanOp::sqrt;
    const Layout layout = two                    ? static_cast<Layout>(random.below(5))
                          : random.below(2) == 0 ? Layout::apart
                                                 : Layout::over_x;
    compare_part(d, c, all, first, n, layout, random.below(2) == 0);
  }
}

void compare_levels(Differences& d, const Projection& how, SpanOp op, Random& random, int n,
                    Semantics semantics = Semantics::ieee754) {
  if (!float_projection_of(how, semantics)) return;
  const Data all = data_of(how, op, random, n), plain = plain_part(op, all);
  for (const FloatSpanKernels* k : available_float_span_kernels())
    for (const Data* data : {&all, &plain}) compare(d, {*k, how, op, semantics}, *data, random);
}

Projection projection(const Format& f, Rounding mode, Random& random) {
  const auto most = static_cast<std::uint64_t>(std::min(32, 50 - f.mantissa_bits));
  return {
      f, mode, test::saturations[random.below(3)],
      1 + static_cast<int>(random.below(random.below(2) == 0 ? std::min<std::uint64_t>(most, 12) : most))};
}

Format random_format(Random& random) {
  for (;;) {
    const int e = 1 + static_cast<int>(random.below(8)), m = 1 + static_cast<int>(random.below(23));
    Format f{.exponent_bits = e,
             .mantissa_bits = m,
             .bias = (1 << (e - 1)) - 5 + static_cast<int>(random.below(9))};
    f.nan = random.below(2) == 0 ? NanCodes::ieee : static_cast<NanCodes>(random.below(5));
    f.infinities = random.below(2) == 0;
    f.negative_zero = f.nan != NanCodes::negative_zero && random.below(4) != 0;
    if (random.below(4) == 0) f.semantics = Semantics::p3109;
    if (random.below(4) == 0) f.bias += static_cast<int>(random.below(121)) - 60;
    if (problem_of(f).empty() && f.max_finite_code() > 1 && float_projection_of({f})) return f;
  }
}

/// Two modes, conversions and another operation each.
void compare_drawn_formats(Differences& d, Random& random, int formats) {
  for (int i = 0; i < formats; ++i) {
    const Format f = random_format(random);
    for (const Rounding mode : {Rounding::nearest_even, modes[random.below(modes.size())]})
      for (const SpanOp op : {SpanOp::convert, ops[random.below(ops.size())]})
        compare_levels(d, projection(f, mode, random), op, random, 30);
  }
}

constexpr std::array names{"fp16",        "bf16",        "tf32",   "fp32",   "e5m2",   "e4m3fn",
                           "e4m3",        "e4m3fnuz",    "e2m1fn", "e3m2fn", "e2m3fn", "e6m9",
                           "Binary8p4se", "Binary8p3sf", "e5m6",   "e7m5",   "e8m22",  "e8m1",
                           "e5m22",       "e5m21",       "e5m23",  "e7m21"};

}  // namespace

TEST_CASE("conversions of floats equal the reference in every mode and saturation", "[kernels]") {
  Differences d;
  Random random(51);
  for (const char* name : names)
    for (const Saturation s : test::saturations)
      for (const Rounding mode : modes) {
        Projection how = projection(format_of(name), mode, random);
        how.saturation = s;
        compare_levels(d, how, SpanOp::convert, random, 60);
      }
  d.check(1'000'000);
}

TEST_CASE("formats with binary32's exponents whose overflow is NaN equal the reference", "[kernels]") {
  Differences d;
  Random random(55);
  for (const int m : {1, 2, 5, 7, 10, 16, 21, 22}) {
    const Format f{.exponent_bits = 8, .mantissa_bits = m, .bias = 127, .infinities = false};
    for (const Saturation s : test::saturations)
      for (const SpanOp op : ops) compare_levels(d, {f, Rounding::nearest_even, s}, op, random, 60);
  }
  d.check(200'000);
}

TEST_CASE("operations on floats equal the reference in every mode", "[kernels]") {
  Differences d;
  Random random(52);
  for (const char* name : names)
    for (const SpanOp op : ops)
      for (const Rounding mode : modes) {
        const Semantics s = random.below(4) == 0 ? Semantics::p3109 : Semantics::ieee754;
        compare_levels(d, projection(format_of(name), mode, random), op, random, 25, s);
      }
  d.check(1'000'000);
}

TEST_CASE("ties of small thresholds in small formats reach the even number", "[kernels]") {
  Differences d;
  Random random(56);
  const Format f{
      .exponent_bits = 7, .mantissa_bits = 5, .bias = 102, .infinities = false};  // units of 2^-106
  for (int n = 8; n <= 21; ++n) {
    Data all;
    for (const float units : {1.0f, 2.0f, 3.0f}) {
      all.x.push_back(std::ldexp(units + std::ldexp(1.0f, -n - 1), -106));
      all.r.push_back((1u << n) - 1);
    }
    all.y = all.x;
    for (const FloatSpanKernels* k : available_float_span_kernels())
      compare(d, {*k, {f, Rounding::stochastic_c, Saturation::none, n}, SpanOp::convert, Semantics::ieee754},
              all, random);
  }
  d.check(300);
}

TEST_CASE("drawn formats on floats equal the reference", "[kernels]") {
  Differences d;
  Random random(53);
  compare_drawn_formats(d, random, 250);
  d.check(500'000);
}

TEST_CASE("drawn formats on floats equal the reference, for hours", "[.nightly]") {
  constexpr std::uint64_t rounds = 200;
  test::NightlySample sample;
  Differences d;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Random random(1000 * sample.seed() + round);
    if (sample.takes_next() || (d.cases() == 0 && round + 1 == rounds)) compare_drawn_formats(d, random, 250);
  }
  test::report_cases("spans of drawn formats", d.cases(), d.count());
  d.check_once(1);
}

TEST_CASE("counted products of binary32 that are tiny, subnormal or 0 equal the reference", "[kernels]") {
  Differences d;
  Random random(54);
  const Projection how{format_of("fp32")};
  Data all;
  const auto add = [&](std::uint64_t a, int x_exponent, std::uint64_t b, int y_exponent) {
    all.x.push_back(std::ldexp(static_cast<float>(a), x_exponent));
    all.y.push_back(
        std::ldexp(random.below(2) == 0 ? static_cast<float>(b) : -static_cast<float>(b), y_exponent));
    all.r.push_back(0);
  };
  for (int i = 0; i < 4000; ++i) {  // up to 25 bits at and around 2^-150
    add(random.below(1 << 13), static_cast<int>(random.below(9)) - 79, random.below(1 << 12), -75);
    if (i % 40 != 0) continue;
    add(4095, -75, 4097, -75);   // half a unit below 2^-126, tiny
    add(18631, -75, 1801, -76);  // a quarter: not tiny after rounding
    add(37, -76, 1813753, -76);  // the next number below
    add(8193, -76, 8191, -76);   // an eighth
    add(1, -75, 1, -75);         // a tie that becomes 0
    add(3, -76, 1, -75);         // one that does not
    add(0, 0, 5, -149);
    add(4097, 0, 4097, 0);  // normal, a tie
  }
  for (const FloatSpanKernels* k : available_float_span_kernels())
    for (int i = 0; i < 5; ++i) compare(d, {*k, how, SpanOp::mul}, all, random);
  d.check(50'000);
}

TEST_CASE("whether results of floats are finite", "[kernels]") {
  Differences d;
  for (const char* name : names)
    for (const Saturation s : test::saturations) {
      const Format f = format_of(name);
      const auto max = static_cast<float>(f.max_finite());
      for (const float x : {1.0f, max, std::nextafter(max, infinity32), max / 2 * 3, 0x1.fffffep127f,
                            infinity32, std::numeric_limits<float>::quiet_NaN()}) {
        Data all;
        all.x.assign(70, x);
        all.y.assign(70, 1.0f);
        all.r.assign(70, 0);
        for (const FloatSpanKernels* k : available_float_span_kernels())
          for (const bool counts : {false, true})
            compare_part(d, {*k, {f, Rounding::nearest_even, s}, SpanOp::convert}, all, 0, 70, Layout::apart,
                         counts);
      }
    }
  d.check(50'000);
}

TEST_CASE("the level in use on floats is one of this machine", "[kernels]") {
  const auto levels = available_float_span_kernels();
  CHECK(std::find(levels.begin(), levels.end(), &float_span_kernels()) != levels.end());
}

TEST_CASE("which projections floats carry out", "[kernels]") {
  const auto form = [](const char* name, Rounding mode = Rounding::nearest_even, int n = 16) {
    return float_projection_of({format_of(name), mode, Saturation::none, n})->form;
  };
  const auto odd = [](const char* name, Rounding mode = Rounding::nearest_even, int n = 16) {
    return float_projection_of({format_of(name), mode, Saturation::none, n})->takes_odd;
  };
  for (const char* name : {"fp16", "bf16", "tf32", "e4m3fn", "e5m2", "e8m22"})
    CHECK(form(name) == FloatForm::adder);
  CHECK(form("fp32") == FloatForm::native);
  CHECK(form("e5m23") == FloatForm::wide);
  CHECK(odd("fp32"));
  CHECK_FALSE(odd("fp32", Rounding::toward_zero));
  CHECK(odd("e5m21", Rounding::to_odd));
  CHECK_FALSE(odd("e5m22"));
  CHECK(odd("fp16", Rounding::stochastic_a, 11));
  CHECK_FALSE(odd("fp16", Rounding::stochastic_a, 12));
  CHECK(form("fp16", Rounding::stochastic_a, 22) == FloatForm::adder);
  CHECK(form("fp16", Rounding::stochastic_a, 23) == FloatForm::wide);
  for (const char* name : {"fp64", "e9m10", "e8m0fnu", "Binary8p1se"})
    CHECK_FALSE(float_projection_of({format_of(name)}));
}

TEST_CASE("what a projection of floats needs, at the ends of what binary32 holds", "[kernels]") {
  const auto made = [](const Format& f, Rounding mode = Rounding::nearest_even, int n = 16) {
    const auto k = float_projection_of({f, mode, Saturation::none, n});
    REQUIRE(k);
    return *k;
  };
  const auto of = [](int exponent_bits, int mantissa_bits, int bias) {
    return Format{.exponent_bits = exponent_bits, .mantissa_bits = mantissa_bits, .bias = bias};
  };
  const auto power = [](int e) { return static_cast<std::uint32_t>(e + 127) << 23; };
  const Rounding a = Rounding::stochastic_a, b = Rounding::stochastic_b, c = Rounding::stochastic_c;
  // All its values are floats.
  CHECK_FALSE(float_projection_of({of(5, 24, 15)}));
  CHECK(float_projection_of({of(8, 22, 128)}));
  CHECK_FALSE(float_projection_of({of(8, 23, 128)}));
  // Half a unit of the smallest numbers is a float; of stochastic modes, 2^-24 of it.
  CHECK(made(of(8, 22, 127)).fast);  // 2^(-126 - 22 - 1)
  CHECK((made(of(7, 10, 116), a).fast && !made(of(7, 10, 117), a).fast));
  CHECK(made(of(7, 10, 117), Rounding::toward_zero).fast);
  CHECK_FALSE(made(of(7, 10, 128)).fast);  // e_min = -127
  // By integers: binary32's exponents.
  CHECK(made(format_of("bf16")).by_words);
  CHECK(made(format_of("bf16")).largest == 0x7f7fffff);
  CHECK_FALSE(made(format_of("bf16"), Rounding::to_odd).by_words);
  CHECK_FALSE(made(of(7, 7, 127)).by_words);
  CHECK_FALSE(made(format_of("fp16")).by_words);
  // C is finite up to 2^(104 + M + 1), and its sum with |x| up to 2^126.
  CHECK(made(format_of("fp16")).largest == power(115) - 1);
  CHECK(made(format_of("e5m21")).largest == power(126) - 1);
  CHECK(made(format_of("e5m20")).largest == power(125) - 1);
  CHECK(made(format_of("bf16"), Rounding::to_odd).largest == power(112) - 1);
  CHECK(made(of(7, 2, 21), Rounding::to_odd).largest == power(107) - 1);
  CHECK(made(of(7, 2, 20), Rounding::to_odd).largest == std::bit_cast<std::uint32_t>(0x1.cp106f));
  CHECK(made(of(4, 3, 3)).form == FloatForm::adder);  // e_min = -2
  CHECK(made(of(4, 3, 2)).form == FloatForm::wide);
  // Drawn by integers: n + M bits, and factors that are floats.
  const auto drawn = [&](const Format& f, Rounding mode, int n) { return made(f, mode, n).drawn_bits; };
  CHECK((drawn(format_of("fp16"), a, 16) == 16 && drawn(format_of("fp16"), b, 16) == 17));
  CHECK(drawn(format_of("fp16"), c, 16) == 0);
  CHECK(drawn(of(7, 10, 128), a, 16) == 0);  // e_min = -127
  CHECK((drawn(format_of("fp16"), a, 20) == 20 && drawn(format_of("fp16"), a, 21) == 0));
  CHECK((drawn(format_of("fp16"), b, 19) == 20 && drawn(format_of("fp16"), b, 20) == 0));
  CHECK(drawn(format_of("bf16"), a, 16) == 16);
  CHECK(made(format_of("bf16"), a, 16).drawn_scale == 0);
  CHECK(made(format_of("fp16"), a, 16).drawn_scale == 0x1p40f);
  CHECK(made(format_of("fp16"), b, 16).drawn_scale == 0x1p41f);
  CHECK(made(format_of("fp16"), a, 16).drawn_unit == 0x1p-24f);
  // n + unit's exponent: up to 127; the unit itself from 2^-126 on.
  CHECK((drawn(of(7, 10, 102), a, 16) == 16 && drawn(of(7, 10, 103), a, 16) == 0));
  CHECK((drawn(of(7, 10, 117), a, 1) == 1 && drawn(of(7, 10, 118), a, 1) == 0));
}

TEST_CASE("operations with one operand do not look at a second one, in the longest blocks either",
          "[kernels]") {
  const auto k = float_projection_of({format_of("fp16")}).value();
  std::vector<float> x(5000), alone(x.size()), beside(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) * 0x1.1p-3f;
  const float number = 3;
  for (const FloatSpanKernels* level : available_float_span_kernels())
    for (const SpanOp op : {SpanOp::convert, SpanOp::sqrt}) {
      CHECK(level->run(k, {op, {x.data(), 1}, {}, alone.data(), x.size()}) == SpanResult::done);
      CHECK(level->run(k, {op, {x.data(), 1}, {&number, 0}, beside.data(), x.size()}) == SpanResult::done);
      CHECK(alone == beside);
    }
}
