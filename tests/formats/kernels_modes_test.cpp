// The round kernels of every instruction-set level that this machine has in every mode of rounding, against the
// scalar reference; and what they draw, against Philox.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/arithmetic.hpp"
#include "formats/catalog.hpp"
#include "sim/base/philox.hpp"
#include "tests/formats/kernels_support.hpp"

namespace {

using namespace exmy;
using test::Differences;
using test::Values;
using Random = exmy::test::SplitMix64;

std::string text(const Kernels& k, const Projection& how, const char* what) {
  return std::string(what) + " " + k.isa + " " + oracle::text(how);
}

/// Arguments, each with its R.
struct Draws {
  Values x;
  std::vector<std::uint32_t> r;

  void add(double value, std::uint32_t random) {
    for (const double y : {value, std::nextafter(value, 0.0), std::nextafter(value, infinity64)})
      for (const double signed_y : {y, -y}) {
        x.push_back(signed_y);
        r.push_back(random);
      }
  }
};

/// Where a stochastic mode changes its mind: the fractions v = 1 - R 2^-N, and half a step below that, between
/// two neighbours that are `gap` apart.
void add_boundaries(const Projection& how, double below, double gap, Random& random, Draws& all) {
  for (const std::uint32_t r : test::drawn(how, 6, random)) {
    const double step = pow2(-how.random_bits);
    const double v = 1 - r * step;
    for (const double fraction : {v, v - step / 2, v - step}) all.add(below + fraction * gap, r);
  }
}

/// A format's codes, and the last binade below the smallest normal number, which decides what is tiny.
Draws hard(const Projection& how, Random& random) {
  const Format& f = how.format;
  Draws all;
  all.x = test::adversarial(f, random, 150);
  all.r = test::drawn(how, all.x.size(), random);
  if (!is_stochastic(how.rounding)) return all;
  const std::uint64_t normal = std::uint64_t{1} << f.mantissa_bits, top = f.max_finite_code();
  for (const std::uint64_t code : {std::uint64_t{0}, normal - 1, normal, top - 1, random.below(top)})
    if (code < top)
      add_boundaries(how, f.finite_value(code), f.finite_value(code + 1) - f.finite_value(code), random, all);
  add_boundaries(how, f.max_finite(), f.max_finite() - f.finite_value(top - 1), random, all);
  const double unit = pow2(f.e_min() - f.mantissa_bits - 1);
  add_boundaries(how, pow2(f.e_min()) - unit, unit, random, all);
  return all;
}

/// Spans of every short length, so that every tail of a vector loop is met.
void compare_round(Differences& d, const Kernels& k, const Projection& how, const Draws& all,
                   Random& random) {
  const FastProjection fast = *fast_projection_of(how);
  for (std::size_t first = 0, n = 0; first < all.x.size(); first += n) {
    n = std::min<std::size_t>(1 + random.below(40), all.x.size() - first);
    const double* x = all.x.data() + first;
    const std::uint32_t* r = all.r.data() + first;
    Counters got, want;
    Values q(n), in_place(x, x + n);
    k.round(fast, x, q.data(), n, &got, r);
    k.round(fast, in_place.data(), in_place.data(), n, nullptr, r);
    for (std::size_t i = 0; i < n; ++i) {
      const Outcome out = project(how, x[i], r[i]);
      want.add(out.events);
      const auto where = [&] {
        return text(k, how, "round") + " of " + oracle::text(x[i]) + " with R = " + std::to_string(r[i]);
      };
      d.value(q[i], out.value, where);
      d.value(in_place[i], out.value, where);
    }
    d.counters(got, want, [&] { return text(k, how, "round"); });
  }
}

constexpr std::array modes{Rounding::nearest_even,    Rounding::nearest_away,    Rounding::toward_zero,
                           Rounding::toward_positive, Rounding::toward_negative, Rounding::to_odd,
                           Rounding::stochastic_a,    Rounding::stochastic_b,    Rounding::stochastic_c};

void compare_levels(Differences& d, const Projection& how, Random& random) {
  const Draws all = hard(how, random);
  for (const Kernels* k : test::levels_of_this_machine()) compare_round(d, *k, how, all, random);
}

}  // namespace

TEST_CASE("round kernels equal the reference projection in every mode", "[kernels]") {
  Differences d;
  Random random(31);
  for (const char* name : {"fp16", "bf16", "tf32", "fp32", "e5m2", "e4m3fn", "e4m3", "e4m3fnuz", "e2m1fn",
                           "e3m2fn", "e6m9", "Binary8p4se", "Binary8p3sf", "e5m6", "e9m40", "e10m49"})
    for (const Saturation s : test::saturations)
      for (const Rounding mode : modes) {
        const Format f = format_of(name);
        const auto most = static_cast<std::uint64_t>(std::min(32, 50 - f.mantissa_bits));
        compare_levels(d, {f, mode, s, 1 + static_cast<int>(random.below(most))}, random);
      }
  d.check(2'000'000);
}

TEST_CASE("stochastic round kernels take every number of random bits", "[kernels]") {
  Differences d;
  Random random(32);
  for (int n = 1; n <= 32; ++n)
    for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c})
      for (const char* name : {"fp16", "e5m2", "e3m18"})
        compare_levels(d, {format_of(name), mode, test::saturations[n % 3], n}, random);
  d.check(1'000'000);
}

TEST_CASE("every fraction of a small grid with every R", "[kernels]") {
  Differences d;
  for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c}) {
    const Projection how{format_of("e2m1fn"), mode, Saturation::none, 3};
    Draws all;
    for (int sixty_fourth = -450; sixty_fourth <= 450; ++sixty_fourth)
      for (std::uint32_t r = 0; r < 8; ++r) {
        all.x.push_back(sixty_fourth / 64.0);
        all.r.push_back(r);
      }
    Random random(33);
    for (const Kernels* k : test::levels_of_this_machine()) compare_round(d, *k, how, all, random);
  }
  d.check(40'000);
}

TEST_CASE("sums rounded to odd decide as the exact sum does in every mode", "[kernels]") {
  Differences d;
  Random random(34);
  for (int i = 0; i < 3000; ++i) {
    const Projection how = test::with_any_mode({format_of(i % 3 == 0   ? "fp16"
                                                          : i % 3 == 1 ? "fp32"
                                                                       : "e4m3fn")},
                                               random);
    const FastProjection fast = *fast_projection_of(how);
    const std::vector<std::uint32_t> r = test::drawn(how, 8, random);
    Values x(8), y(8), odd(8), q(8);
    for (std::size_t j = 0; j < 8; ++j) {
      const auto code = random.below(how.format.max_finite_code());
      const double fraction = 1 - r[j] * pow2(-how.random_bits);
      const double gap = how.format.finite_value(code + 1) - how.format.finite_value(code);
      x[j] = how.format.finite_value(code) + (j < 4 ? fraction : 0.5) * gap;  // not always a float, and exact
      y[j] = std::ldexp(random.below(2) == 0 ? 1.0 : -1.0, -150 - static_cast<int>(random.below(60)));
      if (random.below(2) == 0) x[j] = -x[j];
    }
    for (const Kernels* k : test::levels_of_this_machine()) {
      k->add(x.data(), y.data(), odd.data(), 8);
      k->round(fast, odd.data(), q.data(), 8, nullptr, r.data());
      for (std::size_t j = 0; j < 8; ++j)
        d.value(q[j], add(how, x[j], y[j], r[j]).value, [&] { return text(*k, how, "sum"); });
    }
  }
  d.check(70'000);
}

TEST_CASE("too many bits for a binary64 sum rounded to odd have no fast form", "[kernels]") {
  const auto has = [](const char* name, Rounding mode, int n) {
    return fast_projection_of({format_of(name), mode, Saturation::none, n}).has_value();
  };
  for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c}) {
    CHECK(has("fp32", mode, 27));
    CHECK_FALSE(has("fp32", mode, 28));
    CHECK(has("fp16", mode, 32));
    CHECK_FALSE(has("e10m50", mode, 1));
  }
  for (std::size_t i = 0; i < 6; ++i) CHECK(has("e10m50", modes[i], 32));
}

TEST_CASE("random kernels draw what Philox says", "[kernels]") {
  const std::array<std::uint32_t, 4> known{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};  // Random123
  Random random(35);
  for (const Kernels* k : test::levels_of_this_machine()) {
    INFO(k->isa);
    std::array<std::uint32_t, 4> words{};
    k->random({}, 0, 32, words.data(), words.size());
    CHECK(words == known);
    for (int bits = 1; bits <= 32; ++bits)
      for (int i = 0; i < 12; ++i) {
        const std::uint64_t seed = random.bits(), hash = random.bits(), step = random.bits();
        const std::uint64_t first = i % 3 == 0 ? random.below(40) : random.bits() >> 1;
        const RandomStream stream(seed, hash, step);
        std::vector<std::uint32_t> got(random.below(i == 0 ? 3000 : 70)), want;
        for (std::size_t j = 0; j < got.size(); ++j) want.push_back(stream.bits(first + j, bits));
        k->random(stream.key(), first, bits, got.data(), got.size());
        CHECK(got == want);
      }
  }
}
