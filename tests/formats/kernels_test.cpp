// The span kernels of every instruction-set level that this machine has, against the scalar reference: bit
// for bit and counter for counter, on data that is chosen to hurt.

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "tests/formats/kernels_support.hpp"

namespace {

using namespace exmy;
using test::Differences;
using test::Values;
using Random = exmy::test::SplitMix64;

// ---- formats --------------------------------------------------------------------------------------

Format random_format(Random& random) {
  for (;;) {
    const int e = 1 + static_cast<int>(random.below(10)), m = 1 + static_cast<int>(random.below(50));
    Format f{.exponent_bits = e,
             .mantissa_bits = m,
             .bias = (1 << (e - 1)) - 5 + static_cast<int>(random.below(9))};
    f.nan = random.below(2) == 0 ? NanCodes::ieee : static_cast<NanCodes>(random.below(5));
    f.infinities = random.below(2) == 0;
    f.negative_zero = f.nan != NanCodes::negative_zero && random.below(4) != 0;
    if (random.below(4) == 0) f.semantics = Semantics::p3109;
    if (problem_of(f).empty() && f.max_finite_code() > 0 && fast_projection_of({f})) return f;
  }
}

std::vector<Projection> projections() {
  std::vector<Projection> all;
  for (const char* name : {"fp16", "bf16", "tf32", "fp32", "e5m2", "e4m3fn", "e4m3", "e4m3fnuz", "e2m1fn",
                           "e3m2fn", "e2m3fn", "e6m9", "Binary8p4se", "Binary8p3sf", "e5m6", "e7m5"})
    for (const Saturation s : test::saturations) all.push_back({format_of(name), Rounding::nearest_even, s});
  Random random(11);
  for (int i = 0; i < 120; ++i) {
    const Saturation s = test::saturations[random.below(3)];
    all.push_back({random_format(random), Rounding::nearest_even, s});
  }
  return all;
}

std::string text(const Kernels& k, const Projection& how, const char* what) {
  return std::string(what) + " " + k.isa + " " + oracle::text(how);
}

// ---- round ----------------------------------------------------------------------------------------

/// Spans of every short length, so that every tail of a vector loop is met.
void compare_round(Differences& d, const Kernels& k, const Projection& how, const Values& x, Random& random) {
  const FastProjection fast = *fast_projection_of(how);
  for (std::size_t first = 0, n = 0; first < x.size(); first += n) {
    n = std::min<std::size_t>(1 + random.below(40), x.size() - first);
    Counters got, want;
    Values q(n), in_place(x.data() + first, x.data() + first + n);
    k.round(fast, x.data() + first, q.data(), n, &got, nullptr);
    k.round(fast, in_place.data(), in_place.data(), n, nullptr, nullptr);
    for (std::size_t i = 0; i < n; ++i) {
      const Outcome out = project(how, x[first + i]);
      want.add(out.events);
      const auto where = [&] { return text(k, how, "round") + " of " + oracle::text(x[first + i]); };
      d.value(q[i], out.value, where);
      d.value(in_place[i], out.value, where);
    }
    d.counters(got, want, [&] { return text(k, how, "round"); });
  }
}

// ---- operations -----------------------------------------------------------------------------------

struct Operation {
  const char* name;
  Outcome (*reference)(const Projection&, double x, double y);
  void (*run)(const Kernels&, const Values& x, const Values& y, Values& odd);
};

const Operation operations[] = {
    {"add", [](const Projection& h, double x, double y) { return add(h, x, y); },
     [](const Kernels& k, const Values& x, const Values& y, Values& r) {
       k.add(x.data(), y.data(), r.data(), r.size());
     }},
    {"mul", [](const Projection& h, double x, double y) { return mul(h, x, y); },
     [](const Kernels& k, const Values& x, const Values& y, Values& r) {
       k.mul(x.data(), y.data(), r.data(), r.size());
     }},
    {"div", [](const Projection& h, double x, double y) { return div(h, x, y); },
     [](const Kernels& k, const Values& x, const Values& y, Values& r) {
       k.div(x.data(), y.data(), r.data(), r.size());
     }},
    {"sqrt", [](const Projection& h, double x, double) { return exmy::sqrt(h, x); },
     [](const Kernels& k, const Values& x, const Values&, Values& r) {
       k.sqrt(x.data(), r.data(), r.size());
     }}};

struct Pairs {
  Values x, y;
};

/// Floats whose sum, product or quotient is a hard number t, or t and something far below it.
Pairs pairs_of(const Format& f, Random& random, std::size_t n) {
  Pairs p;
  const Values hard = test::adversarial(f, random, 60);
  while (p.x.size() < n) {
    const double aim = hard[random.below(hard.size())];
    const float t = magnitude(aim) < 0x1p127 ? static_cast<float>(aim) : test::any_float(random);
    const float r = test::any_float(random),
                power = std::ldexp(1.0f, static_cast<int>(random.below(200)) - 149);
    const float tiny = (random.bits() & 1) != 0 ? power : -power;
    for (const auto& [x, y] : {std::pair{t, tiny}, {t, t - r}, {t - r, r}, {t * r, r}, {t / r, r}, {r, t}})
      p.x.push_back(static_cast<double>(x)), p.y.push_back(static_cast<double>(y));
  }
  return p;
}

/// The result in binary64 before its projection: exact or rounded to odd. NaN may have any code there.
Values compare_odd(Differences& d, const Kernels& k, const Operation& op, const Pairs& p) {
  const Projection to_odd{{.exponent_bits = 11, .mantissa_bits = 52, .bias = 1023}, Rounding::to_odd};
  Values odd(p.x.size());
  op.run(k, p.x, p.y, odd);
  for (std::size_t i = 0; i < odd.size(); ++i) {
    if (is_nan(odd[i])) odd[i] = nan64;
    d.value(odd[i], op.reference(to_odd, p.x[i], p.y[i]).value, [&] {
      return std::string(op.name) + " " + k.isa + " of " + oracle::text(p.x[i]) + ", " + oracle::text(p.y[i]);
    });
  }
  return odd;
}

/// Without NaN (a kernel cannot know where one came from) and x/0 in p3109 (which the callers take care of).
void compare_operation(Differences& d, const Kernels& k, const Projection& how, const Operation& op,
                       const Pairs& p) {
  const Values odd = compare_odd(d, k, op, p);
  Values q, want_q;
  Counters got, want;
  for (std::size_t i = 0; i < odd.size(); ++i) {
    const Outcome out = op.reference(how, p.x[i], p.y[i]);
    if (is_nan(odd[i]) || (how.format.semantics == Semantics::p3109 && out.events.has(Event::invalid)))
      continue;
    q.push_back(odd[i]);
    want_q.push_back(out.value);
    want.add(out.events);
  }
  k.round(*fast_projection_of(how), q.data(), q.data(), q.size(), &got, nullptr);
  for (std::size_t i = 0; i < q.size(); ++i) d.value(q[i], want_q[i], [&] { return text(k, how, op.name); });
  d.counters(got, want, [&] { return text(k, how, op.name); });
}

}  // namespace

TEST_CASE("a NaN with sign or payload, signalling too, becomes the one NaN in every kernel", "[kernels]") {
  const Values payloads{std::bit_cast<double>(std::uint64_t{0x7ff0000000000001}),
                        std::bit_cast<double>(std::uint64_t{0xfff0000020000000}),  // a signalling float
                        std::bit_cast<double>(std::uint64_t{0x7fffffffe0000000}),  // float 0x7fffffff
                        std::bit_cast<double>(std::uint64_t{0xffffffffffffffff})};
  for (const Kernels* k : test::levels_of_this_machine())
    for (const char* name : {"fp32", "fp16", "bf16", "e5m2", "e4m3fn", "Binary8p4se", "e2m1fn"})
      for (const Saturation s : test::saturations) {
        INFO(k->isa << " " << name);
        Values x;
        for (int i = 0; i < 5; ++i) x.insert(x.end(), payloads.begin(), payloads.end());
        k->round(*fast_projection_of({format_of(name), Rounding::nearest_even, s}), x.data(), x.data(),
                 x.size(), nullptr, nullptr);
        for (const double q : x) CHECK(bits_of(q) == (format_of(name).has_nan() ? 0x7ff8000000000000u : 0u));
      }
}

TEST_CASE("round kernels equal the reference projection", "[kernels]") {
  Differences d;
  Random random(1);
  for (const Projection& how : projections()) {
    const Values x = test::adversarial(how.format, random, 600);
    for (const Kernels* k : test::levels_of_this_machine()) compare_round(d, *k, how, x, random);
  }
  d.check(2'000'000);
}

TEST_CASE("round kernels take numbers of the largest binades", "[kernels]") {
  Differences d;
  Random random(4);
  Values x;
  for (int i = 800; i < 1024; ++i)
    for (const double significand : {1.0, 1.5, 0x1.fffffffffffffp0})
      for (const double sign : {1.0, -1.0}) x.push_back(sign * std::ldexp(significand, i));
  for (const char* name : {"e2m1fn", "e4m3fn", "fp16", "bf16", "fp32", "e10m50"})
    for (const Saturation s : test::saturations)
      for (const Kernels* k : test::levels_of_this_machine())
        compare_round(d, *k, {format_of(name), Rounding::nearest_even, s}, x, random);
  d.check(20'000);
}

TEST_CASE("operation kernels are exact or rounded to odd, and equal the reference when projected",
          "[kernels]") {
  Differences d;
  Random random(2);
  for (const Projection& how : projections()) {
    const Pairs p = pairs_of(how.format, random, 1800);
    for (const Kernels* k : test::levels_of_this_machine())
      for (const Operation& op : operations) compare_operation(d, *k, how, op, p);
  }
  d.check(2'000'000);
}

TEST_CASE("p3109 operands make every zero positive", "[kernels]") {
  Differences d;
  Random random(3);
  for (const char* name : {"fp16", "e4m3fn", "e2m1fn", "Binary8p4se"}) {
    const Projection how{format_of(name)};
    const FastProjection fast = *fast_projection_of(how, Semantics::p3109);
    for (const double x : test::adversarial(how.format, random))
      for (const Kernels* k : test::levels_of_this_machine()) {
        double q = 1;
        k->round(fast, &x, &q, 1, nullptr, nullptr);
        d.value(q, convert(how, x, 0, Semantics::p3109).value, [&] { return text(*k, how, "p3109"); });
      }
  }
  d.check(5'000);
}

TEST_CASE("only a projection that the adder can carry out has a fast form", "[kernels]") {
  const auto has = [](const Projection& p) { return fast_projection_of(p).has_value(); };
  Format f = format_of("fp16");
  CHECK(has({f}));
  for (const Subnormals s : {Subnormals::flush, Subnormals::flush_nearest, Subnormals::none}) {
    f.subnormals = s;
    CHECK_FALSE(has({f}));
  }
  for (const char* name : {"fp64", "e8m0fnu", "Binary8p4ue", "Binary8p1se", "e11m10"})
    CHECK_FALSE(has({format_of(name)}));
  CHECK(has({format_of("e10m50")}));
  CHECK_FALSE(has({format_of("e10m51")}));
  f = format_of("e4m3");
  const auto with_bias = [&](int bias) {
    f.bias = bias;
    return has({f});
  };
  CHECK(with_bias(901));  // e_min = -900
  CHECK_FALSE(with_bias(902));
  CHECK(with_bias(-886));  // e_max = 900
  CHECK_FALSE(with_bias(-887));
}

TEST_CASE("the level in use is one of this machine", "[kernels]") {
  const auto levels = test::levels_of_this_machine();
  CHECK(std::find(levels.begin(), levels.end(), &kernels()) != levels.end());
}
